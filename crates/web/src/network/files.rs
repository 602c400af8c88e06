//! The tables of an analysis: uploaded in a stream, or chosen from the server's import folder; taken out again.

use super::frame::{aside, entry, house, load, refused, shell};
use crate::app::{App, show as page};
use crate::fault::Fault;
use crate::look::{Flash, Shell, write};
use crate::signed::Signed;
use askama::Template;
use axum::Form;
use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use mingjing_casework::analysis::files::{Received, copy, receive};
use mingjing_casework::analysis::{change, import as import_folder};
use mingjing_casework::permission::Action;
use mingjing_intake::weigh;
use mingjing_store::analysis::{self, Analysis};
use serde::Deserialize;
use std::sync::Arc;

/// Files of one analysis.
const FILES_MAX: usize = 200;

#[derive(Template)]
#[template(path = "network/files.html")]
struct Page {
    shell: Shell,
    id: i64,
    tables: Vec<Table>,
    importable: Vec<import_folder::Importable>,
    has_import: bool,
    limit: String,
    is_busy: bool,
    may_go_on: bool,
}

/// A table and its files.
struct Table {
    name: &'static str,
    word: &'static str,
    what: &'static str,
    files: Vec<Row>,
}

struct Row {
    id: i64,
    name: String,
    bytes: String,
    sha256: String,
    received: String,
}

/// `GET /analyses/{id}/files`.
pub async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let found = load(&app, &signed, id, Action::Change).await?;
    let files = analysis::files(&app.db, found.id()).await?;
    let lang = signed.lang;
    let tables = ["members", "ledger"].map(|name| Table {
        name,
        word: lang.t(&format!("network.table.{name}")),
        what: lang.t(&format!("network.files.{name}")),
        files: files
            .iter()
            .filter(|file| file.table_name == name)
            .map(|file| Row {
                id: file.id,
                name: file.name.clone(),
                bytes: write::bytes(file.bytes.unsigned_abs()),
                sha256: file.sha256.clone(),
                received: write::minute(file.received_at),
            })
            .collect(),
    });
    let folder = app.settings.import_dir.clone();
    let importable = match &folder {
        Some(folder) => {
            let folder = folder.clone();
            aside(move || import_folder::list(&folder).map_err(refused)).await.unwrap_or_else(|fault| {
                tracing::warn!(?fault, "the import folder cannot be read");
                Vec::new()
            })
        }
        None => Vec::new(),
    };
    page(&Page {
        shell: shell(&app, &signed, &found, "files").await,
        id,
        may_go_on: files.iter().any(|file| file.table_name == "members"),
        tables: tables.into(),
        importable,
        has_import: folder.is_some(),
        limit: write::bytes(app.settings.upload_bytes_max),
        is_busy: found.is_busy(),
    })
}

async fn may_take(app: &App, found: &Analysis) -> Result<(), Fault> {
    if found.is_busy() {
        return Err(Fault::user("busy", "network.refused.busy"));
    }
    match analysis::files(&app.db, found.id()).await?.len() {
        0..FILES_MAX => Ok(()),
        _ => Err(Fault::user("too_many_files", "network.refused.too_many_files")),
    }
}

/// The table of that name.
fn table(name: &str) -> Option<&'static str> {
    ["members", "ledger"].into_iter().find(|table| *table == name)
}

