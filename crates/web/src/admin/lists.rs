//! The long lists of administration: people, offices, divisions.

use super::tabs;
use crate::app::{App, show};
use crate::fault::Fault;
use crate::list::{Column, Filter, List, Show, Spec};
use crate::look::Shell;
use crate::look::chart::{self, Area, Chart};
use crate::look::write::number;
use crate::signed::Signed;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use mingjing_casework::permission::{Action, Columns, Kind, Resource};
use mingjing_model::division::is_within;
use mingjing_store::list::{Column as Stored, Source};
use mingjing_store::{account, office};
use std::sync::Arc;

/// Kinds of agencies, as filters offer them.
const AGENCIES: &[&str] = &[
    "coordination",
    "market_regulation",
    "police",
    "housing",
    "tax",
    "finance",
    "telecom",
    "court_liaison",
    "street",
    "community",
];
const LEVELS: &[&str] = &["city", "district", "street", "community"];
const ROLES: &[&str] = &[
    "coordinator",
    "monitoring_officer",
    "reviewer",
    "field_officer",
    "case_officer",
    "community_reporter",
    "auditor",
    "administrator",
];

static PEOPLE_ROWS: Source = Source {
    sql: include_str!("lists/people.sql"),
    id: "id",
    columns: &[
        Stored::number("id"),
        Stored::number("owner"),
        Stored::text("login"),
        Stored::text("name"),
        Stored::text("office_name"),
        Stored::text("agency"),
        Stored::text("division"),
        Stored::text("division_name"),
        Stored::text("role").nullable(),
        Stored::text("state"),
        Stored::number("totp_since").nullable(),
        Stored::number("created_at"),
    ],
};

/// People.
pub static PEOPLE: Spec = Spec {
    name: "people",
    path: "/admin/people",
    source: &PEOPLE_ROWS,
    columns: &[
        Column::new("name", Show::Text),
        Column::new("login", Show::Text),
        Column::new("role", Show::Word("common.role")),
        Column::new("office_name", Show::Text),
        Column::new("division_name", Show::Text),
        Column::new("state", Show::Word("admin.list_people.states")),
        Column::new("agency", Show::Word("admin.agency")).extra(),
        Column::new("totp_since", Show::Moment).extra(),
        Column::new("created_at", Show::Moment).extra(),
    ],
    filters: &[
        Filter::OneOf("role", ROLES, "common.role"),
        Filter::OneOf("agency", AGENCIES, "admin.agency"),
        Filter::OneOf("state", &["in_use", "disabled"], "admin.list_people.states"),
        Filter::Contains("office_name"),
        Filter::Contains("division_name"),
        Filter::Moments("created_at"),
    ],
    words: &["name", "login", "office_name"],
    sort: ("login", false),
    kind: Kind::Account,
    scope: Columns { agency: Some("agency"), division: Some("division"), owner: Some("owner") },
    href: |row| format!("/admin/people/{}", row.number("id").unwrap_or_default()),
    text: "admin.list_people",
    actions: &[],
    label: "name",
};

static OFFICE_ROWS: Source = Source {
    sql: include_str!("lists/offices.sql"),
    id: "id",
    columns: &[
        Stored::number("id"),
        Stored::text("name"),
        Stored::text("agency"),
        Stored::text("agency_name"),
        Stored::text("division"),
        Stored::text("division_name"),
        Stored::text("level"),
        Stored::number("people"),
        Stored::text("state"),
    ],
};

/// Offices.
pub static OFFICES: Spec = Spec {
    name: "offices",
    path: "/admin/offices",
    source: &OFFICE_ROWS,
    columns: &[
        Column::new("name", Show::Text),
        Column::new("agency_name", Show::Text),
        Column::new("division_name", Show::Text),
        Column::new("level", Show::Word("admin.list_divisions.levels")),
        Column::new("people", Show::Number),
        Column::new("state", Show::Word("admin.list_offices.states")),
    ],
    filters: &[
        Filter::OneOf("agency", AGENCIES, "admin.agency"),
        Filter::OneOf("level", LEVELS, "admin.list_divisions.levels"),
        Filter::OneOf("state", &["open", "closed"], "admin.list_offices.states"),
        Filter::Contains("division_name"),
    ],
    words: &["name", "division_name"],
    sort: ("id", false),
    kind: Kind::Office,
    scope: Columns { agency: Some("agency"), division: Some("division"), owner: None },
    href: |row| format!("/admin/offices/{}", row.number("id").unwrap_or_default()),
    text: "admin.list_offices",
    actions: &[],
    label: "name",
};

