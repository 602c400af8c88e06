//! Workbooks: not read yet.
use crate::columns::Plan; use crate::error::Error; use crate::field::Table; use crate::input::Opened; use crate::mapping::Mapping; use crate::table::Feed; use std::path::Path;
pub(crate) fn open(_: &Path, n: &str, _: Table, _: &Mapping) -> Result<Opened, Error> { Err(Error::fault("format_not_read", n, "workbooks are not read yet".to_owned(), "")) }
pub(crate) fn feed<'a>(_: &Path, n: &str, _: &str, _: &Plan) -> Result<Feed<'a>, Error> { Err(Error::fault("format_not_read", n, "workbooks are not read yet".to_owned(), "")) }
