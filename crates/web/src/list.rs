//! Lists, built once: filter, sort, columns, pages, saved searches, picking, export. A list is data, a [`Spec`].
//!
//! ```ignore
//! pub static LIST: Spec = Spec { name: "jobs", path: "/jobs", … };
//!
//! async fn page(State(app): State<Arc<App>>, signed: Signed, RawQuery(query): RawQuery) -> Result<Response, Fault> {
//!     let shell = Shell::new(&app, &signed, Section::Jobs, "list.jobs.title").await.lead("list.jobs");
//!     list::show(&app, &signed, &LIST, query.as_deref(), shell).await
//! }
//! ```
//!
//! The list must stand in [`ALL`]: saved searches, exports and bulk actions find it there by its name. What one may
//! see is the scope of `casework::permission`, merged into the query; here nothing is decided.

pub mod analyses;
pub mod ask;
pub mod bulk;
pub mod export;
pub mod jobs;
pub mod saved;
mod view;

pub use ask::{Asked, State};
pub use bulk::BulkAction;
pub use view::{List, Row, written};

use crate::app::{App, show as show_page};
use crate::fault::Fault;
use crate::look::Shell;
use crate::routes::Routes;
use crate::signed::Signed;
use askama::Template;
use axum::http::Method;
use axum::response::Response;
use mingjing_casework::job::Work;
use mingjing_casework::permission::{Action, Actor, Bind, Columns, Gate, Kind};
use mingjing_store::list::{Ask, Condition, Source, Value};
use std::sync::Arc;

/// Rows counted exactly; beyond, a list says "more than".
pub const COUNT_MAX: usize = 10_000;
/// Rows of a page.
pub const PAGE: usize = 50;

/// All lists.
pub static ALL: &[&Spec] = &[
    &analyses::LIST,
    &jobs::LIST,
    &crate::admin::lists::PEOPLE,
    &crate::admin::lists::OFFICES,
    &crate::admin::lists::DIVISIONS,
];

/// A list by its name.
///
/// # Errors
/// There is none.
pub fn named(name: &str) -> Result<&'static Spec, Fault> {
    ALL.iter().copied().find(|spec| spec.name == name).ok_or(Fault::NotFound)
}

/// A list.
pub struct Spec {
    /// Its name: in addresses, saved searches, exports.
    pub name: &'static str,
    /// The page it stands on.
    pub path: &'static str,
    /// Where its rows come from.
    pub source: &'static Source,
    /// Its columns in their order; the first is the link.
    pub columns: &'static [Column],
    /// What one can filter by.
    pub filters: &'static [Filter],
    /// The columns that the field for words looks into; none for no such field.
    pub words: &'static [&'static str],
    /// The order without a choice: column, from the largest down.
    pub sort: (&'static str, bool),
    /// Which rows one may see: of this kind, by these columns of the source.
    pub kind: Kind,
    /// See `kind`.
    pub scope: Columns<'static>,
    /// Where a row leads.
    pub href: fn(&Row<'_>) -> String,
    /// Sentences: `list.name.<name>` names the list, `<text>.<column>` columns and filters, `<text>.empty.title` and `.text` an empty list.
    pub text: &'static str,
    /// What can be done with many rows at once.
    pub actions: &'static [&'static dyn BulkAction],
    /// The columns that name a row in previews and reports.
    pub label: &'static str,
}

/// A column as shown.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name in the source.
    pub key: &'static str,
    /// How its values are written.
    pub show: Show,
    /// Is it there without being chosen?
    pub is_usual: bool,
    /// Can one sort by it?
    pub may_sort: bool,
}

impl Column {
    /// Shown and sortable.
    pub const fn new(key: &'static str, show: Show) -> Column {
        Column { key, show, is_usual: true, may_sort: true }
    }

    /// Only when chosen.
    pub const fn extra(self) -> Column {
        Column { is_usual: false, ..self }
    }

    /// Not to be sorted by.
    pub const fn unsorted(self) -> Column {
        Column { may_sort: false, ..self }
    }
}