static DIVISION_ROWS: Source = Source {
    sql: include_str!("lists/divisions.sql"),
    id: "code",
    columns: &[
        Stored::text("code"),
        Stored::text("division"),
        Stored::text("name"),
        Stored::text("level"),
        Stored::text("parent_name").nullable(),
        Stored::number("offices"),
    ],
};

/// Divisions.
pub static DIVISIONS: Spec = Spec {
    name: "divisions",
    path: "/admin/divisions",
    source: &DIVISION_ROWS,
    columns: &[
        Column::new("name", Show::Text),
        Column::new("code", Show::Text),
        Column::new("level", Show::Word("admin.list_divisions.levels")),
        Column::new("parent_name", Show::Text),
        Column::new("offices", Show::Number),
    ],
    filters: &[
        Filter::OneOf("level", LEVELS, "admin.list_divisions.levels"),
        Filter::Contains("parent_name"),
    ],
    words: &["name", "code"],
    sort: ("code", false),
    kind: Kind::Division,
    scope: Columns { agency: None, division: Some("division"), owner: None },
    href: |row| format!("/admin/divisions/{}", row.text("code").unwrap_or_default()),
    text: "admin.list_divisions",
    actions: &[],
    label: "name",
};

#[derive(askama::Template)]
#[template(path = "admin/list.html")]
struct ListPage {
    shell: Shell,
    tabs: Vec<super::Tab>,
    action: Option<super::MainAction>,
    chart: Option<Chart>,
    list: List,
}

async fn page(
    app: &App,
    signed: &Signed,
    spec: &'static Spec,
    query: Option<&str>,
    (key, making): (&str, &'static str),
    chart: Option<Chart>,
) -> Result<Response, Fault> {
    let lang = signed.lang;
    let list = List::open(app, signed, spec, query.unwrap_or_default()).await?;
    let shell = Shell::new(app, signed, crate::look::Section::Admin, &format!("{key}.title")).await.lead(key);
    let making = signed.could(app, Action::Create, spec.kind).then_some(making);
    let action = making.map(|href| super::MainAction { label: lang.t(&format!("{key}.new")), href });
    show(&ListPage { shell, tabs: tabs(app, signed, spec.path), action, chart, list })
}

/// `GET /admin/people`.
///
/// # Errors
/// The database cannot be read.
pub async fn people(
    State(app): State<Arc<App>>,
    signed: Signed,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    page(&app, &signed, &PEOPLE, query.as_deref(), ("admin.people", "/admin/people/new"), None).await
}

/// `GET /admin/offices`.
///
/// # Errors
/// The database cannot be read.
pub async fn offices(
    State(app): State<Arc<App>>,
    signed: Signed,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    page(&app, &signed, &OFFICES, query.as_deref(), ("admin.offices", "/admin/offices/new"), None).await
}

/// `GET /admin/divisions`.
///
/// # Errors
/// The database cannot be read.
pub async fn divisions(
    State(app): State<Arc<App>>,
    signed: Signed,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    page(
        &app,
        &signed,
        &DIVISIONS,
        query.as_deref(),
        ("admin.divisions", "/admin/divisions/new"),
        Some(map(&app, &signed).await?),
    )
    .await
}

/// The districts on the map, by the people in use that the reader may see.
async fn map(app: &App, signed: &Signed) -> Result<Chart, Fault> {
    let lang = signed.lang;
    let scope = signed.scope(app, Action::List, Kind::Account);
    let mut seen = account::all(&app.db).await?;
    seen.retain(|person| {
        let what = Resource::new(Kind::Account, person.id).held_by(&person.agency, &person.division);
        person.disabled_at.is_none() && scope.holds(&what.owned_by(person.id()))
    });
    let mut areas = Vec::new();
    let mut most: Option<(i64, String)> = None;
    for division in office::divisions(&app.db).await?.into_iter().filter(|one| one.level == "district") {
        let within = seen.iter().filter(|person| is_within(&person.division, &division.code)).count();
        let count = i64::try_from(within).unwrap_or(i64::MAX);
        if most.as_ref().is_none_or(|(more, _)| count > *more) {
            most = Some((count, division.name.clone()));
        }
        let href = format!("/admin/divisions/{}", division.code);
        areas.push(Area::new(division.code, count, number(count)).href(href));
    }
    let (count, name) = most.unwrap_or_default();
    let title = lang.f("admin.divisions.map", &[("most", &name), ("count", &count)]);
    Ok(chart::map(&title, [lang.t("admin.field.division"), lang.t("admin.list_offices.people")], &areas))
}