/// `POST /analyses/{id}/files`: a multipart form with `csrf`, `table` and one file or several, in that order.
pub async fn upload(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    mut form: Multipart,
) -> Result<Response, Fault> {
    let found = load(&app, &signed, id, Action::Change).await?;
    let broken = |e: axum::extract::multipart::MultipartError| match e.status().as_u16() {
        413 => Fault::Large { bytes_max: app.settings.upload_bytes_max },
        _ => Fault::user("broken_upload", "network.refused.broken_upload"),
    };
    let (mut into, mut taken) = (None, 0);
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("table") => into = table(&field.text().await.map_err(broken)?),
            Some("file") => {
                let name = field.file_name().unwrap_or_default().to_owned();
                // A browser sends an empty part where no file was chosen.
                if name.is_empty() {
                    continue;
                }
                may_take(&app, &found).await?;
                let table = into.ok_or_else(|| Fault::user("no_table", "network.refused.no_table"))?;
                let inputs = house(&app).inputs(found.id());
                let received = receive(&inputs, &name, app.settings.upload_bytes_max, field).await;
                let received = received.map_err(|refusal| match refusal {
                    mingjing_casework::analysis::Refused::World(error) if error.contains("broke off") => {
                        Fault::user("broken_upload", "network.refused.broken_upload")
                    }
                    other => refused(other),
                })?;
                enter(&app, &signed, &found, table, received).await?;
                taken += 1;
            }
            _ => {}
        }
    }
    match taken {
        0 => Err(Fault::field("file", "no_file", "network.refused.no_file")),
        _ => Ok(Flash::new("network.said.received").with("n", taken).to(&format!("/analyses/{id}/files"))),
    }
}

/// Weighs what has arrived and enters it.
async fn enter(
    app: &App,
    signed: &Signed,
    found: &Analysis,
    table: &'static str,
    received: Received,
) -> Result<(), Fault> {
    let (path, bytes_max) = (received.path.clone(), app.settings.unpacked_bytes_max);
    aside(move || match weigh::unpacked_bytes(&path, bytes_max) {
        Ok(_) => Ok(()),
        Err(weigh::Refused::TooHeavy(_)) => Err(Fault::user("swollen", "network.refused.swollen")),
        Err(weigh::Refused::Damaged(_)) => Err(Fault::user("damaged", "network.refused.damaged")),
        Err(weigh::Refused::World(error)) => Err(error.into()),
    })
    .await?;
    let entry = entry(signed, "analysis.file_added", found);
    change::add_file(&app.db, found, table, received, signed.actor.account, entry).await.map_err(refused)
}

/// What the form of the import folder sends.
#[derive(Deserialize)]
pub struct Chosen {
    table: String,
    file: String,
}

/// `POST /analyses/{id}/files/import`.
pub async fn import(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Fault> {
    let found = load(&app, &signed, id, Action::Change).await?;
    may_take(&app, &found).await?;
    let table = table(&chosen.table).ok_or_else(|| Fault::user("no_table", "network.refused.no_table"))?;
    let folder = app.settings.import_dir.clone().ok_or(Fault::NotFound)?;
    let (inputs, bytes_max) = (house(&app).inputs(found.id()), app.settings.upload_bytes_max);
    let received = aside(move || {
        let file = import_folder::open(&folder, &chosen.file).map_err(refused)?;
        copy(&inputs, &chosen.file, bytes_max, file).map_err(refused)
    })
    .await?;
    enter(&app, &signed, &found, table, received).await?;
    Ok(Flash::new("network.said.received").with("n", 1).to(&format!("/analyses/{id}/files")))
}

/// `POST /analyses/{id}/files/{file}/remove`.
pub async fn remove(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, file)): Path<(i64, i64)>,
) -> Result<Response, Fault> {
    let found = load(&app, &signed, id, Action::Change).await?;
    let files = analysis::files(&app.db, found.id()).await?;
    let file = files.into_iter().find(|own| own.id == file).ok_or(Fault::NotFound)?;
    let entry = entry(&signed, "analysis.file_removed", &found);
    change::remove_file(&app.db, &found, &file, entry).await.map_err(refused)?;
    let path = house(&app).inputs(found.id()).join(&file.stored_name);
    if let Some(folder) = path.parent().map(std::path::Path::to_owned) {
        // What cannot be removed now is removed by the sweep, which finds no row for it.
        let _ = aside(move || Ok(std::fs::remove_dir_all(folder)?)).await;
    }
    Ok(Flash::new("network.said.removed").with("name", file.name).to(&format!("/analyses/{id}/files")))
}
