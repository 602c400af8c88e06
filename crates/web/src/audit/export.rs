//! The export of the whole chain: a background job, a file that `mingjing-verify` checks alone.
//!
//! The file holds every entry of the platform, so it is for those who may see all of them.

use crate::app::{App, show};
use crate::fault::Fault;
use crate::look::{Section, Shell};
use crate::signed::Signed;
use askama::Template;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use futures::FutureExt;
use futures::future::BoxFuture;
use mingjing_casework::job::{Ctx, Failure, Work};
use mingjing_casework::permission::{Action, Kind, Resource};
use mingjing_model::id::JobId;
use mingjing_store::job::{self, Job, NewJob, State as JobState};
use mingjing_store::{Error, audit};
use serde_json::{Value, json};
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use tokio_util::io::ReaderStream;

/// Kind of the job.
pub const KIND: &str = "audit_export";
/// Directory of its files in the data directory.
const FOLDER: &str = "exports";

/// Writes the file.
pub struct Export {
    /// The data directory.
    pub data: PathBuf,
}

fn path(data: &FilePath, job: JobId) -> PathBuf {
    data.join(FOLDER).join(format!("audit-{job}.jsonl"))
}

impl Work for Export {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run<'a>(&'a self, job: &'a Ctx) -> BoxFuture<'a, Result<Value, Failure>> {
        async move {
            let to = path(&self.data, job.id());
            let world = |e: std::io::Error| Failure::Retry(format!("{}: {e}", to.display()));
            tokio::fs::create_dir_all(self.data.join(FOLDER)).await.map_err(world)?;
            // An earlier attempt may have ended between file and answer.
            match tokio::fs::remove_file(&to).await {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(world(e)),
                _ => {}
            }
            let header = mingjing_casework::audit::export(job.db(), &to, job.clock().now()).await?;
            let bytes = tokio::fs::metadata(&to).await.map_err(world)?.len();
            Ok(json!({"links": header.links, "bytes": bytes}))
        }
        .boxed()
    }
}

/// May they take the log as a whole, not only their division's part?
fn check(app: &App, signed: &Signed) -> Result<(), Fault> {
    signed.check(app, Action::Export, &Resource::new(Kind::Audit, ""))
}

/// `POST /audit/export`.
pub(super) async fn begin(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    check(&app, &signed)?;
    let now = app.now();
    let new = NewJob {
        kind: KIND,
        title: signed.lang.t("audit.export.title").to_owned(),
        input: json!({}),
        idempotency_key: None,
        account: Some(signed.actor.account),
        office: Some(signed.actor.office),
        division: None,
        subject: Some((Kind::Audit.word().to_owned(), String::new())),
        not_before: now,
    };
    let mut tx = app.db.begin().await?;
    let id = job::enqueue(&mut tx, &new, now).await?;
    audit::append(&mut tx, &signed.entry("audit_exported", Kind::Audit, id)).await?;
    tx.commit().await?;
    app.wake();
    Ok(Redirect::to(&format!("/audit/export/{id}")).into_response())
}

#[derive(Template)]
#[template(path = "audit/export.html")]
struct Page {
    shell: Shell,
    job: Job,
    state: &'static str,
    is_over: bool,
    is_done: bool,
}

async fn found(app: &App, signed: &Signed, id: i64) -> Result<Job, Fault> {
    check(app, signed)?;
    let job = match job::read(&app.db, JobId(id)).await {
        Err(Error::Missing { .. }) => return Err(Fault::NotFound),
        other => other?,
    };
    match job.kind == KIND && job.account == Some(signed.actor.account) {
        true => Ok(job),
        false => Err(Fault::NotFound),
    }
}

/// `GET /audit/export/{job}`.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let job = found(&app, &signed, id).await?;
    let shell = Shell::new(&app, &signed, Section::Audit, "audit.export.title").await;
    show(&Page {
        shell: shell.crumb(signed.lang.t("audit.title"), "/audit").lead("audit.export.lead"),
        state: signed.lang.t(&format!("audit.export.state.{}", job.state.word())),
        is_over: job.state.is_over(),
        is_done: job.state == JobState::Done,
        job,
    })
}

/// `GET /audit/export/{job}/file`.
pub(super) async fn file(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let job = found(&app, &signed, id).await?;
    if job.state != JobState::Done {
        return Err(Fault::NotFound);
    }
    let file = tokio::fs::File::open(path(&app.data, job.id)).await.map_err(|_| Fault::NotFound)?;
    let mut tx = app.db.begin().await?;
    audit::append(&mut tx, &signed.entry("audit_export_fetched", Kind::Audit, job.id)).await?;
    tx.commit().await?;
    let name = format!("attachment; filename=\"audit-{}.jsonl\"", job.id);
    let headers = [(CONTENT_TYPE, "application/jsonl".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(ReaderStream::new(file))).into_response())
}
