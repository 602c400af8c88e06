//! What can go wrong while reading, told apart by whose fault it is. Bad rows are no error: see [`crate::tally`].

use crate::words;
use std::fmt;
use std::path::{Path, PathBuf};

/// Why a table could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The user's to mend: exit code 2.
    #[error("{0}")]
    User(Box<Fault>),
    /// The world's: a file that cannot be opened or read. Exit code 1.
    #[error("{}\n{}: {source}", words::WORLD, path.display())]
    World {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// [`crate::Watch::stopped`] said so.
    #[error("stopped")]
    Stopped,
}

/// One fault of the user's: what, where, what to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// Stable code, such as `heading_missing`.
    pub code: &'static str,
    /// Base name of the file it is about, if one.
    pub file: Option<String>,
    /// Row in that file, if one.
    pub row: Option<u64>,
    /// What was found and what was expected.
    pub message: String,
    /// What to do.
    pub advice: String,
    /// A mapping file to fill in, where that is the way out.
    pub mapping: Option<String>,
}

impl Fault {
    /// What it is and what to do, in Chinese.
    pub fn sentence(&self) -> &'static str {
        words::sentence(self.code).unwrap_or_default()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = self.sentence();
        if !sentence.is_empty() {
            writeln!(f, "{sentence}")?;
        }
        if let Some(file) = &self.file {
            write!(f, "{file}")?;
            if let Some(row) = self.row {
                write!(f, ", row {row}")?;
            }
            f.write_str(": ")?;
        }
        write!(f, "{}", self.message)?;
        if !self.advice.is_empty() {
            write!(f, "\n{}", self.advice)?;
        }
        if let Some(mapping) = &self.mapping {
            write!(f, "\n\n{mapping}")?;
        }
        Ok(())
    }
}

impl Error {
    /// A fault about a file.
    pub(crate) fn fault(code: &'static str, file: &str, message: String, advice: &str) -> Error {
        Error::User(Box::new(Fault {
            code,
            file: (!file.is_empty()).then(|| file.to_owned()),
            message,
            advice: advice.to_owned(),
            ..Fault::default()
        }))
    }

    /// The same with a row.
    pub(crate) fn at_row(mut self, row: u64) -> Error {
        if let Error::User(fault) = &mut self {
            fault.row = Some(row);
        }
        self
    }

    /// The same with a mapping file to fill in.
    pub(crate) fn with_mapping(mut self, text: String) -> Error {
        if let Error::User(fault) = &mut self {
            fault.mapping = Some(text);
        }
        self
    }

    /// A failure of the system.
    pub(crate) fn world(path: &Path, source: std::io::Error) -> Error {
        Error::World { path: path.to_owned(), source }
    }

    /// The exit code that goes with it: 2 for the user's faults, 1 for the world's and for a stop.
    pub fn exit_code(&self) -> u8 {
        if matches!(self, Error::User(_)) { 2 } else { 1 }
    }
}
