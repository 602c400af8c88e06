//! Starting and stopping runs and questions, and how far they are.

use super::frame::{entry, load, refused};
use crate::app::App;
use crate::fault::Fault;
use crate::look::{Flash, write};
use crate::signed::Signed;
use crate::words::Lang;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use mingjing_casework::analysis::{change, question};
use mingjing_casework::permission::Action;
use mingjing_model::id::JobId;
use mingjing_store::analysis::{self, Analysis, Question};
use mingjing_store::job::{self, Job};
use serde::Deserialize;
use std::sync::Arc;

/// What a button sends.
#[derive(Deserialize)]
pub struct Seen {
    version: i64,
}

/// Starts a run and leads to its page.
pub async fn begin(app: &App, signed: &Signed, found: &Analysis, version: i64) -> Result<Response, Fault> {
    let title = signed.lang.f("network.run.job", &[("name", &found.name)]);
    let entry = entry(signed, "analysis.started", found);
    change::start(&app.db, found, version, &title, entry).await.map_err(refused)?;
    Ok(Flash::new("network.said.started").to(&format!("/analyses/{}", found.id)))
}

/// `POST /analyses/{id}/start`.
pub async fn start(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Form(seen): Form<Seen>,
) -> Result<Response, Fault> {
    let found = load(&app, &signed, id, Action::Run).await?;
    begin(&app, &signed, &found, seen.version).await
}

/// `POST /analyses/{id}/cancel`.
pub async fn cancel(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let found = load(&app, &signed, id, Action::Cancel).await?;
    let path = format!("/analyses/{id}");
    if !found.is_busy() {
        return Ok(Flash::new("network.said.over").to(&path));
    }
    change::cancel(&app.db, &found, entry(&signed, "analysis.cancel", &found)).await.map_err(refused)?;
    Ok(Flash::new("network.said.cancelled").to(&path))
}

/// How far a job is, as pages and `progress.ts` have it.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Progress {
    /// `waiting`, `running`, `done`, `failed`, `cancelled`.
    pub state: String,
    /// The state in a word.
    pub word: String,
    /// What it does just now.
    pub message: String,
    /// Percent of the phase; `null`: not known.
    pub percent: Option<i64>,
    /// Bytes done of bytes.
    pub steps: String,
}

impl Progress {
    /// Percent for the template: below 0 where it is not known.
    pub fn percent_or(&self) -> i64 {
        self.percent.unwrap_or(-1)
    }

    fn of(lang: Lang, state: &str, job: Option<&Job>) -> Progress {
        let word = lang.t(&format!("look.state.{state}")).to_owned();
        let Some(job) = job.filter(|_| matches!(state, "waiting" | "running")) else {
            return Progress { state: state.to_owned(), word, ..Progress::default() };
        };
        let all = job.all_steps.filter(|all| *all > 0);
        let steps = all.map(|all| {
            let [done, all] = [job.done_steps, all].map(|n| write::bytes(n.unsigned_abs()));
            lang.f("network.run.of", &[("done", &done), ("all", &all)])
        });
        Progress {
            state: state.to_owned(),
            word,
            message: said(lang, &job.message),
            percent: all.map(|all| (job.done_steps.saturating_mul(100) / all).clamp(0, 100)),
            steps: steps.unwrap_or_default(),
        }
    }
}

/// The program says each phase as `读会员表 members`: one language of it.
fn said(lang: Lang, message: &str) -> String {
    match (lang, message.split_once(' ')) {
        (Lang::Zh, Some((zh, _))) => zh.to_owned(),
        (Lang::En, Some((_, en))) => en.to_owned(),
        _ => message.to_owned(),
    }
}

/// How far the run is; brings to its end what is on in name only.
pub async fn progress(app: &App, lang: Lang, found: &Analysis) -> Result<Progress, Fault> {
    let job = match found.job_id.filter(|_| found.is_busy()) {
        Some(job) => Some(job::read(&app.db, JobId(job)).await?),
        None => None,
    };
    Ok(Progress::of(lang, &found.state, job.as_ref()))
}

/// The analysis as it is after a run that ended elsewhere was brought to its end.
pub async fn settled(app: &App, found: Analysis) -> Result<Analysis, Fault> {
    if !change::reconcile(&app.db, &found, app.now()).await.map_err(refused)? {
        return Ok(found);
    }
    analysis::find(&app.db, found.id()).await?.ok_or(Fault::NotFound)
}

/// `GET /analyses/{id}/state`.
pub async fn state(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let found = settled(&app, load(&app, &signed, id, Action::Read).await?).await?;
    Ok(axum::Json(progress(&app, signed.lang, &found).await?).into_response())
}

/// A question to this analysis.
pub async fn asked(app: &App, found: &Analysis, number: i64) -> Result<Question, Fault> {
    let question = analysis::question(&app.db, number).await?.ok_or(Fault::NotFound)?;
    if question.analysis_id == found.id { Ok(question) } else { Err(Fault::NotFound) }
}

/// How far a question is; one whose job is over without an answer has failed.
pub async fn question_progress(app: &App, lang: Lang, question: &Question) -> Result<Progress, Fault> {
    let is_on = matches!(question.state.as_str(), "waiting" | "running");
    let Some(job) = question.job_id.filter(|_| is_on) else {
        return Ok(Progress::of(lang, &question.state, None));
    };
    let job = job::read(&app.db, JobId(job)).await?;
    let state = match job.state {
        job::State::Failed => "failed",
        job::State::Cancelled => "cancelled",
        _ => question.state.as_str(),
    };
    Ok(Progress::of(lang, state, Some(&job)))
}

/// `GET /analyses/{id}/questions/{question}/state`.
pub async fn question_state(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, number)): Path<(i64, i64)>,
) -> Result<Response, Fault> {
    let found = load(&app, &signed, id, Action::Read).await?;
    let question = asked(&app, &found, number).await?;
    Ok(axum::Json(question_progress(&app, signed.lang, &question).await?).into_response())
}

/// `POST /analyses/{id}/questions/{question}/cancel`.
pub async fn cancel_question(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, number)): Path<(i64, i64)>,
) -> Result<Response, Fault> {
    let found = load(&app, &signed, id, Action::Cancel).await?;
    let question = asked(&app, &found, number).await?;
    let mut entry = entry(&signed, "analysis.question_cancelled", &found);
    (entry.division, entry.detail) = (Some(found.division.clone()), serde_json::json!({"question": number}));
    question::cancel(&app.db, &question, entry).await.map_err(refused)?;
    Ok(Flash::new("network.said.cancelled").to(&format!("/analyses/{id}")))
}