/// How values of a column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// As it is.
    Text,
    /// A long text that may take several lines.
    Long,
    /// `1,234`.
    Number,
    /// Fen as yuan.
    Yuan,
    /// A text that is a day.
    Day,
    /// A day by which something is due, with the distance in words.
    Due,
    /// An instant, to the minute.
    Moment,
    /// A state of `look.state`.
    State,
    /// A word of `data/text` below this prefix.
    Word(&'static str),
    /// Yes or no.
    Flag,
}

/// A filter. Its name in the address is the column's; ranges have `_from` and `_to` behind it.
#[derive(Clone, Copy, Debug)]
pub enum Filter {
    /// The text contains.
    Contains(&'static str),
    /// One of these words; their sentences are below the prefix.
    OneOf(&'static str, &'static [&'static str], &'static str),
    /// An instant, from day to day in Shanghai, both included.
    Moments(&'static str),
    /// A text that is a day, both included.
    Days(&'static str),
    /// A whole number.
    Numbers(&'static str),
    /// Fen, typed as yuan.
    Yuan(&'static str),
    /// The number of the reader's account stands there.
    Mine(&'static str),
}

impl Filter {
    /// The column.
    pub fn key(&self) -> &'static str {
        match *self {
            Filter::Contains(key)
            | Filter::OneOf(key, ..)
            | Filter::Moments(key)
            | Filter::Days(key)
            | Filter::Numbers(key)
            | Filter::Yuan(key)
            | Filter::Mine(key) => key,
        }
    }
}

/// The rows of a list that somebody may do this to, as a condition.
pub fn condition(spec: &Spec, gate: &Gate, actor: &Actor, action: Action) -> Condition {
    let (sql, binds) = gate.scope(actor, action, spec.kind).to_sql(&spec.scope, 1);
    let value = |bind| match bind {
        Bind::Text(text) => Value::Text(text),
        Bind::Number(number) => Value::Number(number),
    };
    Condition::new(sql, binds.into_iter().map(value).collect())
}

/// A question to a list in somebody's name.
pub fn question(spec: &Spec, asked: &Asked, scope: Condition) -> Ask<'static> {
    Ask {
        source: spec.source,
        scope,
        filters: asked.filters.clone(),
        sort: asked.sort.clone(),
        cursor: asked.cursor.clone(),
        size: PAGE,
    }
}

#[derive(Template)]
#[template(path = "list/page.html")]
struct Page {
    shell: Shell,
    list: List,
}

/// The page of a list.
///
/// # Errors
/// The database cannot be read.
pub async fn show(
    app: &App,
    signed: &Signed,
    spec: &'static Spec,
    query: Option<&str>,
    shell: Shell,
) -> Result<Response, Fault> {
    let list = List::open(app, signed, spec, query.unwrap_or_default()).await?;
    show_page(&Page { shell, list })
}

/// The work of exports and bulk actions, for the runner of jobs.
pub fn works(app: &Arc<App>) -> Vec<Arc<dyn Work>> {
    vec![Arc::new(export::Export::new(Arc::clone(app))), Arc::new(bulk::Bulk::new(Arc::clone(app)))]
}

/// Saved searches, exports, bulk actions of all lists, and the list of jobs.
pub fn routes() -> Routes {
    Routes::new()
        .page(Method::GET, "/jobs", Action::List, Kind::Job, jobs::page)
        .account(Method::POST, "/lists/{name}/searches", saved::save)
        .account(Method::POST, "/lists/{name}/searches/{id}/delete", saved::delete)
        .account(Method::POST, "/lists/{name}/export", export::ask)
        .account(Method::GET, "/lists/exports/{job}", export::show)
        .account(Method::GET, "/lists/exports/{job}/file", export::download)
        .account(Method::POST, "/lists/{name}/bulk", bulk::preview)
        .account(Method::POST, "/lists/{name}/bulk/do", bulk::begin)
        .account(Method::GET, "/lists/bulk/{job}", bulk::report)
}
