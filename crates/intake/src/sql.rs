//! MySQL dumps: not read yet.
use crate::columns::Plan; use crate::encoding::Encoding; use crate::error::Error; use crate::field::Table; use crate::input::{Opened, Packing}; use crate::mapping::Mapping; use crate::table::Feed; use std::io::Read; use std::path::Path;
pub(crate) fn is_dump(_: &[u8]) -> bool { false }
pub(crate) fn open(_: &Path, _: Packing, _: Encoding, n: &str, _: Table, _: &Mapping) -> Result<Opened, Error> { Err(Error::fault("format_not_read", n, "dumps are not read yet".to_owned(), "")) }
pub(crate) fn feed<'a>(_: Box<dyn Read + Send>, n: &'a str, _: &'a Path, _: &str, _: &Plan) -> Feed<'a> { Box::new(move || Err(Error::fault("format_not_read", n, "dumps are not read yet".to_owned(), ""))) }
