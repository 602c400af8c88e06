//! Questions that take a count of their own: a figure down to its rows, two policies side by side. The answer is
//! kept as a file beside the results, so that it is read again without counting again, and destroyed with them.

use super::process::{self, Ended};
use super::run::is_cancelled;
use super::{House, Program, Refused};
use crate::job::{Ctx, Failure, Work};
use futures::future::BoxFuture;
use mingjing_model::id::{AccountId, AnalysisId, JobId, OfficeId};
use mingjing_model::time::Micros;
use mingjing_store::Db;
use mingjing_store::analysis::{self, Analysis, Question, QuestionKind};
use mingjing_store::audit::{self, Entry};
use mingjing_store::job::{self, NewJob};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::fs;
use std::path::Path;

/// The kind of the job.
pub const KIND: &str = "network_question";
/// Lines of an explanation.
pub const LINES_MAX: usize = 500;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// A figure of a person.
    Person {
        /// Running number.
        person: u32,
        /// Column of persons.parquet.
        figure: String,
    },
    /// A figure of an account.
    Account {
        /// Its number.
        account: String,
        /// Column of accounts.parquet.
        figure: String,
    },
    /// Two policies.
    Policies(String, String),
}

impl Asked {
    /// Which kind of question.
    pub fn kind(&self) -> QuestionKind {
        match self {
            Asked::Policies(..) => QuestionKind::Comparison,
            _ => QuestionKind::Explanation,
        }
    }

    /// As it is stored: the same question has the same words.
    pub fn words(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Of stored words.
    pub fn of(words: &str) -> Option<Asked> {
        serde_json::from_str(words).ok()
    }
}

/// Asks, unless the same was asked of the same results: then that question stands. Gives its number.
///
/// # Errors
/// `not_done` where there are no results; the database refuses.
pub async fn ask(
    db: &Db,
    found: &Analysis,
    asked: &Asked,
    title: &str,
    entry: Entry,
) -> Result<i64, Refused> {
    if found.state != "done" || found.deleted_at.is_some() {
        return Err(Refused::State("not_done"));
    }
    let (now, who) = (entry.at, entry.account.unwrap_or(AccountId(found.account_id)));
    let mut tx = db.begin().await?;
    let key = (found.id(), found.run);
    let (question, state) = analysis::ask(&mut tx, key, asked.kind(), &asked.words(), who, now).await?;
    if state == "waiting" {
        let job = job::enqueue(&mut tx, &new_job(found, question, title, &entry, now), now).await?;
        analysis::set_question_job(&mut tx, question, job).await?;
    }
    let detail = json!({"kind": asked.kind().word(), "question": question});
    audit::append(&mut tx, &Entry { division: Some(found.division.clone()), detail, ..entry }).await?;
    tx.commit().await?;
    Ok(question)
}

fn new_job(found: &Analysis, question: i64, title: &str, entry: &Entry, now: Micros) -> NewJob {
    NewJob {
        kind: KIND,
        title: title.to_owned(),
        input: json!({"question": question}),
        // Asked again after a failure it is another job.
        idempotency_key: Some(format!("{KIND}:{question}:{now}")),
        account: entry.account,
        office: Some(OfficeId(found.office_id)),
        division: Some(found.division.clone()),
        subject: Some(("analysis".to_owned(), found.id.to_string())),
        not_before: now,
    }
}

/// The answer, if it is there.
///
/// # Errors
/// The file cannot be read.
pub fn answer(house: &House, question: &Question) -> Result<Option<Value>, Refused> {
    if question.state != "done" {
        return Ok(None);
    }
    let bytes = fs::read(house.answer(AnalysisId(question.analysis_id), question.id))?;
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|e| Refused::World(format!("answer {}: {e}", question.id)))
}

/// Takes a question back; an answer that is there stays.
///
/// # Errors
/// The database refuses.
pub async fn cancel(db: &Db, question: &Question, entry: Entry) -> Result<(), Refused> {
    let mut tx = db.begin().await?;
    if let Some(job) = question.job_id {
        job::cancel(&mut tx, JobId(job), entry.account, entry.at).await?;
    }
    if question.state == "waiting" {
        analysis::answered(&mut tx, question.id, "cancelled", None, entry.at).await?;
    }
    audit::append(&mut tx, &entry).await?;
    Ok(tx.commit().await?)
}

/// Answers questions.
pub struct Answer {
    /// Where the files lie.
    pub house: House,
    /// What counts.
    pub program: Program,
}

