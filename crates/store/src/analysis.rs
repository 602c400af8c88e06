//! Network analyses: their grounds and terms, their files, what was unmasked, what was asked.
//!
//! Holds no case data: tables and results are files in the data directory. Every change that a page offers
//! compares the version, so that nobody overwrites what he has not seen.

mod question;

pub use question::{
    Question, QuestionKind, answered, ask, forget_questions, question, question_like, questions,
    set_question_job,
};

use crate::{Db, Error, Tx, on, within};
use mingjing_model::id::{AccountId, AnalysisId, JobId, OfficeId};
use mingjing_model::time::Micros;
use sqlx::{AssertSqlSafe, FromRow};

/// Why data may be used: declared public or synthetic, or a filed case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grounds {
    /// What people call it.
    pub name: String,
    /// Public or synthetic data without private persons; else all five below are there.
    pub is_public: bool,
    /// Case number.
    pub case_no: Option<String>,
    /// Legal basis.
    pub basis: Option<String>,
    /// Purpose.
    pub purpose: Option<String>,
    /// Who approved.
    pub approver: Option<String>,
    /// Last day the data may be kept, `2026-06-30`.
    pub retain_until: Option<String>,
}

/// What decides the next run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Id of the counting policy.
    pub policy: String,
    /// Last day counted; `None`: all.
    pub as_of: Option<String>,
    /// Accounts to report on by themselves.
    pub subjects: Vec<String>,
    /// The mapping file, confirmed on the page.
    pub mapping: Option<String>,
}

/// An analysis.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Analysis {
    /// Number.
    pub id: i64,
    /// What people call it.
    pub name: String,
    /// Case number.
    pub case_no: Option<String>,
    /// Declared public or synthetic.
    pub is_public: bool,
    /// Legal basis.
    pub basis: Option<String>,
    /// Purpose.
    pub purpose: Option<String>,
    /// Who approved.
    pub approver: Option<String>,
    /// Last day of keeping.
    pub retain_until: Option<String>,
    /// Counting policy.
    pub policy: String,
    /// Last day counted.
    pub as_of: Option<String>,
    /// Accounts to report on, JSON.
    pub subjects: String,
    /// The mapping file.
    pub mapping: Option<String>,
    /// `draft`, `waiting`, `running`, `done`, `failed`, `cancelled`, `destroyed`.
    pub state: String,
    /// How many runs were started.
    pub run: i64,
    /// What the last run said when it failed: JSON {code, message}.
    pub failure: Option<String>,
    /// The job of the last run.
    pub job_id: Option<i64>,
    /// Who made it.
    pub account_id: i64,
    /// His name.
    pub account_name: String,
    /// The office it belongs to.
    pub office_id: i64,
    /// Name of the office.
    pub office_name: String,
    /// Kind of the agency of the office.
    pub agency: String,
    /// Division of the office.
    pub division: String,
    /// Accounts counted.
    pub accounts: Option<i64>,
    /// Persons counted.
    pub persons: Option<i64>,
    /// Levels by person.
    pub levels: Option<i64>,
    /// Money in, fen.
    pub paid_in_fen: Option<i64>,
    /// Why it is held beyond its term.
    pub hold_reason: Option<String>,
    /// Who holds it.
    pub hold_by: Option<i64>,
    /// Since when.
    pub hold_at: Option<i64>,
    /// When it was made.
    pub created_at: i64,
    /// When the last run ended.
    pub finished_at: Option<i64>,
    /// When a user deleted it.
    pub deleted_at: Option<i64>,
    /// Who did.
    pub deleted_by: Option<i64>,
    /// When its files were destroyed.
    pub destroyed_at: Option<i64>,
    /// `term` or `deleted`.
    pub destroyed_why: Option<String>,
    /// For optimistic locking.
    pub version: i64,
}

impl Analysis {
    /// Its number.
    pub fn id(&self) -> AnalysisId {
        AnalysisId(self.id)
    }

