//! Verification of the whole chain on the page, and its head for keeping elsewhere.

use crate::app::{App, show};
use crate::fault::Fault;
use crate::look::{Section, Shell, write};
use crate::signed::Signed;
use crate::words::Lang;
use askama::Template;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use mingjing_casework::audit::{HEAD_LOG, kept_heads};
use mingjing_casework::permission::Kind;
use mingjing_store::audit::{self, check, read};
use std::sync::Arc;

struct Found {
    is_good: bool,
    links: String,
    heads: u64,
    waiting: i64,
    faults_total: u64,
    faults: Vec<String>,
    head: String,
}

#[derive(Template)]
#[template(path = "audit/verification.html")]
struct Page {
    shell: Shell,
    head: String,
    found: Option<Found>,
}

async fn shell(app: &App, signed: &Signed) -> Shell {
    let shell = Shell::new(app, signed, Section::Audit, "audit.verification.title").await;
    shell.crumb(signed.lang.t("audit.title"), "/audit").lead("audit.verification.lead")
}

/// `GET /audit/verification`.
pub(super) async fn page(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    let head = read::head(&app.db).await?.line();
    show(&Page { shell: shell(&app, &signed).await, head, found: None })
}

/// `POST /audit/verification`: reads and computes the whole chain.
pub(super) async fn verify(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    let heads = kept_heads(&app.data.join(HEAD_LOG))?.unwrap_or_default();
    let checked = check::verify(&app.db, &heads).await?;
    let report = &checked.report;
    let mut entry = signed.entry("audit_verified", Kind::Audit, "");
    entry.detail = serde_json::json!({"links": report.links, "faults": report.faults_total});
    let mut tx = app.db.begin().await?;
    audit::append(&mut tx, &entry).await?;
    tx.commit().await?;
    let said = |fault: &mingjing_verify::Fault| match signed.lang {
        Lang::Zh => fault.zh(),
        Lang::En => fault.en(),
    };
    // Entries of the last seconds wait for the linker and are no fault.
    let is_fresh = |fault: &&mingjing_verify::Fault| !matches!(fault, mingjing_verify::Fault::Unlinked { at, .. } if app.now() - at < 10_000_000);
    let faults: Vec<String> = report.faults.iter().filter(is_fresh).map(said).collect();
    let fresh = report.faults.len() - faults.len();
    let found = Found {
        is_good: report.faults_total == fresh as u64,
        links: write::number(report.links),
        heads: report.heads,
        waiting: checked.queue.waiting,
        faults_total: report.faults_total - fresh as u64,
        faults,
        head: report.head.line(),
    };
    let head = found.head.clone();
    show(&Page { shell: shell(&app, &signed).await, head, found: Some(found) })
}

/// `GET /audit/head`: one line, to be kept or time-stamped elsewhere.
pub(super) async fn head(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    let head = read::head(&app.db).await?;
    let mut tx = app.db.begin().await?;
    audit::append(&mut tx, &signed.entry("audit_head_exported", Kind::Audit, head.seq)).await?;
    tx.commit().await?;
    let name = format!("attachment; filename=\"audit-head-{}.txt\"", head.seq);
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, format!("{}\n", head.line())).into_response())
}