impl Work for Answer {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run<'a>(&'a self, job: &'a Ctx) -> BoxFuture<'a, Result<Value, Failure>> {
        Box::pin(self.work(job))
    }
}

impl Answer {
    async fn work(&self, job: &Ctx) -> Result<Value, Failure> {
        let number = job.input()["question"].as_i64();
        let number = number.ok_or_else(|| Failure::Final("the job names no question".to_owned()))?;
        let Some(question) = analysis::question(job.db(), number).await? else {
            return Ok(json!({"skipped": true}));
        };
        let id = AnalysisId(question.analysis_id);
        let found = analysis::find(job.db(), id).await?;
        let is_wanted = !matches!(question.state.as_str(), "done" | "cancelled");
        let stands = found.as_ref().is_some_and(|a| a.state == "done" && a.run == question.run);
        let (true, true, Some(asked)) = (is_wanted, stands, Asked::of(&question.question)) else {
            return Ok(json!({"skipped": true}));
        };
        told(job, number, "running", None).await?;
        let folder = self.house.of(id);
        let arguments = arguments(&self.house, id, &asked);
        match process::run(&self.program, &folder, &arguments, job).await {
            Ok(Ended::Done(value)) => {
                keep(&self.house.answer(id, number), &value).map_err(|e| Failure::Retry(e.to_string()))?;
                told(job, number, "done", None).await?;
                Ok(json!({"question": number}))
            }
            Ok(Ended::Said(said)) => {
                told(job, number, "failed", Some(&said.json())).await?;
                Err(Failure::Final(said.message.lines().next().unwrap_or_default().to_owned()))
            }
            Ok(Ended::Stopped) => {
                if is_cancelled(job).await? {
                    told(job, number, "cancelled", None).await?;
                }
                Err(Failure::Cancelled)
            }
            Err(error) => {
                told(job, number, "failed", Some(&json!({"code": "world", "message": error}).to_string()))
                    .await?;
                Err(Failure::Final(error))
            }
        }
    }
}

async fn told(job: &Ctx, question: i64, state: &str, failure: Option<&str>) -> Result<(), Failure> {
    let mut tx = job.db().begin().await?;
    analysis::answered(&mut tx, question, state, failure, job.clock().now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes an answer whole or not at all.
fn keep(path: &Path, value: &Value) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let part = path.with_extension("part");
    fs::write(&part, value.to_string())?;
    fs::rename(part, path)
}

fn arguments(house: &House, id: AnalysisId, asked: &Asked) -> Vec<OsString> {
    let with = |option: &str, value: OsString| {
        let mut text = OsString::from(format!("--{option}="));
        text.push(value);
        text
    };
    let command = if asked.kind() == QuestionKind::Comparison { "compare" } else { "explain" };
    let mut all: Vec<OsString> = vec!["network".into(), command.into()];
    all.push(with("out", house.results(id).into()));
    all.push(with("inputs", house.inputs(id).into()));
    let own: Vec<(&str, String)> = match asked {
        Asked::Person { person, figure } => {
            vec![("person", format!("P{person}")), ("figure", figure.clone())]
        }
        Asked::Account { account, figure } => vec![("account", account.clone()), ("figure", figure.clone())],
        Asked::Policies(one, other) => vec![("policy", one.clone()), ("policy", other.clone())],
    };
    if asked.kind() == QuestionKind::Explanation {
        all.push(with("limit", LINES_MAX.to_string().into()));
    }
    all.extend(own.into_iter().map(|(option, value)| with(option, value.into())));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_question_has_the_same_words_and_is_read_back() {
        let all = [
            Asked::Person { person: 3, figure: "persons".into() },
            Asked::Account { account: "--out".into(), figure: "levels".into() },
            Asked::Policies("main".into(), "strict".into()),
        ];
        for asked in all {
            assert_eq!(Asked::of(&asked.words()), Some(asked.clone()));
        }
    }

    #[test]
    fn an_account_that_looks_like_an_option_is_a_value() {
        let asked = Asked::Account { account: "--replace".into(), figure: "levels".into() };
        let all = arguments(&House::new(Path::new("/d")), AnalysisId(4), &asked);
        assert!(all.contains(&OsString::from("--account=--replace")), "{all:?}");
        assert!(all.contains(&OsString::from("--inputs=/d/analyses/4/in")), "{all:?}");
    }
}
