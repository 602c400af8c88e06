//! Network analyses: a sandbox case with its grounds, uploaded tables, a run in a process of its own, questions to
//! its results, unmasking, deletion with an inverse, destruction by term.
//!
//! Person data enter only with their grounds (case number, basis, purpose, approver, last day of keeping) or
//! declared public or synthetic. Files lie below `<data>/analyses/<number>`; here they are brought in, handed to
//! the program and destroyed. Nothing here reads a table or a result: that is `intake`'s and `results`'.

pub mod change;
pub mod files;
pub mod grounds;
pub mod import;
mod process;
pub mod question;
pub mod retention;
pub mod run;

use crate::job::Work;
use mingjing_model::id::AnalysisId;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Minutes for which an unmasked field is shown.
pub const UNMASK_MINUTES: i64 = 30;
/// Days for which a deletion by a user can be taken back.
pub const UNDO_DAYS: i64 = 7;

/// Where the files of analyses lie.
#[derive(Clone, Debug)]
pub struct House {
    root: PathBuf,
}

impl House {
    /// Below the data directory; its real path, because the program that counts has a working directory of its own.
    pub fn new(data: &Path) -> House {
        let data = std::path::absolute(data).unwrap_or_else(|_| data.to_owned());
        House { root: data.join("analyses") }
    }

    /// Everything of one analysis.
    pub fn of(&self, id: AnalysisId) -> PathBuf {
        self.root.join(id.0.to_string())
    }

    /// Its uploaded tables, each in a folder of its own.
    pub fn inputs(&self, id: AnalysisId) -> PathBuf {
        self.of(id).join("in")
    }

    /// Its result directory.
    pub fn results(&self, id: AnalysisId) -> PathBuf {
        self.of(id).join("out")
    }

    /// The answer to a question.
    pub fn answer(&self, id: AnalysisId, question: i64) -> PathBuf {
        self.of(id).join("answers").join(format!("{question}.json"))
    }

    /// All of them.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// How the program that counts is run.
#[derive(Clone, Debug)]
pub struct Program {
    /// The executable.
    pub path: PathBuf,
    /// Threads of a run; `None`: all cores.
    pub threads: Option<u16>,
}

/// The background work of analyses, for the runner.
pub fn works(house: &House, program: &Program) -> Vec<Arc<dyn Work>> {
    let (house, program) = (house.clone(), program.clone());
    vec![
        Arc::new(run::Analyse { house: house.clone(), program: program.clone() }),
        Arc::new(question::Answer { house: house.clone(), program }),
        Arc::new(retention::Sweep { house }),
    ]
}

/// Why an analysis is not changed as asked.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The database, or somebody changed it in between.
    #[error(transparent)]
    Store(#[from] mingjing_store::Error),
    /// A field of the form: its name and the key of what is wrong.
    #[error("{field}: {why}")]
    Field {
        /// Name of the field.
        field: &'static str,
        /// `missing`, `not_a_date`, `past`, `too_long`.
        why: &'static str,
    },
    /// It cannot be done as it stands: `busy`, `no_members`, `no_mapping`, `not_done`, `destroyed`.
    #[error("{0}")]
    State(&'static str),
    /// The system refuses.
    #[error("{0}")]
    World(String),
}

impl From<std::io::Error> for Refused {
    fn from(error: std::io::Error) -> Refused {
        Refused::World(error.to_string())
    }
}
