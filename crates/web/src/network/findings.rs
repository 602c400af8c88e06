//! What cleaning found, kind by kind and row by row; and accounts that may belong to one person, proposed only.

use super::frame::{Head, aside, done, fault, head, seen, shell};
use super::say;
use crate::app::{App, show as page};
use crate::fault::Fault;
use crate::look::Shell;
use crate::signed::Signed;
use crate::words::Lang;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use mingjing_casework::permission::Action;
use mingjing_results::findings::{self, CandidateRow, FindingRow, reason};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// Rows of a page.
const ROWS: usize = 100;

#[derive(Template)]
#[template(path = "network/findings.html")]
struct Page {
    shell: Shell,
    head: Head,
    id: i64,
    kinds: Vec<Kind>,
    zero: usize,
    rows: Vec<Row>,
    chosen: String,
    chosen_word: String,
    next: String,
    has_candidates: bool,
}

/// A kind of finding.
struct Kind {
    key: String,
    word: String,
    count: String,
    href: String,
    is_here: bool,
}

struct Row {
    table: &'static str,
    file: String,
    row: u64,
    account: String,
    account_href: String,
    value: String,
    reason: String,
}

/// What the address says.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    kind: String,
    skip: usize,
}

/// A finding in words: its name where there is one, else the reason the files give.
fn word(lang: Lang, key: &str) -> String {
    if let Some(known) = lang.sentence(&format!("network.found.{key}")) {
        return known.to_owned();
    }
    let texts = reason(key);
    texts
        .map_or_else(|| key.to_owned(), |texts| if lang == Lang::Zh { texts.zh } else { texts.en }.to_owned())
}

/// `GET /analyses/{id}/findings?kind=&skip=`.
pub async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let done = done(&app, &signed, id, Action::Read).await?;
    seen(&app, &signed, &done.found, json!({"page": "findings", "kind": asked.kind})).await?;
    let lang = signed.lang;
    let (dir, kind, skip) = (done.dir.clone(), asked.kind.clone(), asked.skip);
    let (rows, has_more) = aside(move || {
        let all = findings::read(&dir).map_err(fault)?;
        let own = all.filter(|row| match row {
            Ok(row) => kind.is_empty() || row.finding == kind,
            Err(_) => true,
        });
        let mut rows =
            own.skip(skip).take(ROWS + 1).collect::<Result<Vec<FindingRow>, _>>().map_err(fault)?;
        let has_more = rows.len() > ROWS;
        rows.truncate(ROWS);
        Ok((rows, has_more))
    })
    .await?;
    let found = &done.summary.findings;
    let kinds = found.iter().filter(|(_, count)| **count > 0).map(|(key, count)| Kind {
        word: word(lang, key),
        count: say::count(*count),
        href: format!("/analyses/{id}/findings?kind={}", say::encoded(key)),
        is_here: *key == asked.kind,
        key: key.clone(),
    });
    let next = match has_more {
        true => {
            format!("/analyses/{id}/findings?kind={}&skip={}", say::encoded(&asked.kind), asked.skip + ROWS)
        }
        false => String::new(),
    };
    page(&Page {
        shell: shell(&app, &signed, &done.found, "findings").await,
        head: head(&app, lang, &done.found, "/findings", Some(&done.summary)),
        id,
        kinds: kinds.collect(),
        zero: found.values().filter(|count| **count == 0).count(),
        rows: rows.into_iter().map(|row| row_of(lang, id, row)).collect(),
        chosen_word: if asked.kind.is_empty() { String::new() } else { word(lang, &asked.kind) },
        chosen: asked.kind,
        next,
        has_candidates: done.dir.join(findings::CANDIDATES).is_file(),
    })
}

fn row_of(lang: Lang, id: i64, row: FindingRow) -> Row {
    let value = match (row.field.as_str(), row.value.as_str()) {
        (_, "") => String::new(),
        ("", value) => value.to_owned(),
        (field, value) => {
            let field = lang.sentence(&format!("network.field.{field}")).unwrap_or(field);
            lang.f("network.findings.value", &[("field", &field), ("value", &value)])
        }
    };
    Row {
        table: lang.t(if row.table == "members" { "network.table.members" } else { "network.table.ledger" }),
        account_href: format!("/analyses/{id}/branches?account={}", say::encoded(&row.account)),
        file: row.file,
        row: row.row,
        account: row.account,
        value,
        reason: if lang == Lang::Zh { row.reason_zh } else { row.reason_en },
    }
}

#[derive(Template)]
#[template(path = "network/candidates.html")]
struct CandidatesPage {
    shell: Shell,
    head: Head,
    id: i64,
    rows: Vec<Candidate>,
    next: String,
}

struct Candidate {
    kind: &'static str,
    group: String,
    number: String,
    account: String,
    account_href: String,
    person: String,
    person_href: String,
}

/// `GET /analyses/{id}/candidates?skip=`.
pub async fn candidates(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let done = done(&app, &signed, id, Action::Read).await?;
    seen(&app, &signed, &done.found, json!({"page": "candidates"})).await?;
    let (lang, dir, skip) = (signed.lang, done.dir.clone(), asked.skip);
    let (rows, has_more) = aside(move || {
        let all = findings::candidates(&dir).map_err(fault)?;
        let mut rows =
            all.skip(skip).take(ROWS + 1).collect::<Result<Vec<CandidateRow>, _>>().map_err(fault)?;
        let has_more = rows.len() > ROWS;
        rows.truncate(ROWS);
        Ok((rows, has_more))
    })
    .await?;
    let rows = rows.into_iter().map(|row| Candidate {
        kind: lang.t(if row.kind == "mobile" { "network.field.mobile" } else { "network.field.bank_card" }),
        account_href: format!("/analyses/{id}/branches?account={}", say::encoded(&row.account)),
        person_href: format!("/analyses/{id}/persons/{}", row.person.trim_start_matches('P')),
        group: row.group,
        number: row.number,
        account: row.account,
        person: row.person,
    });
    let rows = rows.collect();
    let next =
        if has_more { format!("/analyses/{id}/candidates?skip={}", skip + ROWS) } else { String::new() };
    let shell = shell(&app, &signed, &done.found, "candidates").await;
    let shell = shell.crumb(lang.t("network.part.findings"), format!("/analyses/{id}/findings"));
    let head = head(&app, lang, &done.found, "/findings", Some(&done.summary));
    page(&CandidatesPage { shell, head, id, rows, next })
}
