//! What work is given: the job, the database, the clock, and the way to say how far it is.

use crate::clock::Clock;
use mingjing_model::id::{AccountId, JobId, OfficeId};
use mingjing_store::Db;
use mingjing_store::job::Job;
use mingjing_store::job::work::{self, Progress};
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::watch;

/// A running job, as its work sees it.
pub struct Ctx {
    pub(super) db: Db,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) job: Job,
    pub(super) worker: String,
    pub(super) stop: watch::Receiver<bool>,
}

impl Ctx {
    /// Number of the job.
    pub fn id(&self) -> JobId {
        self.job.id
    }

    /// The whole job as it was claimed.
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// What it needs.
    pub fn input(&self) -> &Value {
        &self.job.input
    }

    /// Who asked.
    pub fn account(&self) -> Option<AccountId> {
        self.job.account
    }

    /// In which office.
    pub fn office(&self) -> Option<OfficeId> {
        self.job.office
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Says how far it is; what cannot be written is logged and does not stop the work.
    pub async fn progress(&self, done: i64, all: Option<i64>, message: &str) {
        let at = Progress { done, all, message: message.to_owned() };
        let now = self.clock.now();
        if let Err(error) = work::progress(&self.db, self.job.id, &self.worker, now, &at).await {
            tracing::warn!(job = self.job.id.0, %error, "progress of a job was not written");
        }
    }

    /// Is it to stop: cancelled, taken by another worker, or the server ends? Known with the next heartbeat.
    pub async fn is_cancelled(&self) -> bool {
        *self.stop.borrow()
    }

    /// Ends when it is to stop; for `tokio::select!` beside the work.
    pub async fn cancelled(&self) {
        let mut stop = self.stop.clone();
        // The sender lives as long as the job runs; should it go, the job is to stop.
        let _ = stop.wait_for(|&is_stopped| is_stopped).await;
    }
}