    /// Accounts to report on by themselves; none where the stored text cannot be read.
    pub fn subjects(&self) -> Vec<String> {
        serde_json::from_str(&self.subjects).unwrap_or_default()
    }

    /// Is a run waiting or running?
    pub fn is_busy(&self) -> bool {
        matches!(self.state.as_str(), "waiting" | "running")
    }
}

/// Where a new analysis belongs.
#[derive(Clone, Debug)]
pub struct Owner {
    /// Who makes it.
    pub account: AccountId,
    /// For which office.
    pub office: OfficeId,
    /// In which division.
    pub division: String,
}

/// A value for a placeholder of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bind {
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
}

/// The columns that a condition on analyses may name: the agency's kind, the division, the maker's account.
pub const COLUMNS: [&str; 3] = ["g.kind", "a.division", "a.account_id"];

/// Main figures of a finished run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Accounts counted.
    pub accounts: i64,
    /// Persons counted.
    pub persons: i64,
    /// Levels by person.
    pub levels: i64,
    /// Money in, fen; `None` without a ledger.
    pub paid_in_fen: Option<i64>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// With results.
    Done(Figures),
    /// With what it said: JSON {code, message}.
    Failed(String),
    /// Cancelled by a user.
    Cancelled,
}

/// A new draft.
///
/// # Errors
/// The database refuses.
pub async fn insert(
    tx: &mut Tx,
    grounds: &Grounds,
    policy: &str,
    owner: &Owner,
    now: Micros,
) -> Result<AnalysisId, Error> {
    const SQL: &str = include_str!("analysis/insert.sql");
    let id: i64 = within!(tx, c => sqlx::query_scalar(SQL)
        .bind(&grounds.name)
        .bind(&grounds.case_no)
        .bind(grounds.is_public)
        .bind(&grounds.basis)
        .bind(&grounds.purpose)
        .bind(&grounds.approver)
        .bind(&grounds.retain_until)
        .bind(policy)
        .bind(owner.account.0)
        .bind(owner.office.0)
        .bind(&owner.division)
        .bind(now)
        .fetch_one(c)
        .await)?;
    Ok(AnalysisId(id))
}

/// One analysis.
///
/// # Errors
/// The database refuses.
pub async fn find(db: &Db, id: AnalysisId) -> Result<Option<Analysis>, Error> {
    const SQL: &str = include_str!("analysis/find.sql");
    Ok(on!(db, p => sqlx::query_as(SQL).bind(id.0).fetch_optional(p).await)?)
}

/// The same as the transaction sees it.
///
/// # Errors
/// The database refuses.
pub async fn find_in(tx: &mut Tx, id: AnalysisId) -> Result<Option<Analysis>, Error> {
    const SQL: &str = include_str!("analysis/find.sql");
    Ok(within!(tx, c => sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?)
}

/// Analyses for which a condition of the caller holds, numbers below `before`, newest first. The condition names
/// [`COLUMNS`] and placeholders from `$3` on, values stand in `binds` alone.
///
/// # Errors
/// The database refuses.
pub async fn list(
    db: &Db,
    (condition, binds): (&str, &[Bind]),
    before: i64,
    limit: i64,
) -> Result<Vec<Analysis>, Error> {
    let sql = include_str!("analysis/list.sql").replace("{scope}", condition);
    Ok(on!(db, p => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(before).bind(limit);
        for bind in binds {
            query = match bind {
                Bind::Text(text) => query.bind(text.clone()),
                Bind::Number(number) => query.bind(*number),
            };
        }
        query.fetch_all(p).await
    })?)
}

fn one(rows: u64, id: AnalysisId) -> Result<(), Error> {
    if rows == 1 { Ok(()) } else { Err(Error::Changed { kind: "analysis", id: id.to_string() }) }
}

