//! 后台任务: progress, result, cancelling, running again.

use super::Page;
use super::thing::{Cell, Deed, Thing};
use crate::app::App;
use crate::fault::Fault;
use crate::look::write::{minute, number};
use crate::look::{Flash, Mark};
use crate::signed::Signed;
use crate::words::Lang;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use mingjing_casework::permission::{Action, Kind, Resource};
use mingjing_model::id::JobId;
use mingjing_store::job::{Job, State as Stand};
use mingjing_store::{account, audit, job, office};
use serde::Serialize;
use std::sync::Arc;

/// The job as a thing that the policies know.
async fn resource(app: &App, job: &Job) -> Result<Resource, Fault> {
    let mut resource = Resource::new(Kind::Job, job.id);
    resource.owner = job.account;
    resource.division = job.division.clone();
    if let Some(id) = job.office {
        let office = office::office(&app.db, id).await?;
        resource.agency = office.map(|office| office.agency);
    }
    Ok(resource)
}

async fn read(app: &App, id: i64) -> Result<(Job, Resource), Fault> {
    let job = job::read(&app.db, JobId(id)).await?;
    let resource = resource(app, &job).await?;
    Ok((job, resource))
}

/// `GET /jobs/{id}`.
///
/// # Errors
/// There is none that they may see; the database cannot be read.
pub async fn one(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let (job, resource) = read(&app, id).await?;
    signed.check_seen(&app, Action::Read, &resource)?;
    let lang = signed.lang;
    let label = |name: &str| lang.t(&format!("admin.field.{name}"));
    let mut thing = Thing::default();
    thing.fact(label("state"), Cell::mark(Mark::state(lang, job.state.word())));
    if let Some(by) = job.account {
        let name = account::find(&app.db, by).await?.map(|account| account.name).unwrap_or_default();
        thing.fact(label("account"), Cell::text(name));
    }
    thing.fact(label("created"), Cell::text(minute(job.created_at)));
    for (name, at) in [("started", job.started_at), ("finished", job.finished_at)] {
        if let Some(at) = at {
            thing.fact(label(name), Cell::text(minute(at)));
        }
    }
    thing.fact(label("attempts"), Cell::text(format!("{} / {}", job.attempts, job.attempts_max)));
    if let Some((kind, id)) = &job.subject
        && let Some(href) = place(kind, id)
    {
        thing.fact(lang.t("admin.jobs.subject"), Cell::link(format!("{kind} {id}"), href));
    }
    if let Some(result) = &job.result
        && let Some(href) = result.get("href").and_then(|href| href.as_str())
        && crate::look::flash::is_local(href)
    {
        thing.fact(lang.t("admin.jobs.result"), Cell::link(lang.t("admin.jobs.open_result"), href));
    }
    if let Some(error) = &job.error {
        thing.alert(format!("{}：{error}", lang.t("admin.jobs.error")), job.state == Stand::Failed);
    }
    if !job.state.is_over() {
        thing.progress = Some(Progress::of(lang, &job));
    }
    thing.deeds = deeds(&app, &signed, &job, &resource);
    Page::new(&app, &signed, "/jobs", "admin.jobs").await.one("admin.jobs", "/jobs", &job.title).show(thing)
}

/// The page of a thing that jobs are about; none where there is no page.
fn place(kind: &str, id: &str) -> Option<String> {
    match kind {
        "analysis" => Some(format!("/analyses/{id}")),
        "account" => Some(format!("/admin/people/{id}")),
        _ => None,
    }
}

fn deeds(app: &App, signed: &Signed, job: &Job, resource: &Resource) -> Vec<Deed> {
    let lang = signed.lang;
    let mut deeds = Vec::new();
    if app.gate.may(&signed.actor, Action::Cancel, resource) {
        let mut deed =
            Deed::new(lang.t("admin.button.cancel_job"), format!("/jobs/{}/cancel", job.id)).grave();
        if job.state.is_over() {
            deed.why_not = Some(lang.t("admin.jobs.not_cancel"));
        } else if job.cancel_requested_at.is_some() {
            deed.why_not = Some(lang.t("admin.jobs.cancelling"));
        }
        deeds.push(deed);
    }
    if app.gate.may(&signed.actor, Action::Run, resource) {
        let mut deed = Deed::new(lang.t("admin.button.retry_job"), format!("/jobs/{}/retry", job.id));
        if !matches!(job.state, Stand::Failed | Stand::Cancelled) {
            deed.why_not = Some(lang.t("admin.jobs.not_retry"));
        }
        deeds.push(deed);
    }
    deeds
}

