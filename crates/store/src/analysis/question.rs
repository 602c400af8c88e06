//! Questions to an analysis that take a count of their own. The answer is a file; here stands that it was asked.

use crate::{Db, Error, Tx, on, within};
use mingjing_model::id::{AccountId, AnalysisId, JobId};
use mingjing_model::time::Micros;
use sqlx::FromRow;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuestionKind {
    /// A figure taken apart, down to the rows.
    Explanation,
    /// Two counting policies side by side.
    Comparison,
}

impl QuestionKind {
    /// The word that is stored.
    pub fn word(self) -> &'static str {
        match self {
            QuestionKind::Explanation => "explanation",
            QuestionKind::Comparison => "comparison",
        }
    }
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Question {
    /// Number.
    pub id: i64,
    /// To which analysis.
    pub analysis_id: i64,
    /// To which of its runs.
    pub run: i64,
    /// `explanation` or `comparison`.
    pub kind: String,
    /// JSON, keys in a fixed order.
    pub question: String,
    /// `waiting`, `running`, `done`, `failed`, `cancelled`.
    pub state: String,
    /// JSON {code, message} of a failure.
    pub failure: Option<String>,
    /// The job that answers.
    pub job_id: Option<i64>,
    /// Who asked first.
    pub account_id: i64,
    /// When.
    pub asked_at: i64,
    /// When it was answered.
    pub answered_at: Option<i64>,
}

/// Asks; the same question to the same run is asked once. Gives its number and its state.
///
/// # Errors
/// The database refuses.
pub async fn ask(
    tx: &mut Tx,
    (id, run): (AnalysisId, i64),
    kind: QuestionKind,
    question: &str,
    who: AccountId,
    now: Micros,
) -> Result<(i64, String), Error> {
    const SQL: &str = include_str!("ask.sql");
    Ok(within!(tx, c => sqlx::query_as(SQL)
        .bind(id.0)
        .bind(run)
        .bind(kind.word())
        .bind(question)
        .bind(who.0)
        .bind(now)
        .fetch_one(c)
        .await)?)
}

/// Names the job that answers.
///
/// # Errors
/// The database refuses.
pub async fn set_question_job(tx: &mut Tx, question: i64, job: JobId) -> Result<(), Error> {
    const SQL: &str = include_str!("set_question_job.sql");
    within!(tx, c => sqlx::query(SQL).bind(question).bind(job.0).execute(c).await.map(drop))?;
    Ok(())
}

/// One question.
///
/// # Errors
/// The database refuses.
pub async fn question(db: &Db, question: i64) -> Result<Option<Question>, Error> {
    const SQL: &str = include_str!("question.sql");
    Ok(on!(db, p => sqlx::query_as(SQL).bind(question).fetch_optional(p).await)?)
}

/// The question in these words.
///
/// # Errors
/// The database refuses.
pub async fn question_like(
    db: &Db,
    (id, run): (AnalysisId, i64),
    kind: QuestionKind,
    question: &str,
) -> Result<Option<Question>, Error> {
    const SQL: &str = include_str!("question_like.sql");
    Ok(on!(db, p => sqlx::query_as(SQL)
        .bind(id.0)
        .bind(run)
        .bind(kind.word())
        .bind(question)
        .fetch_optional(p)
        .await)?)
}

/// Questions of a kind to a run, newest first, at most fifty.
///
/// # Errors
/// The database refuses.
pub async fn questions(
    db: &Db,
    (id, run): (AnalysisId, i64),
    kind: QuestionKind,
) -> Result<Vec<Question>, Error> {
    const SQL: &str = include_str!("questions.sql");
    Ok(on!(db, p => sqlx::query_as(SQL).bind(id.0).bind(run).bind(kind.word()).fetch_all(p).await)?)
}

/// A question moves on: `running`, `done`, `failed` with what was said, `cancelled`.
///
/// # Errors
/// The database refuses.
pub async fn answered(
    tx: &mut Tx,
    question: i64,
    state: &str,
    failure: Option<&str>,
    now: Micros,
) -> Result<(), Error> {
    const SQL: &str = include_str!("answered.sql");
    within!(tx, c => sqlx::query(SQL)
        .bind(question)
        .bind(state)
        .bind(failure)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// All questions to an analysis go.
///
/// # Errors
/// The database refuses.
pub async fn forget_questions(tx: &mut Tx, id: AnalysisId) -> Result<(), Error> {
    const SQL: &str = include_str!("forget_questions.sql");
    within!(tx, c => sqlx::query(SQL).bind(id.0).execute(c).await.map(drop))?;
    Ok(())
}
