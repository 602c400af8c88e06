//! Background jobs and schedules: claimed, kept alive, taken up again.
//!
//! A job lies in the table until a worker claims it; the worker keeps a heartbeat, and when that stops another takes
//! the job up. Whoever holds a job is told by its name in `worker`: every write of a worker asks for that name, so
//! that one who was given up for dead changes nothing any more. Here are the rows; `casework::job` runs them.

pub mod schedule;
pub mod work;

use crate::error::Error;
use crate::{Db, Tx, on, within};
use mingjing_model::id::{AccountId, JobId, OfficeId};
use mingjing_model::time::Micros;
use serde_json::Value;

/// How often a job may lose its worker before it is given up: it may be what kills them.
pub const TAKEOVERS_MAX: i64 = 20;

/// A job to be put in.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    /// Which work, such as `analysis`.
    pub kind: &'static str,
    /// What people read, in the language of whoever asked.
    pub title: String,
    /// What the work needs; references, never values of case data.
    pub input: Value,
    /// The same key is the same job, whenever it is put in.
    pub idempotency_key: Option<String>,
    /// Who asked.
    pub account: Option<AccountId>,
    /// In which office.
    pub office: Option<OfficeId>,
    /// Division code; who may see the job hangs on it.
    pub division: Option<String>,
    /// Kind and id of the thing it is about.
    pub subject: Option<(String, String)>,
    /// Not to be run before.
    pub not_before: Micros,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// For a worker, or for its time.
    Waiting,
    /// A worker has it.
    Running,
    /// It has a result.
    Done,
    /// It has an error and is not tried again by itself.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

impl State {
    /// The word in the database, in addresses and in text keys.
    pub fn word(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Running => "running",
            State::Done => "done",
            State::Failed => "failed",
            State::Cancelled => "cancelled",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<State> {
        [State::Waiting, State::Running, State::Done, State::Failed, State::Cancelled]
            .into_iter()
            .find(|state| state.word() == word)
    }

    /// Will nothing more happen by itself?
    pub fn is_over(self) -> bool {
        matches!(self, State::Done | State::Failed | State::Cancelled)
    }
}

/// A job as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// Which work.
    pub kind: String,
    /// What people read.
    pub title: String,
    /// What the work needs.
    pub input: Value,
    /// Where it stands.
    pub state: State,
    /// Who asked.
    pub account: Option<AccountId>,
    /// In which office.
    pub office: Option<OfficeId>,
    /// Division code.
    pub division: Option<String>,
    /// Kind and id of the thing it is about.
    pub subject: Option<(String, String)>,
    /// Steps done.
    pub done_steps: i64,
    /// Steps in all, if that is known.
    pub all_steps: Option<i64>,
    /// What it does just now.
    pub message: String,
    /// What it gave.
    pub result: Option<Value>,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// Attempts begun.
    pub attempts: i64,
    /// Attempts allowed.
    pub attempts_max: i64,
    /// How often another worker had to take it up.
    pub takeovers: i64,
    /// Not to be run before.
    pub not_before: Micros,
    /// Who has it or had it last.
    pub worker: Option<String>,
    /// Last sign of life.
    pub heartbeat_at: Option<Micros>,
    /// When cancelling was asked for.
    pub cancel_requested_at: Option<Micros>,
    /// When it was put in.
    pub created_at: Micros,
    /// When the first attempt began.
    pub started_at: Option<Micros>,
    /// When it was over.
    pub finished_at: Option<Micros>,
}

/// How the queue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    /// Jobs whose time has come and that wait.
    pub due: i64,
    /// Since when the oldest of them.
    pub due_since: Option<Micros>,
    /// Jobs with a worker.
    pub running: i64,
    /// Of these, without a sign of life.
    pub stuck: i64,
    /// Jobs that failed and lie there.
    pub failed: i64,
}

/// Puts a job in, in the transaction that needs it done; a job with the same idempotency key is that job.
///
/// # Errors
/// The database refused.
pub async fn enqueue(tx: &mut Tx, job: &NewJob, now: Micros) -> Result<JobId, Error> {
    let (subject_kind, subject_id) = job.subject.clone().unzip();
    let id = within!(&mut *tx, c => sqlx::query_scalar::<_, i64>(include_str!("job/enqueue.sql"))
        .bind(job.kind).bind(&job.title).bind(job.input.to_string()).bind(&job.idempotency_key)
        .bind(job.account.map(|id| id.0)).bind(job.office.map(|id| id.0)).bind(&job.division)
        .bind(subject_kind).bind(subject_id).bind(job.not_before).bind(now)
        .fetch_optional(c).await)?;
    if let Some(id) = id {
        return Ok(JobId(id));
    }
    let id = within!(tx, c => sqlx::query_scalar::<_, i64>(include_str!("job/by_key.sql"))
        .bind(&job.idempotency_key).fetch_one(c).await)?;
    Ok(JobId(id))
}

