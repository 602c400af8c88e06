//! JSON lines: not read yet.
use crate::columns::Plan; use crate::csv::{Chunk, Chunks, Limits, Signs}; use crate::encoding::Encoding; use crate::error::Error; use crate::input::{Opened, Sample}; use crate::rows::{Batch, Terms}; use std::io::Read; use std::path::Path;
pub(crate) fn open(s: &Sample<'_>, _: Encoding) -> Result<Opened, Error> { Err(Error::fault("format_not_read", s.name, "JSON lines are not read yet".to_owned(), "")) }
pub(crate) fn lines<'a>(r: Box<dyn Read + Send>, l: Limits, n: &'a str, p: &'a Path) -> Chunks<'a> { Chunks::new(r, Signs { delimiter: b',', quote: 0, end: b'\n' }, l, n, p) }
pub(crate) fn parse(_: &Terms, _: &Plan, _: u32, n: &str, _: &Chunk) -> Result<Batch, Error> { Err(Error::fault("format_not_read", n, "JSON lines are not read yet".to_owned(), "")) }
