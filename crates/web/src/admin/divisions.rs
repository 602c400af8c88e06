//! 区划: city, districts, streets, communities; the districts on a map.

use super::Page;
use super::deal::{by, done, into_form, overtaken, past, people};
use super::form::{Form, Input, Sent};
use super::thing::{Cell, Part, Row, Table, Thing};
use crate::app::App;
use crate::fault::Fault;
use crate::signed::Signed;
use axum::Form as Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use mingjing_casework::people::Error;
use mingjing_casework::permission::{Action, Kind, Resource};
use mingjing_store::office::{self, Division};
use std::collections::BTreeMap;
use std::sync::Arc;

const LIST: &str = "/admin/divisions";
const KEY: &str = "admin.divisions";

fn resource(code: &str) -> Resource {
    Resource { division: Some(code.to_owned()), ..Resource::new(Kind::Division, code) }
}

async fn found(app: &App, signed: &Signed, code: &str) -> Result<Division, Fault> {
    signed.check_seen(app, Action::Read, &resource(code))?;
    office::division(&app.db, code).await?.ok_or(Fault::NotFound)
}

fn form(signed: &Signed) -> Form {
    Form::new(signed.lang, "/admin/divisions/new", "admin.button.create")
        .back(LIST)
        .needed("code", "code", Input::Text(12))
        .help("admin.divisions.code_help")
        .needed("name", "name", Input::Text(64))
}

async fn making(app: &App, signed: &Signed, form: Form, status: StatusCode) -> Result<Response, Fault> {
    let thing = Thing { parts: vec![Part { id: "new", title: "", form }], ..Thing::default() };
    Page::new(app, signed, LIST, KEY).await.making(KEY, LIST).show_as(status, thing)
}

/// `GET /admin/divisions/new`.
///
/// # Errors
/// The template cannot be written out.
pub async fn new(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    let form = form(&signed);
    making(&app, &signed, form, StatusCode::OK).await
}

/// `POST /admin/divisions/new`.
///
/// # Errors
/// They may not; the database refused.
pub async fn create(
    State(app): State<Arc<App>>,
    signed: Signed,
    Body(sent): Body<Sent>,
) -> Result<Response, Fault> {
    let mut form = form(&signed);
    form.take(&sent);
    if !form.is_well() {
        return making(&app, &signed, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let (by, code) = (by(&app, &signed), form.get("code").to_owned());
    match people(&app, &by).create_division(&code, form.get("name"), None).await {
        Ok(()) => {
            done(&app, "admin.done.created", Kind::Division.word(), &code, &format!("{LIST}/{code}")).await
        }
        Err(error) => {
            let status = into_form(&mut form, error)?;
            making(&app, &signed, form, status).await
        }
    }
}

fn naming(signed: &Signed, division: &Division) -> Form {
    Form::new(signed.lang, format!("{LIST}/{}", division.code), "admin.button.save")
        .version(division.version)
        .needed("name", "name", Input::Text(64))
        .value(&division.name)
}

async fn show(
    app: &App,
    signed: &Signed,
    division: &Division,
    sent: Option<Form>,
    status: StatusCode,
) -> Result<Response, Fault> {
    let lang = signed.lang;
    let label = |name: &str| lang.t(&format!("admin.field.{name}"));
    let may_change = app.gate.may(&signed.actor, Action::Change, &resource(&division.code));
    let all = office::divisions(&app.db).await?;
    let mut thing = Thing::default();
    thing.fact(label("code"), Cell::text(&division.code));
    thing.fact(label("level"), Cell::text(lang.t(&format!("admin.divisions.level_{}", division.level))));
    if let Some(parent) = all.iter().find(|one| Some(&one.code) == division.parent.as_ref()) {
        thing.fact(label("parent"), Cell::link(&parent.name, format!("{LIST}/{}", parent.code)));
    }
    thing.tables.push(below(signed, division, &all));
    thing.tables.push(offices(app, signed, division).await?);
    if may_change {
        let form = sent.unwrap_or_else(|| naming(signed, division));
        thing.parts.push(Part { id: "data", title: lang.t("admin.button.edit"), form });
    }
    thing.past = Some(past(app, lang, &[(Kind::Division.word(), division.code.clone())], may_change).await?);
    Page::new(app, signed, LIST, KEY).await.one(KEY, LIST, &division.name).show_as(status, thing)
}

fn below(signed: &Signed, division: &Division, all: &[Division]) -> Table {
    let lang = signed.lang;
    let within = all.iter().filter(|one| one.parent.as_ref() == Some(&division.code));
    let row = |one: &Division| Row {
        cells: vec![Cell::link(&one.name, format!("{LIST}/{}", one.code)), Cell::text(&one.code)],
        deed: None,
    };
    Table {
        id: "below",
        title: lang.t("admin.divisions.below").to_owned(),
        note: String::new(),
        empty: lang.t("admin.divisions.none_below"),
        heads: ["name", "code"].map(|name| lang.t(&format!("admin.field.{name}"))).to_vec(),
        rows: within.map(row).collect(),
    }
}

async fn offices(app: &App, signed: &Signed, division: &Division) -> Result<Table, Fault> {
    let lang = signed.lang;
    let scope = signed.scope(app, Action::List, Kind::Office);
    let here = office::offices(&app.db).await?.into_iter().filter(|office| {
        office.division == division.code
            && scope.holds(&Resource::new(Kind::Office, office.id).held_by(&office.agency, &office.division))
    });
    let row = |office: office::Office| Row {
        cells: vec![
            Cell::link(&office.name, format!("/admin/offices/{}", office.id)),
            Cell::text(office.short_name),
        ],
        deed: None,
    };
    Ok(Table {
        id: "offices",
        title: lang.t("admin.offices.title").to_owned(),
        note: String::new(),
        empty: lang.t("admin.offices.empty"),
        heads: ["name", "agency"].map(|name| lang.t(&format!("admin.field.{name}"))).to_vec(),
        rows: here.map(row).collect(),
    })
}

/// `GET /admin/divisions/{code}`.
///
/// # Errors
/// There is none that they may see; the database cannot be read.
pub async fn one(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(code): Path<String>,
) -> Result<Response, Fault> {
    let division = found(&app, &signed, &code).await?;
    show(&app, &signed, &division, None, StatusCode::OK).await
}

/// `POST /admin/divisions/{code}`.
///
/// # Errors
/// There is none that they may see, they may not; the database refused.
pub async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(code): Path<String>,
    Body(sent): Body<Sent>,
) -> Result<Response, Fault> {
    let division = found(&app, &signed, &code).await?;
    let mut form = naming(&signed, &division);
    form.take(&sent);
    if !form.is_well() {
        return show(&app, &signed, &division, Some(form), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let (by, version, href) = (by(&app, &signed), form.version.unwrap_or_default(), format!("{LIST}/{code}"));
    match people(&app, &by).change_division(&code, version, form.get("name"), None).await {
        Ok(()) => done(&app, "admin.done.saved", Kind::Division.word(), &code, &href).await,
        Err(Error::Changed { who, at, .. }) => {
            let now = found(&app, &signed, &code).await?;
            let values = BTreeMap::from([("name", now.name.clone())]);
            let status = overtaken(&mut form, who, at, &values, now.version, &href);
            show(&app, &signed, &now, Some(form), status).await
        }
        Err(error) => {
            let status = into_form(&mut form, error)?;
            show(&app, &signed, &division, Some(form), status).await
        }
    }
}