/// A job.
///
/// # Errors
/// There is no such one, or the database cannot be read.
pub async fn read(db: &Db, id: JobId) -> Result<Job, Error> {
    on!(db, p => sqlx::query_as::<_, Row>(include_str!("job/read.sql")).bind(id.0).fetch_optional(p).await)?
        .ok_or_else(|| Error::Missing { kind: "job", id: id.to_string() })?
        .job()
}

/// The jobs about a thing, the newest first.
///
/// # Errors
/// The database cannot be read.
pub async fn of_subject(db: &Db, kind: &str, id: &str, most: i64) -> Result<Vec<Job>, Error> {
    let rows = on!(db, p => sqlx::query_as::<_, Row>(include_str!("job/of_subject.sql"))
        .bind(kind).bind(id).bind(most).fetch_all(p).await)?;
    rows.into_iter().map(Row::job).collect()
}

/// The jobs a person asked for, the newest first.
///
/// # Errors
/// The database cannot be read.
pub async fn of_account(db: &Db, account: AccountId, most: i64) -> Result<Vec<Job>, Error> {
    let rows = on!(db, p => sqlx::query_as::<_, Row>(include_str!("job/of_account.sql"))
        .bind(account.0).bind(most).fetch_all(p).await)?;
    rows.into_iter().map(Row::job).collect()
}

/// How the queue stands; a heartbeat before `stopped_before` has stopped.
///
/// # Errors
/// The database cannot be read.
pub async fn counts(db: &Db, now: Micros, stopped_before: Micros) -> Result<Counts, Error> {
    Ok(on!(db, p => sqlx::query_as(include_str!("job/counts.sql"))
        .bind(now).bind(stopped_before).fetch_one(p).await)?)
}

/// Stops a job: one that waits is cancelled at once, one that runs when its worker sees it. False when it was over.
///
/// # Errors
/// The database refused.
pub async fn cancel(tx: &mut Tx, id: JobId, by: Option<AccountId>, now: Micros) -> Result<bool, Error> {
    for sql in [include_str!("job/cancel_waiting.sql"), include_str!("job/cancel_running.sql")] {
        let rows = within!(&mut *tx, c => sqlx::query(sql).bind(id.0).bind(by.map(|id| id.0)).bind(now)
            .execute(c).await.map(|done| done.rows_affected()))?;
        if rows > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Lets a failed or cancelled job run again from the beginning. False when it is neither.
///
/// # Errors
/// The database refused.
pub async fn retry(tx: &mut Tx, id: JobId, now: Micros) -> Result<bool, Error> {
    let rows = within!(tx, c => sqlx::query(include_str!("job/retry.sql")).bind(id.0).bind(now)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    id: i64,
    kind: String,
    title: String,
    input: String,
    state: String,
    account_id: Option<i64>,
    office_id: Option<i64>,
    division: Option<String>,
    subject_kind: Option<String>,
    subject_id: Option<String>,
    done_steps: i64,
    all_steps: Option<i64>,
    message: String,
    result: Option<String>,
    error: Option<String>,
    attempts: i64,
    attempts_max: i64,
    takeovers: i64,
    not_before: i64,
    worker: Option<String>,
    heartbeat_at: Option<i64>,
    cancel_requested_at: Option<i64>,
    created_at: i64,
    started_at: Option<i64>,
    finished_at: Option<i64>,
}

impl Row {
    pub(crate) fn job(self) -> Result<Job, Error> {
        let json = |what, text: &str| {
            serde_json::from_str(text).map_err(|e| Error::Stored { what, why: e.to_string() })
        };
        Ok(Job {
            id: JobId(self.id),
            input: json("job.input", &self.input)?,
            state: State::from_word(&self.state)
                .ok_or_else(|| Error::Stored { what: "job.state", why: self.state.clone() })?,
            kind: self.kind,
            title: self.title,
            account: self.account_id.map(AccountId),
            office: self.office_id.map(OfficeId),
            division: self.division,
            subject: self.subject_kind.zip(self.subject_id),
            done_steps: self.done_steps,
            all_steps: self.all_steps,
            message: self.message,
            result: self.result.map(|text| json("job.result", &text)).transpose()?,
            error: self.error,
            attempts: self.attempts,
            attempts_max: self.attempts_max,
            takeovers: self.takeovers,
            not_before: self.not_before,
            worker: self.worker,
            heartbeat_at: self.heartbeat_at,
            cancel_requested_at: self.cancel_requested_at,
            created_at: self.created_at,
            started_at: self.started_at,
            finished_at: self.finished_at,
        })
    }
}