/// How far a job is: what the page shows and the script asks for.
#[derive(Clone, Debug, Serialize)]
pub struct Progress {
    /// Where the script asks again.
    pub address: String,
    /// The state.
    pub state: &'static str,
    /// The state in a word.
    pub word: String,
    /// What it does just now.
    pub message: String,
    /// Hundredths done; none where the end is not known.
    pub percent: Option<i64>,
    /// Steps in words.
    pub steps: String,
    /// For the bar; below 0 where the end is not known.
    #[serde(skip)]
    pub bar: i64,
}

impl Progress {
    /// Of a job.
    pub fn of(lang: Lang, job: &Job) -> Progress {
        let state = job.state.word();
        let word = match job.cancel_requested_at.is_some() && !job.state.is_over() {
            true => lang.t("admin.jobs.cancelling"),
            false => lang.sentence(&format!("look.state.{state}")).unwrap_or(state),
        };
        let done = number(job.done_steps);
        let (percent, steps) = match job.all_steps.filter(|all| *all > 0) {
            Some(all) => {
                let percent = (job.done_steps.saturating_mul(100) / all).clamp(0, 100);
                let steps = lang.f("admin.jobs.steps", &[("done", &done), ("all", &number(all))]);
                (Some(percent), steps)
            }
            None => (None, lang.f("admin.jobs.steps_open", &[("done", &done)])),
        };
        Progress {
            address: format!("/jobs/{}/state", job.id),
            state,
            word: word.to_owned(),
            message: job.message.clone(),
            percent,
            steps,
            bar: percent.unwrap_or(-1),
        }
    }
}

/// `GET /jobs/{id}/state`: how far it is, for the script.
///
/// # Errors
/// There is none that they may see; the database cannot be read.
pub async fn state(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Json<Progress>, Fault> {
    let (job, resource) = read(&app, id).await?;
    signed.check_seen(&app, Action::Read, &resource)?;
    Ok(Json(Progress::of(signed.lang, &job)))
}

/// `POST /jobs/{id}/cancel`.
///
/// # Errors
/// There is none that they may see, they may not, it is over; the database refused.
pub async fn cancel(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let (job, resource) = read(&app, id).await?;
    signed.check_seen(&app, Action::Cancel, &resource)?;
    let mut tx = app.db.begin().await?;
    if !job::cancel(&mut tx, job.id, Some(signed.actor.account), app.now()).await? {
        return Err(Fault::user("job_over", "admin.jobs.not_cancel"));
    }
    record(&signed, &mut tx, "cancel", &job).await?;
    tx.commit().await?;
    Ok(Flash::new("admin.done.cancelling").to(&format!("/jobs/{id}")))
}

/// `POST /jobs/{id}/retry`.
///
/// # Errors
/// There is none that they may see, they may not, it did not fail; the database refused.
pub async fn retry(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let (job, resource) = read(&app, id).await?;
    signed.check_seen(&app, Action::Run, &resource)?;
    let mut tx = app.db.begin().await?;
    if !job::retry(&mut tx, job.id, app.now()).await? {
        return Err(Fault::user("job_not_failed", "admin.jobs.not_retry"));
    }
    record(&signed, &mut tx, "run", &job).await?;
    tx.commit().await?;
    app.wake();
    Ok(Flash::new("admin.done.retried").to(&format!("/jobs/{id}")))
}

async fn record(signed: &Signed, tx: &mut mingjing_store::Tx, action: &str, job: &Job) -> Result<(), Fault> {
    let mut entry = signed.entry(action, Kind::Job, job.id);
    entry.division.clone_from(&job.division);
    entry.detail = serde_json::json!({ "kind": job.kind });
    audit::append(tx, &entry).await?;
    Ok(())
}
