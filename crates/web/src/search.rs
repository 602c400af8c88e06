//! Search over everything one may see: every list that can be searched by words, each within its scope.

use crate::app::{App, show};
use crate::fault::Fault;
use crate::list::{self, Asked, Row, Spec, State as Address};
use crate::look::write::number;
use crate::look::{Section, Shell};
use crate::routes::Routes;
use crate::signed::Signed;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::Method;
use axum::response::Response;
use mingjing_casework::permission::{Action, Kind};
use mingjing_store::audit;
use mingjing_store::list::{Ask, Count, Filter, Kind as Holds, Value};
use serde::Deserialize;
use std::sync::Arc;

/// Hits of a list when all are searched, and when it alone is.
const FEW: usize = 8;
const MANY: usize = 50;
/// Hits counted exactly.
const COUNT_MAX: usize = 1_000;
/// Characters sought at most.
const SOUGHT_MAX: usize = 200;

/// The page of the search field.
pub fn routes() -> Routes {
    Routes::new().account(Method::GET, "/search", page)
}

/// What is sought.
#[derive(Debug, Deserialize)]
pub struct Sought {
    #[serde(default)]
    q: String,
    #[serde(default, rename = "in")]
    list: String,
}

struct Hit {
    href: String,
    name: String,
    note: String,
}

struct Group {
    name: &'static str,
    label: &'static str,
    count: String,
    hits: Vec<Hit>,
    has_more: bool,
}

#[derive(Template)]
#[template(path = "search/search.html")]
struct Page {
    shell: Shell,
    q: String,
    q_in_address: String,
    groups: Vec<Group>,
    nothing: String,
}

/// `GET /search`.
///
/// # Errors
/// The database cannot be read.
pub async fn page(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(sought): Query<Sought>,
) -> Result<Response, Fault> {
    let q: String = sought.q.trim().chars().take(SOUGHT_MAX).collect();
    let mut groups = Vec::new();
    if !q.is_empty() {
        record(&app, &signed, &q).await?;
        let is_asked = |spec: &&&'static Spec| sought.list.is_empty() || spec.name == sought.list;
        for spec in list::ALL.iter().filter(is_asked).filter(|spec| !spec.words.is_empty()) {
            let most = if sought.list.is_empty() { FEW } else { MANY };
            groups.extend(group(&app, &signed, spec, &q, most).await?);
        }
    }
    let mut shell = Shell::new(&app, &signed, Section::Own, "search.title").await.lead("search");
    shell.search.clone_from(&q);
    let nothing = signed.lang.f("search.nothing", &[("q", &q)]);
    let q_in_address = serde_urlencoded::to_string([("q", &q)]).unwrap_or_default();
    show(&Page { shell, q, q_in_address, groups, nothing })
}

/// A search is recorded with a keyed token of what was typed: it may be the name of somebody.
async fn record(app: &App, signed: &Signed, q: &str) -> Result<(), Fault> {
    let mut entry = signed.entry("search", Kind::SavedSearch, "all");
    entry.detail = serde_json::json!({ "sought": app.keys.token("search", q) });
    let mut tx = app.db.begin().await?;
    audit::append(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(())
}

/// The hits in one list; none where the reader may list nothing of it or nothing fits.
async fn group(
    app: &App,
    signed: &Signed,
    spec: &'static Spec,
    q: &str,
    most: usize,
) -> Result<Option<Group>, Fault> {
    if !signed.could(app, Action::List, spec.kind) {
        return Ok(None);
    }
    let scope = list::condition(spec, &app.gate, &signed.actor, Action::List);
    let asked = Asked::of(spec, &Address::default().with("q", q), signed.actor.account);
    let ask = list::question(spec, &asked, scope);
    // A number typed alone is also the number of a thing.
    let mut rows = numbered(app, spec, &ask, q).await?;
    let count = mingjing_store::list::count(&app.db, &ask, COUNT_MAX).await?;
    for row in mingjing_store::list::sample(&app.db, &ask, most).await? {
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let (has_more, words) = match count {
        Count::Exactly(n) => (n > most, number(i64::try_from(n.max(rows.len())).unwrap_or(i64::MAX))),
        Count::MoreThan(n) => (true, format!("{}+", number(i64::try_from(n).unwrap_or(i64::MAX)))),
    };
    let hits = rows.iter().map(|values| hit(spec, values, signed)).collect();
    let label = signed.lang.t(&format!("list.name.{}", spec.name));
    Ok(Some(Group { name: spec.name, label, count: words, hits, has_more }))
}

async fn numbered(app: &App, spec: &Spec, ask: &Ask<'_>, q: &str) -> Result<Vec<Vec<Value>>, Fault> {
    let is_number = spec.source.column(spec.source.id).is_ok_and(|column| column.kind == Holds::Number);
    let Some(id) = q.parse::<i64>().ok().filter(|_| is_number) else { return Ok(Vec::new()) };
    let filters = vec![Filter::OneOf(spec.source.id.to_owned(), vec![Value::Number(id)])];
    let ask = Ask { filters, ..ask.clone() };
    Ok(mingjing_store::list::sample(&app.db, &ask, 1).await?)
}

/// A hit with the other words it could be found by beside its name.
fn hit(spec: &Spec, values: &[Value], signed: &Signed) -> Hit {
    let row = Row::new(spec.source, values);
    let beside = spec.columns.iter().filter(|column| column.is_usual && column.key != spec.label).take(3);
    let texts = beside.filter_map(|column| {
        let text = list::written(column.show, row.value(column.key)?, signed.lang);
        (!text.is_empty()).then_some(text)
    });
    Hit {
        href: (spec.href)(&row),
        name: row.text(spec.label).map_or_else(|| row.id(), str::to_owned),
        note: texts.collect::<Vec<_>>().join(" · "),
    }
}
