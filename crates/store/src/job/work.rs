//! What a worker does with a job: claim it, show that it lives, end it. Every write asks for the worker's name.

use super::{Job, Row, State, TAKEOVERS_MAX};
use crate::error::Error;
use crate::{Db, Tx, within};
use mingjing_model::id::JobId;
use mingjing_model::time::Micros;
use serde_json::Value;

/// What a heartbeat is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Go on.
    Yours,
    /// Somebody wants it stopped.
    Cancel,
    /// The job is another's by now: stop, and write nothing.
    Lost,
}

/// Takes the job of one of these kinds that is due longest, or one whose heartbeat is before `stopped_before`.
///
/// # Errors
/// The database refused.
pub async fn claim(
    db: &Db,
    kinds: &[&str],
    worker: &str,
    now: Micros,
    stopped_before: Micros,
) -> Result<Option<Job>, Error> {
    let sql = match db {
        Db::Sqlite(_) => include_str!("claim_sqlite.sql"),
        Db::Postgres(_) => include_str!("claim_postgres.sql"),
    };
    let kinds = serde_json::json!(kinds).to_string();
    let mut tx = db.begin().await?;
    let tx_ref = &mut tx;
    let row = within!(tx_ref, c => sqlx::query_as::<_, Row>(sql)
        .bind(worker).bind(now).bind(stopped_before).bind(kinds).bind(TAKEOVERS_MAX)
        .fetch_optional(c).await)?;
    tx.commit().await?;
    row.map(Row::job).transpose()
}

/// Fails jobs that lost their worker too often. Gives how many.
///
/// # Errors
/// The database refused.
pub async fn abandon(db: &Db, now: Micros, stopped_before: Micros, error: &str) -> Result<u64, Error> {
    let mut tx = db.begin().await?;
    let tx_ref = &mut tx;
    let rows = within!(tx_ref, c => sqlx::query(include_str!("abandon.sql"))
        .bind(now).bind(stopped_before).bind(TAKEOVERS_MAX).bind(error)
        .execute(c).await.map(|done| done.rows_affected()))?;
    tx.commit().await?;
    Ok(rows)
}

/// Says that the worker lives.
///
/// # Errors
/// The database refused.
pub async fn heartbeat(db: &Db, id: JobId, worker: &str, now: Micros) -> Result<Answer, Error> {
    let mut tx = db.begin().await?;
    let tx_ref = &mut tx;
    let row = within!(tx_ref, c => sqlx::query_scalar::<_, Option<i64>>(include_str!("heartbeat.sql"))
        .bind(id.0).bind(worker).bind(now).fetch_optional(c).await)?;
    tx.commit().await?;
    Ok(match row {
        None => Answer::Lost,
        Some(None) => Answer::Yours,
        Some(Some(_)) => Answer::Cancel,
    })
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Steps done.
    pub done: i64,
    /// Steps in all, if that is known.
    pub all: Option<i64>,
    /// What it does just now.
    pub message: String,
}

/// Writes how far it is. False when the job is another's by now.
///
/// # Errors
/// The database refused.
pub async fn progress(db: &Db, id: JobId, worker: &str, now: Micros, at: &Progress) -> Result<bool, Error> {
    let mut tx = db.begin().await?;
    let tx_ref = &mut tx;
    let rows = within!(tx_ref, c => sqlx::query(include_str!("progress.sql"))
        .bind(id.0).bind(worker).bind(now).bind(at.done).bind(at.all).bind(&at.message)
        .execute(c).await.map(|done| done.rows_affected()))?;
    tx.commit().await?;
    Ok(rows > 0)
}

/// How a job ends.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// With a result.
    Done(Value),
    /// With an error.
    Failed(String),
    /// Stopped by somebody.
    Cancelled,
}

/// Ends a job in a transaction, so that what it made and its end appear together. False when the job is another's by
/// now: then roll back.
///
/// # Errors
/// The database refused.
pub async fn end(tx: &mut Tx, id: JobId, worker: &str, now: Micros, end: &End) -> Result<bool, Error> {
    let (state, result, error) = match end {
        End::Done(value) => (State::Done, Some(value.to_string()), None),
        End::Failed(why) => (State::Failed, None, Some(why.as_str())),
        End::Cancelled => (State::Cancelled, None, None),
    };
    let rows = within!(tx, c => sqlx::query(include_str!("end.sql"))
        .bind(id.0).bind(worker).bind(now).bind(state.word()).bind(result).bind(error)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// Puts a job back, to be tried from `not_before` on; the attempt counts. False when the job is another's by now.
///
/// # Errors
/// The database refused.
pub async fn again(db: &Db, id: JobId, worker: &str, not_before: Micros, error: &str) -> Result<bool, Error> {
    back(db, id, worker, not_before, Some(error), 0).await
}

/// Puts a job back because the worker stops; the attempt does not count. False when the job is another's by now.
///
/// # Errors
/// The database refused.
pub async fn give_back(db: &Db, id: JobId, worker: &str, now: Micros) -> Result<bool, Error> {
    back(db, id, worker, now, None, 1).await
}

async fn back(
    db: &Db,
    id: JobId,
    worker: &str,
    not_before: Micros,
    error: Option<&str>,
    uncounted: i64,
) -> Result<bool, Error> {
    let mut tx = db.begin().await?;
    let tx_ref = &mut tx;
    let rows = within!(tx_ref, c => sqlx::query(include_str!("again.sql"))
        .bind(id.0).bind(worker).bind(not_before).bind(error).bind(uncounted)
        .execute(c).await.map(|done| done.rows_affected()))?;
    tx.commit().await?;
    Ok(rows > 0)
}
