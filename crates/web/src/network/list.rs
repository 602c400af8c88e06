//! The analyses one may see, newest first.

use super::frame::{leads, state};
use super::say;
use crate::app::{App, show as page};
use crate::fault::Fault;
use crate::look::{Mark, Section, Shell, write};
use crate::signed::Signed;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use mingjing_casework::permission::{Action, Bind, Columns, Kind};
use mingjing_store::analysis;
use serde::Deserialize;
use std::sync::Arc;

/// Rows of a page.
const ROWS: i64 = 50;

#[derive(Template)]
#[template(path = "network/list.html")]
struct List {
    shell: Shell,
    rows: Vec<Row>,
    may_create: bool,
    next: Option<i64>,
}

struct Row {
    href: String,
    name: String,
    case: String,
    state: Mark,
    office: String,
    persons: String,
    levels: String,
    paid_in: String,
    keep: String,
    made: String,
}

/// What the address says.
#[derive(Deserialize)]
pub struct Asked {
    before: Option<i64>,
}

/// `GET /analyses`.
pub async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let [agency, division, owner] = analysis::COLUMNS;
    let columns = Columns { agency: Some(agency), division: Some(division), owner: Some(owner) };
    let (condition, binds) = signed.scope(&app, Action::List, Kind::Analysis).to_sql(&columns, 3);
    let binds: Vec<analysis::Bind> = binds
        .into_iter()
        .map(|bind| match bind {
            Bind::Text(text) => analysis::Bind::Text(text),
            Bind::Number(number) => analysis::Bind::Number(number),
        })
        .collect();
    let before = asked.before.unwrap_or(i64::MAX);
    let mut found = analysis::list(&app.db, (&condition, &binds), before, ROWS + 1).await?;
    let has_more = found.len() as i64 > ROWS;
    found.truncate(ROWS as usize);
    let next = found.last().map(|last| last.id).filter(|_| has_more);
    let lang = signed.lang;
    let rows = found.iter().map(|a| Row {
        href: format!("/analyses/{}", a.id),
        name: a.name.clone(),
        case: a.case_no.clone().unwrap_or_else(|| lang.t("network.list.public").to_owned()),
        state: state(lang, a),
        office: a.office_name.clone(),
        persons: a.persons.map_or_else(String::new, write::number),
        levels: a.levels.map_or_else(String::new, write::number),
        paid_in: a.paid_in_fen.map_or_else(String::new, |fen| say::money_or(lang, Some(fen.into()))),
        keep: a.retain_until.clone().unwrap_or_default(),
        made: write::minute(a.created_at),
    });
    let rows = rows.collect();
    let shell = leads(Shell::new(&app, &signed, Section::Network, "network.list.title").await, "list");
    let may_create = signed.could(&app, Action::Create, Kind::Analysis);
    page(&List { shell, rows, may_create, next })
}
