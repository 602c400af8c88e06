//! Running background jobs: kept alive, cancelled, taken up again, on schedule.
//!
//! A [`Runner`] has several workers; several servers may each have a runner on one database. What a job does is a
//! [`Work`]; it must be idempotent, because a job whose server was killed is begun again by another.

mod context;
mod runner;

pub use context::Ctx;
pub use runner::{Pace, Runner};

use futures::future::BoxFuture;
use serde_json::Value;

/// A kind of work.
pub trait Work: Send + Sync {
    /// The word in the table, such as `analysis`.
    fn kind(&self) -> &'static str;

    /// Does it. The future is dropped at an await when the job was cancelled and it does not end by itself, when
    /// another worker took the job, or when the server stops.
    fn run<'a>(&'a self, job: &'a Ctx) -> BoxFuture<'a, Result<Value, Failure>>;
}

/// Why work did not end well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It may go better later: tried again, up to the job's attempts.
    Retry(String),
    /// It will not.
    Final(String),
    /// It saw that it is to stop.
    Cancelled,
}

impl From<mingjing_store::Error> for Failure {
    /// A database that does not answer may answer later.
    fn from(error: mingjing_store::Error) -> Failure {
        match error {
            mingjing_store::Error::Database(_) | mingjing_store::Error::World(_) => {
                Failure::Retry(error.to_string())
            }
            other => Failure::Final(other.to_string()),
        }
    }
}
