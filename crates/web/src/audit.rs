//! Audit pages: the list, one entry, verification, export as a background job, the head.

pub mod export;
mod verify;

use crate::api::rows::{self, Wanted};
use crate::app::{App, show};
use crate::fault::Fault;
use crate::look::{Section, Shell, write};
use crate::routes::Routes;
use crate::signed::Signed;
use crate::words::Lang;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::Method;
use axum::response::Response;
use mingjing_casework::permission::{Action, Columns, Kind};
use mingjing_store::list::{Column, Filter, Source, Value};
use serde::{Deserialize, Serialize};
use serde_json::Map;
use std::sync::Arc;

/// Entries of a page.
const SIZE: usize = 50;

/// The audit log as a list.
pub const SOURCE: Source = Source {
    sql: include_str!("audit/list.sql"),
    id: "id",
    columns: &[
        Column::text("id"),
        Column::number("at"),
        Column::number("account_id").nullable(),
        Column::text("account_name"),
        Column::number("office_id").nullable(),
        Column::text("office_name").nullable(),
        Column::text("agency").nullable(),
        Column::text("action"),
        Column::text("subject_kind"),
        Column::text("subject_id"),
        Column::text("division").nullable(),
        Column::text("detail"),
        Column::text("request"),
        Column::text("address").nullable(),
        Column::number("seq").nullable(),
    ],
};

/// What decides who may see an entry.
pub const COLUMNS: Columns<'static> =
    Columns { agency: Some("agency"), division: Some("division"), owner: None };

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
        .page(Method::GET, "/audit", Action::List, Kind::Audit, page)
        .page(Method::GET, "/audit/verification", Action::Verify, Kind::Audit, verify::page)
        .long(Method::POST, "/audit/verification", Action::Verify, Kind::Audit, verify::verify)
        .page(Method::GET, "/audit/head", Action::Verify, Kind::Audit, verify::head)
        .page(Method::POST, "/audit/export", Action::Export, Kind::Audit, export::begin)
        .page(Method::GET, "/audit/export/{job}", Action::Export, Kind::Audit, export::page)
        .long(Method::GET, "/audit/export/{job}/file", Action::Export, Kind::Audit, export::file)
        .page(Method::GET, "/audit/entry/{entry}", Action::Read, Kind::Audit, entry)
}

/// What the list is asked for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Asked {
    /// In name, thing, address or request.
    #[serde(default)]
    q: String,
    /// A word of the log.
    #[serde(default)]
    action: String,
    /// A kind of thing.
    #[serde(default)]
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
}

impl Asked {
    fn filters(&self) -> Vec<Filter> {
        let mut filters = Vec::new();
        if !self.q.trim().is_empty() {
            let columns = ["account_name", "subject_id", "address", "request", "detail"];
            filters.push(Filter::Contains(columns.map(str::to_owned).to_vec(), self.q.trim().to_owned()));
        }
        for (column, value) in [("action", &self.action), ("subject_kind", &self.kind)] {
            if !value.is_empty() {
                filters.push(Filter::OneOf(column.to_owned(), vec![Value::Text(value.clone())]));
            }
        }
        filters
    }

    fn href(&self, cursor: Option<String>) -> String {
        let asked = Asked { cursor, ..self.clone() };
        format!("/audit?{}", serde_urlencoded::to_string(asked).unwrap_or_default())
    }
}

struct Line {
    id: String,
    at: String,
    who: String,
    office: String,
    action: String,
    thing: String,
    address: String,
    is_chained: bool,
}

#[derive(Template)]
#[template(path = "audit/page.html")]
struct Page {
    shell: Shell,
    asked: Asked,
    lines: Vec<Line>,
    next: Option<String>,
    before: Option<String>,
    may_verify: bool,
    may_export: bool,
}

/// `GET /audit`. Looking into the log stands in the log.
async fn page(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let scope = signed.scope(&app, Action::List, Kind::Audit);
    let wanted =
        Wanted { filters: asked.filters(), sort: "-at".to_owned(), cursor: asked.cursor.clone(), size: SIZE };
    let found = rows::page(&app.db, &SOURCE, &scope, &COLUMNS, wanted).await?;
    let mut looked = signed.entry("audit_listed", Kind::Audit, "");
    looked.detail = serde_json::json!({"q": asked.q, "action": asked.action, "kind": asked.kind});
    let mut tx = app.db.begin().await?;
    mingjing_store::audit::append(&mut tx, &looked).await?;
    tx.commit().await?;
    let lang = signed.lang;
    show(&Page {
        shell: Shell::new(&app, &signed, Section::Audit, "audit.title").await.lead("audit.lead"),
        lines: found.items.iter().map(|item| line(lang, item)).collect(),
        next: found.next.map(|cursor| asked.href(Some(cursor))),
        before: found.before.map(|cursor| asked.href(Some(cursor))),
        may_verify: signed.could(&app, Action::Verify, Kind::Audit),
        may_export: signed.could(&app, Action::Export, Kind::Audit),
        asked,
    })
}

fn text(item: &Map<String, serde_json::Value>, key: &str) -> String {
    match item.get(key) {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(serde_json::Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// The action in words; a word that has none stays as it is.
fn action(lang: Lang, word: &str) -> String {
    lang.sentence(&format!("audit.action.{word}")).unwrap_or(word).to_owned()
}

fn line(lang: Lang, item: &Map<String, serde_json::Value>) -> Line {
    let kind = text(item, "subject_kind");
    let kind = lang.sentence(&format!("common.kind.{kind}")).unwrap_or(&kind).to_owned();
    Line {
        id: text(item, "id"),
        at: at(item),
        who: text(item, "account_name"),
        office: text(item, "office_name"),
        action: action(lang, &text(item, "action")),
        thing: format!("{kind} {}", text(item, "subject_id")),
        address: text(item, "address"),
        is_chained: item.get("seq").is_some_and(|seq| !seq.is_null()),
    }
}

fn at(item: &Map<String, serde_json::Value>) -> String {
    let at = chrono::DateTime::parse_from_rfc3339(&text(item, "at")).map(|at| at.timestamp_micros());
    at.map(write::minute).unwrap_or_default()
}

#[derive(Template)]
#[template(path = "audit/entry.html")]
struct EntryPage {
    shell: Shell,
    facts: Vec<(&'static str, String)>,
}

/// `GET /audit/entry/{entry}`.
async fn entry(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let scope = signed.scope(&app, Action::Read, Kind::Audit);
    let filters = vec![Filter::OneOf("id".to_owned(), vec![Value::Text(id)])];
    let wanted = Wanted { filters, sort: "-at".to_owned(), cursor: None, size: 1 };
    let found = rows::page(&app.db, &SOURCE, &scope, &COLUMNS, wanted).await?;
    let item = found.items.first().ok_or(Fault::NotFound)?;
    let lang = signed.lang;
    let fact = |key: &str| (lang.t(&format!("audit.column.{key}")), text(item, key));
    let mut facts = vec![(lang.t("audit.column.what"), action(lang, &text(item, "action")))];
    let keys = [
        "id",
        "at",
        "account_name",
        "office_name",
        "action",
        "subject_kind",
        "subject_id",
        "division",
        "detail",
        "request",
        "address",
        "seq",
    ];
    facts.extend(keys.map(fact));
    let shell = Shell::new(&app, &signed, Section::Audit, "audit.entry").await;
    show(&EntryPage { shell: shell.crumb(lang.t("audit.title"), "/audit"), facts })
}
