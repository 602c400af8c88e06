//! The files of a result, each with an entry in the audit log. The identity numbers behind the persons are no file
//! that can be taken: they are unmasked one by one.

use super::frame::{Head, aside, done, entry, head, refused, resource, shell};
use crate::app::{App, show as page};
use crate::fault::Fault;
use crate::look::{Shell, write};
use crate::signed::Signed;
use askama::Template;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use mingjing_casework::analysis::change;
use mingjing_casework::permission::Action;
use serde_json::json;
use std::sync::Arc;
use tokio_util::io::ReaderStream;

/// Name, type, key of what it holds, does it hold data of persons (masked)?
const FILES: [(&str, &str, bool); 12] = [
    ("report.html", "text/html; charset=utf-8", true),
    ("report.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", true),
    ("summary.json", "application/json", false),
    ("persons.parquet", "application/vnd.apache.parquet", true),
    ("accounts.parquet", "application/vnd.apache.parquet", true),
    ("levels.csv", "text/csv; charset=utf-8", false),
    ("growth.csv", "text/csv; charset=utf-8", false),
    ("growth_months.csv", "text/csv; charset=utf-8", false),
    ("findings.csv", "text/csv; charset=utf-8", true),
    ("candidates.csv", "text/csv; charset=utf-8", true),
    ("branches.idx", "application/octet-stream", true),
    ("mapping.yaml", "application/yaml", false),
];

#[derive(Template)]
#[template(path = "network/downloads.html")]
struct Page {
    shell: Shell,
    head: Head,
    id: i64,
    files: Vec<File>,
    may_export: bool,
}

struct File {
    name: &'static str,
    what: &'static str,
    bytes: String,
    is_personal: bool,
}

/// `GET /analyses/{id}/downloads`.
pub async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let done = done(&app, &signed, id, Action::Read).await?;
    let (lang, dir) = (signed.lang, done.dir.clone());
    let sizes = aside(move || {
        let size = |name: &str| std::fs::metadata(dir.join(name)).ok().map(|facts| facts.len());
        Ok(FILES.map(|(name, ..)| size(name)))
    })
    .await?;
    let files = FILES.iter().zip(sizes).filter_map(|((name, _, is_personal), bytes)| {
        Some(File {
            name,
            what: lang.t(&format!("network.downloads.{}", name.replace('.', "_"))),
            bytes: write::bytes(bytes?),
            is_personal: *is_personal,
        })
    });
    page(&Page {
        shell: shell(&app, &signed, &done.found, "downloads").await,
        head: head(&app, lang, &done.found, "/downloads", Some(&done.summary)),
        id,
        files: files.collect(),
        may_export: signed.check(&app, Action::Export, &resource(&done.found)).is_ok(),
    })
}

/// `GET /analyses/{id}/downloads/{file}`.
pub async fn file(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, name)): Path<(i64, String)>,
) -> Result<Response, Fault> {
    let done = done(&app, &signed, id, Action::Export).await?;
    let (name, kind, _) = FILES.iter().find(|(own, ..)| *own == name).ok_or(Fault::NotFound)?;
    let opened = tokio::fs::File::open(done.dir.join(name)).await.map_err(|_| Fault::NotFound)?;
    let bytes = opened.metadata().await?.len();
    let detail = json!({"file": name, "bytes": bytes, "run": done.found.run});
    let entry = entry(&signed, "analysis.exported", &done.found);
    change::seen(&app.db, &done.found, detail, entry).await.map_err(refused)?;
    let headers = [
        (CONTENT_TYPE, (*kind).to_owned()),
        (CONTENT_LENGTH, bytes.to_string()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"analysis-{id}-{name}\"")),
    ];
    Ok((headers, Body::from_stream(ReaderStream::with_capacity(opened, 1 << 16))).into_response())
}
