//! Work that comes round. A due time puts in one job, keyed by name and time, however many servers look.

use super::NewJob;
use crate::error::Error;
use crate::{Db, on, within};
use mingjing_model::id::JobId;
use mingjing_model::time::Micros;

/// Work that comes round.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Schedule {
    /// Its name, such as `backup`.
    pub name: String,
    /// Which work.
    pub kind: String,
    /// How often.
    pub every_seconds: i64,
    /// When next.
    pub next_at: Micros,
    /// Does it rest?
    pub is_paused: bool,
}

impl Schedule {
    /// The first time after `now` that lies a whole number of rounds after this one: missed rounds are not made up.
    fn after(&self, now: Micros) -> Micros {
        let every = self.every_seconds.max(1) * 1_000_000;
        self.next_at + ((now - self.next_at).max(0) / every + 1) * every
    }
}

/// Makes a schedule known; one that is known keeps its next time and whether it rests.
///
/// # Errors
/// The database refused.
pub async fn put(db: &Db, name: &str, kind: &str, every_seconds: i64, first_at: Micros) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    let tx_ref = &mut tx;
    within!(tx_ref, c => sqlx::query(include_str!("schedule_put.sql"))
        .bind(name).bind(kind).bind(every_seconds).bind(first_at).execute(c).await.map(drop))?;
    tx.commit().await
}

/// All schedules, by name.
///
/// # Errors
/// The database cannot be read.
pub async fn all(db: &Db) -> Result<Vec<Schedule>, Error> {
    Ok(on!(db, p => sqlx::query_as(include_str!("schedule_all.sql")).fetch_all(p).await)?)
}

/// Pauses a schedule or lets it go on. False when there is no such one.
///
/// # Errors
/// The database refused.
pub async fn pause(tx: &mut crate::Tx, name: &str, is_paused: bool) -> Result<bool, Error> {
    let rows = within!(tx, c => sqlx::query(include_str!("schedule_pause.sql")).bind(name).bind(is_paused)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// Puts in the jobs of the schedules of these kinds that are due. Gives the jobs put in by this call or, for the same
/// due time, by another.
///
/// # Errors
/// The database refused.
pub async fn tick(db: &Db, kinds: &[&'static str], now: Micros) -> Result<Vec<JobId>, Error> {
    let due: Vec<Schedule> = on!(db, p => sqlx::query_as(include_str!("schedule_due.sql"))
        .bind(now).fetch_all(p).await)?;
    let mut jobs = Vec::new();
    for schedule in due {
        let Some(kind) = kinds.iter().find(|&&kind| kind == schedule.kind) else { continue };
        let job = NewJob {
            kind,
            title: schedule.name.clone(),
            input: serde_json::json!({"schedule": schedule.name, "due_at": schedule.next_at}),
            idempotency_key: Some(format!("schedule:{}:{}", schedule.name, schedule.next_at)),
            account: None,
            office: None,
            division: None,
            subject: Some(("schedule".to_owned(), schedule.name.clone())),
            not_before: now,
        };
        let mut tx = db.begin().await?;
        jobs.push(super::enqueue(&mut tx, &job, now).await?);
        let (tx_ref, next) = (&mut tx, schedule.after(now));
        within!(tx_ref, c => sqlx::query(include_str!("schedule_move.sql"))
            .bind(&schedule.name).bind(schedule.next_at).bind(next).execute(c).await.map(drop))?;
        tx.commit().await?;
    }
    Ok(jobs)
}
