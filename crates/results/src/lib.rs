//! The result directory of a network analysis: written whole or not at all, read back, opened branch by branch.
//!
//! [`stage`] makes the directory appear at once; [`tables`] writes the Parquet tables and [`lookup`] finds rows in
//! them again. Nothing written here holds a clock, a path of this machine or a timing: the same count gives the
//! same bytes, with one thread or many. This crate does not count and does not read seized tables.

pub mod branches;
mod csv;
mod error;
pub mod export;
pub mod findings;
pub mod lookup;
pub mod outline;
pub mod series;
pub mod stage;
pub mod summary;
pub mod tables;

pub use error::Error;

/// Name of the file without which a directory holds no results.
pub const SUMMARY: &str = "summary.json";

use std::fs::File;
use std::path::{Path, PathBuf};

/// Opens a file of a result directory for reading.
pub(crate) fn open(dir: &Path, name: &str) -> Result<(PathBuf, File), Error> {
    stage::must_stand(dir)?;
    let path = dir.join(name);
    match File::open(&path) {
        Ok(file) => Ok((path, file)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(Error::Missing(path, dir.to_owned())),
        Err(e) => Err(Error::io(&path, "open", e)),
    }
}