/// Changes name and grounds; not while a run is on.
///
/// # Errors
/// [`Error::Changed`]; the database refuses.
pub async fn set_grounds(tx: &mut Tx, id: AnalysisId, version: i64, grounds: &Grounds) -> Result<(), Error> {
    const SQL: &str = include_str!("analysis/set_grounds.sql");
    let rows = within!(tx, c => sqlx::query(SQL)
        .bind(id.0)
        .bind(version)
        .bind(&grounds.name)
        .bind(&grounds.case_no)
        .bind(grounds.is_public)
        .bind(&grounds.basis)
        .bind(&grounds.purpose)
        .bind(&grounds.approver)
        .bind(&grounds.retain_until)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    one(rows, id)
}

/// Changes what decides the next run; not while one is on.
///
/// # Errors
/// [`Error::Changed`]; the database refuses.
pub async fn set_terms(tx: &mut Tx, id: AnalysisId, version: i64, terms: &Terms) -> Result<(), Error> {
    const SQL: &str = include_str!("analysis/set_terms.sql");
    let subjects = serde_json::json!(terms.subjects).to_string();
    let rows = within!(tx, c => sqlx::query(SQL)
        .bind(id.0)
        .bind(version)
        .bind(&terms.policy)
        .bind(&terms.as_of)
        .bind(&subjects)
        .bind(&terms.mapping)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    one(rows, id)
}

/// Lets the analysis wait for its next run; gives the number of the run.
///
/// # Errors
/// [`Error::Changed`], also while a run is on; the database refuses.
pub async fn start(tx: &mut Tx, id: AnalysisId, version: i64) -> Result<i64, Error> {
    const SQL: &str = include_str!("analysis/start.sql");
    let run: Option<i64> =
        within!(tx, c => sqlx::query_scalar(SQL).bind(id.0).bind(version).fetch_optional(c).await)?;
    run.ok_or_else(|| Error::Changed { kind: "analysis", id: id.to_string() })
}

/// Names the job of the run.
///
/// # Errors
/// The database refuses.
pub async fn set_job(tx: &mut Tx, id: AnalysisId, job: JobId) -> Result<(), Error> {
    const SQL: &str = include_str!("analysis/set_job.sql");
    within!(tx, c => sqlx::query(SQL).bind(id.0).bind(job.0).execute(c).await.map(drop))?;
    Ok(())
}

/// The run begins, perhaps once more after a crash; false when it is not wanted any longer.
///
/// # Errors
/// The database refuses.
pub async fn running(tx: &mut Tx, id: AnalysisId, run: i64) -> Result<bool, Error> {
    const SQL: &str = include_str!("analysis/running.sql");
    let rows =
        within!(tx, c => sqlx::query(SQL).bind(id.0).bind(run).execute(c).await.map(|d| d.rows_affected()))?;
    Ok(rows == 1)
}

/// The run ended; false when that was known already.
///
/// # Errors
/// The database refuses.
pub async fn finished(tx: &mut Tx, id: AnalysisId, run: i64, end: &End, now: Micros) -> Result<bool, Error> {
    const SQL: &str = include_str!("analysis/finished.sql");
    let (state, failure, figures) = match end {
        End::Done(figures) => ("done", None, Some(*figures)),
        End::Failed(said) => ("failed", Some(said.as_str()), None),
        End::Cancelled => ("cancelled", None, None),
    };
    let rows = within!(tx, c => sqlx::query(SQL)
        .bind(id.0)
        .bind(run)
        .bind(state)
        .bind(failure)
        .bind(figures.map(|f| f.accounts))
        .bind(figures.map(|f| f.persons))
        .bind(figures.map(|f| f.levels))
        .bind(figures.and_then(|f| f.paid_in_fen))
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Puts the analysis out of sight; its files stand until it is taken back or destroyed.
///
/// # Errors
/// [`Error::Changed`], also while a run is on; the database refuses.
pub async fn delete(
    tx: &mut Tx,
    id: AnalysisId,
    version: i64,
    by: AccountId,
    now: Micros,
) -> Result<(), Error> {
    const SQL: &str = include_str!("analysis/delete.sql");
    let rows = within!(tx, c => sqlx::query(SQL)
        .bind(id.0)
        .bind(version)
        .bind(now)
        .bind(by.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    one(rows, id)
}

/// Takes a deletion back.
///
/// # Errors
/// [`Error::Changed`], also when it is destroyed; the database refuses.
pub async fn restore(tx: &mut Tx, id: AnalysisId, version: i64) -> Result<(), Error> {
    const SQL: &str = include_str!("analysis/restore.sql");
    let rows = within!(tx, c => sqlx::query(SQL).bind(id.0).bind(version).execute(c).await.map(|d| d.rows_affected()))?;
    one(rows, id)
}

/// Sets a legal hold, or ends it where there is no reason.
///
/// # Errors
/// [`Error::Changed`]; the database refuses.
pub async fn hold(
    tx: &mut Tx,
    id: AnalysisId,
    version: i64,
    reason: Option<&str>,
    by: AccountId,
    now: Micros,
) -> Result<(), Error> {
    const SQL: &str = include_str!("analysis/hold.sql");
    let rows = within!(tx, c => sqlx::query(SQL)
        .bind(id.0)
        .bind(version)
        .bind(reason)
        .bind(reason.map(|_| by.0))
        .bind(reason.map(|_| now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    one(rows, id)
}

/// Analyses to be destroyed, each with `term` or `deleted`: kept until a day before `today`, or deleted by a user
/// before `deleted_before`.
///
/// # Errors
/// The database refuses.
pub async fn due(db: &Db, today: &str, deleted_before: Micros) -> Result<Vec<(AnalysisId, String)>, Error> {
    const SQL: &str = include_str!("analysis/due.sql");
    let rows: Vec<(i64, String)> =
        on!(db, p => sqlx::query_as(SQL).bind(today).bind(deleted_before).fetch_all(p).await)?;
    Ok(rows.into_iter().map(|(id, why)| (AnalysisId(id), why)).collect())
}

/// Runs of analyses beyond their term, each with its job.
///
/// # Errors
/// The database refuses.
pub async fn overdue_runs(db: &Db, today: &str) -> Result<Vec<(AnalysisId, Option<JobId>)>, Error> {
    const SQL: &str = include_str!("analysis/overdue_runs.sql");
    let rows: Vec<(i64, Option<i64>)> = on!(db, p => sqlx::query_as(SQL).bind(today).fetch_all(p).await)?;
    Ok(rows.into_iter().map(|(id, job)| (AnalysisId(id), job.map(JobId))).collect())
}

/// The files are gone; what may name a person goes from the row too.
///
/// # Errors
/// The database refuses.
pub async fn destroyed(tx: &mut Tx, id: AnalysisId, why: &str, now: Micros) -> Result<bool, Error> {
    const SQL: &str = include_str!("analysis/destroyed.sql");
    let rows = within!(tx, c => sqlx::query(SQL)
        .bind(id.0)
        .bind(now)
        .bind(why)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    forget_questions(tx, id).await?;
    Ok(rows == 1)
}

/// A file that was received.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct File {
    /// Number.
    pub id: i64,
    /// The analysis.
    pub analysis_id: i64,
    /// `members` or `ledger`.
    pub table_name: String,
    /// Its name as given, made safe.
    pub name: String,
    /// Bytes.
    pub bytes: i64,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// Where it stands below the folder of the analysis.
    pub stored_name: String,
    /// When it had arrived whole.
    pub received_at: i64,
}

/// A file to be entered.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// `members` or `ledger`.
    pub table: &'static str,
    /// Its name as given, made safe.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// Where it stands below the folder of the analysis.
    pub stored_name: String,
}

/// Enters a file; not while a run is on.
///
/// # Errors
/// [`Error::Changed`]; the database refuses.
pub async fn add_file(
    tx: &mut Tx,
    id: AnalysisId,
    file: &NewFile,
    by: AccountId,
    now: Micros,
) -> Result<i64, Error> {
    const SQL: &str = include_str!("analysis/add_file.sql");
    touch(tx, id).await?;
    Ok(within!(tx, c => sqlx::query_scalar(SQL)
        .bind(id.0)
        .bind(file.table)
        .bind(&file.name)
        .bind(i64::try_from(file.bytes).unwrap_or(i64::MAX))
        .bind(&file.sha256)
        .bind(&file.stored_name)
        .bind(now)
        .bind(by.0)
        .fetch_one(c)
        .await)?)
}

/// Takes a file out; not while a run is on.
///
/// # Errors
/// [`Error::Changed`], [`Error::Missing`]; the database refuses.
pub async fn remove_file(tx: &mut Tx, id: AnalysisId, file: i64) -> Result<(), Error> {
    const SQL: &str = include_str!("analysis/remove_file.sql");
    touch(tx, id).await?;
    let rows =
        within!(tx, c => sqlx::query(SQL).bind(file).bind(id.0).execute(c).await.map(|d| d.rows_affected()))?;
    if rows == 1 { Ok(()) } else { Err(Error::Missing { kind: "analysis_file", id: file.to_string() }) }
}

async fn touch(tx: &mut Tx, id: AnalysisId) -> Result<(), Error> {
    const SQL: &str = include_str!("analysis/touch.sql");
    let rows = within!(tx, c => sqlx::query(SQL).bind(id.0).execute(c).await.map(|d| d.rows_affected()))?;
    one(rows, id)
}

/// The files of an analysis, member tables first.
///
/// # Errors
/// The database refuses.
pub async fn files(db: &Db, id: AnalysisId) -> Result<Vec<File>, Error> {
    const SQL: &str = include_str!("analysis/files.sql");
    Ok(on!(db, p => sqlx::query_as(SQL).bind(id.0).fetch_all(p).await)?)
}

/// A field shown in clear.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Unmasking {
    /// Running number of the person in the results.
    pub person: i64,
    /// `identity`, `name`, `mobile` or `bank_card`.
    pub field: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub at: i64,
    /// Until when.
    pub expires_at: i64,
}

/// Lets a user see one field of one person in clear until `expires_at`.
///
/// # Errors
/// The database refuses.
pub async fn unmask(tx: &mut Tx, id: AnalysisId, who: AccountId, new: &Unmasking) -> Result<(), Error> {
    const SQL: &str = include_str!("analysis/unmask.sql");
    let _: i64 = within!(tx, c => sqlx::query_scalar(SQL)
        .bind(id.0)
        .bind(new.person)
        .bind(&new.field)
        .bind(&new.reason)
        .bind(who.0)
        .bind(new.at)
        .bind(new.expires_at)
        .fetch_one(c)
        .await)?;
    Ok(())
}

/// What a user may see in clear at `now`.
///
/// # Errors
/// The database refuses.
pub async fn unmasked(db: &Db, id: AnalysisId, who: AccountId, now: Micros) -> Result<Vec<Unmasking>, Error> {
    const SQL: &str = include_str!("analysis/unmasked.sql");
    Ok(on!(db, p => sqlx::query_as(SQL).bind(id.0).bind(who.0).bind(now).fetch_all(p).await)?)
}

/// The name of an office, for choosing where an analysis belongs.
///
/// # Errors
/// The database refuses.
pub async fn office_name(db: &Db, office: i64) -> Result<Option<String>, Error> {
    const SQL: &str = include_str!("analysis/office_name.sql");
    Ok(on!(db, p => sqlx::query_scalar(SQL).bind(office).fetch_optional(p).await)?)
}
