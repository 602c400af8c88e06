//! The sweep: destroys what its term or a user's deletion has ended, and clears what crashes left.
//!
//! Destroying removes the uploaded tables, the results and the answers from the disk and what may name a person from
//! the database; the figures of the whole and the audit log stay. The files are not encrypted with a key of their
//! own, so backups made before that day hold them until they are destroyed in their turn.

use super::{House, UNDO_DAYS, change, grounds, run};
use crate::job::{Ctx, Failure, Work};
use futures::future::BoxFuture;
use mingjing_model::id::AnalysisId;
use mingjing_model::time::Micros;
use mingjing_store::{analysis, audit, job};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// The kind of the job, and the name of its schedule.
pub const KIND: &str = "network_retention";
/// How often it comes round.
pub const EVERY_SECONDS: i64 = 3_600;
const DAY: Micros = 86_400_000_000;
/// A file that nobody entered in the database and that is so old was left by a crash.
const LEFT_AFTER: Duration = Duration::from_secs(86_400);

/// Destroys what is due.
pub struct Sweep {
    /// Where the files lie.
    pub house: House,
}

impl Work for Sweep {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run<'a>(&'a self, job: &'a Ctx) -> BoxFuture<'a, Result<Value, Failure>> {
        Box::pin(self.work(job))
    }
}

impl Sweep {
    async fn work(&self, job: &Ctx) -> Result<Value, Failure> {
        let (now, db) = (job.clock().now(), job.db());
        let today = grounds::today(now);
        for (id, run) in analysis::overdue_runs(db, &today).await? {
            if let Some(run) = run {
                let mut tx = db.begin().await?;
                job::cancel(&mut tx, run, None, now).await?;
                tx.commit().await?;
            }
            if let Some(found) = analysis::find(db, id).await? {
                change::reconcile(db, &found, now).await.map_err(|e| Failure::Retry(e.to_string()))?;
            }
        }
        let mut destroyed = 0;
        for (id, why) in analysis::due(db, &today, now - UNDO_DAYS * DAY).await? {
            self.destroy(job, id, &why).await?;
            destroyed += 1;
        }
        let left = self.clear(job).await?;
        Ok(json!({"destroyed": destroyed, "left_by_crashes": left}))
    }

    /// Files first: a crash in between finds nothing to remove the next time and goes on.
    async fn destroy(&self, job: &Ctx, id: AnalysisId, why: &str) -> Result<(), Failure> {
        let folder = self.house.of(id);
        let removed = tokio::task::spawn_blocking(move || remove(&folder)).await;
        removed.map_err(|e| Failure::Retry(e.to_string()))?.map_err(|e| Failure::Retry(e.to_string()))?;
        let Some(found) = analysis::find(job.db(), id).await? else { return Ok(()) };
        let mut tx = job.db().begin().await?;
        if analysis::destroyed(&mut tx, id, why, job.clock().now()).await? {
            let detail = json!({"why": why, "retain_until": found.retain_until});
            audit::append(&mut tx, &run::entry(job, &found, "analysis.destroyed", detail)).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Removes folders of files that no row of the database knows.
    async fn clear(&self, job: &Ctx) -> Result<u64, Failure> {
        let mut left = 0;
        // Without analyses there is no folder.
        let Ok(entries) = fs::read_dir(self.house.root()) else { return Ok(0) };
        for entry in entries.flatten() {
            let id = entry.file_name().to_str().and_then(|name| name.parse().ok());
            let Some(id) = id.map(AnalysisId) else { continue };
            let known: Vec<String> =
                analysis::files(job.db(), id).await?.into_iter().map(|file| file.stored_name).collect();
            let Ok(folders) = fs::read_dir(self.house.inputs(id)) else { continue };
            for folder in folders.flatten() {
                let token = folder.file_name().to_string_lossy().into_owned();
                let is_known = known.iter().any(|stored| stored.split('/').next() == Some(token.as_str()));
                if !is_known && is_old(&folder.path()) && fs::remove_dir_all(folder.path()).is_ok() {
                    left += 1;
                }
            }
        }
        Ok(left)
    }
}

fn remove(folder: &Path) -> std::io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// By the clock of the file system, which is also what dated the file.
fn is_old(path: &Path) -> bool {
    let modified = fs::metadata(path).and_then(|facts| facts.modified());
    modified.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age > LEFT_AFTER))
}
