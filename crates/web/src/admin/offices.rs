//! 单位: offices of agencies in divisions.

use super::deal::{by, done, fault, into_form, overtaken, past, people};
use super::form::{Choice, Form, Input, Sent};
use super::thing::{Cell, Deed, Part, Row, Table, Thing};
use super::{Page, choices};
use crate::app::App;
use crate::fault::Fault;
use crate::look::write::day;
use crate::look::{Mark, Tone};
use crate::signed::Signed;
use axum::Form as Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use mingjing_casework::people::{Error, NewOffice};
use mingjing_casework::permission::{Action, Kind, Resource};
use mingjing_model::id::{AgencyId, OfficeId};
use mingjing_store::account;
use mingjing_store::office::{self, Office};
use std::collections::BTreeMap;
use std::sync::Arc;

const LIST: &str = "/admin/offices";
const KEY: &str = "admin.offices";

fn resource(office: &Office) -> Resource {
    Resource::new(Kind::Office, office.id).held_by(&office.agency, &office.division)
}

async fn found(app: &App, signed: &Signed, id: i64) -> Result<Office, Fault> {
    let office = office::office(&app.db, OfficeId(id)).await?.ok_or(Fault::NotFound)?;
    signed.check_seen(app, Action::Read, &resource(&office))?;
    Ok(office)
}

async fn form(app: &App, signed: &Signed) -> Result<Form, Fault> {
    let scope = signed.scope(app, Action::Create, Kind::Office);
    let agencies = office::agencies(&app.db).await?;
    let divisions = office::divisions(&app.db).await?;
    let may = |agency: &str, division: &str| {
        scope.holds(&Resource::new(Kind::Office, "").held_by(agency, division))
    };
    let agency = agencies.iter().filter(|agency| divisions.iter().any(|one| may(&agency.kind, &one.code)));
    let agency = agency.map(|one| Choice { value: one.id.to_string(), label: one.name.clone() });
    let division = divisions.iter().filter(|one| agencies.iter().any(|agency| may(&agency.kind, &one.code)));
    let division =
        division.map(|one| Choice { value: one.code.clone(), label: format!("{} {}", one.code, one.name) });
    Ok(Form::new(signed.lang, "/admin/offices/new", "admin.button.create")
        .back(LIST)
        .needed("agency", "agency", Input::Choice(agency.collect()))
        .needed("division", "division", Input::Choice(division.collect()))
        .needed("name", "name", Input::Text(64)))
}

async fn making(app: &App, signed: &Signed, form: Form, status: StatusCode) -> Result<Response, Fault> {
    let thing = Thing { parts: vec![Part { id: "new", title: "", form }], ..Thing::default() };
    Page::new(app, signed, LIST, KEY).await.making(KEY, LIST).show_as(status, thing)
}

/// `GET /admin/offices/new`.
///
/// # Errors
/// The database cannot be read.
pub async fn new(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    let form = form(&app, &signed).await?;
    making(&app, &signed, form, StatusCode::OK).await
}

/// `POST /admin/offices/new`.
///
/// # Errors
/// They may not; the database refused.
pub async fn create(
    State(app): State<Arc<App>>,
    signed: Signed,
    Body(sent): Body<Sent>,
) -> Result<Response, Fault> {
    let mut form = form(&app, &signed).await?;
    form.take(&sent);
    if !form.is_well() {
        return making(&app, &signed, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let new = NewOffice {
        agency: AgencyId(form.get("agency").parse().unwrap_or_default()),
        division: form.get("division").to_owned(),
        name: form.get("name").to_owned(),
    };
    let by = by(&app, &signed);
    match people(&app, &by).create_office(&new).await {
        Ok(id) => done(&app, "admin.done.created", Kind::Office.word(), id, &format!("{LIST}/{id}")).await,
        Err(error) => {
            let status = into_form(&mut form, error)?;
            making(&app, &signed, form, status).await
        }
    }
}

fn naming(signed: &Signed, office: &Office) -> Form {
    Form::new(signed.lang, format!("{LIST}/{}", office.id), "admin.button.save")
        .version(office.version)
        .needed("name", "name", Input::Text(64))
        .value(&office.name)
}

async fn show(
    app: &App,
    signed: &Signed,
    office: &Office,
    sent: Option<Form>,
    status: StatusCode,
) -> Result<Response, Fault> {
    let lang = signed.lang;
    let label = |name: &str| lang.t(&format!("admin.field.{name}"));
    let may = |action| app.gate.may(&signed.actor, action, &resource(office));
    let mut thing = Thing::default();
    thing.fact(label("agency"), Cell::text(&office.agency_name));
    thing.fact(
        label("division"),
        Cell::link(&office.division_name, format!("/admin/divisions/{}", office.division)),
    );
    let state = match office.closed_at {
        None => Mark::new(lang.t("admin.offices.open"), "circle-check", Tone::Good),
        Some(at) => {
            Mark::new(format!("{} {}", lang.t("admin.offices.closed"), day(at)), "circle-minus", Tone::Quiet)
        }
    };
    thing.fact(label("state"), Cell::mark(state));
    let deed = |label: &str, end: &str| {
        Deed::new(lang.t(&format!("admin.button.{label}")), format!("{LIST}/{}/{end}", office.id))
            .version(office.version)
    };
    if office.closed_at.is_some() && may(Action::Create) {
        thing.deeds.push(deed("reopen", "reopen"));
    } else if office.closed_at.is_none() && may(Action::Delete) {
        let mut close = deed("close", "close").grave();
        if office::people(&app.db, office.id()).await? > 0 {
            close.why_not = Some(lang.t("admin.refused.in_use"));
        }
        thing.deeds.push(close);
    }
    thing.tables.push(members(app, signed, office).await?);
    if may(Action::Change) {
        let form = sent.unwrap_or_else(|| naming(signed, office));
        thing.parts.push(Part { id: "data", title: lang.t("admin.button.edit"), form });
    }
    let subjects = [(Kind::Office.word(), office.id.to_string())];
    thing.past = Some(past(app, lang, &subjects, may(Action::Change)).await?);
    Page::new(app, signed, LIST, KEY).await.one(KEY, LIST, &office.name).show_as(status, thing)
}

/// The people of the office that they may see.
async fn members(app: &App, signed: &Signed, office: &Office) -> Result<Table, Fault> {
    let lang = signed.lang;
    let scope = signed.scope(app, Action::List, Kind::Account);
    let mut rows = Vec::new();
    for person in account::of_office(&app.db, office.id()).await? {
        let what = Resource::new(Kind::Account, person.id)
            .held_by(&person.agency, &person.division)
            .owned_by(person.id());
        if !scope.holds(&what) {
            continue;
        }
        let today = day(app.now());
        let held = account::posts(&app.db, person.id(), &today).await?;
        let roles: Vec<String> = held.iter().map(|post| choices::role_name(lang, &post.role)).collect();
        rows.push(Row {
            cells: vec![
                Cell::link(&person.name, format!("/admin/people/{}", person.id)),
                Cell::text(&person.login),
                Cell::text(roles.join(lang.t("common.and"))),
                Cell::mark(super::people::state(lang, &person, app.now())),
            ],
            deed: None,
        });
    }
    let heads =
        ["name", "login", "roles", "state"].map(|name| lang.t(&format!("admin.field.{name}"))).to_vec();
    Ok(Table {
        id: "people",
        title: lang.t("admin.offices.people").to_owned(),
        note: String::new(),
        empty: lang.t("admin.offices.no_people"),
        heads,
        rows,
    })
}

/// `GET /admin/offices/{id}`.
///
/// # Errors
/// There is none that they may see; the database cannot be read.
pub async fn one(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let office = found(&app, &signed, id).await?;
    show(&app, &signed, &office, None, StatusCode::OK).await
}

/// `POST /admin/offices/{id}`.
///
/// # Errors
/// There is none that they may see, they may not; the database refused.
pub async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Body(sent): Body<Sent>,
) -> Result<Response, Fault> {
    let office = found(&app, &signed, id).await?;
    let mut form = naming(&signed, &office);
    form.take(&sent);
    if !form.is_well() {
        return show(&app, &signed, &office, Some(form), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let by = by(&app, &signed);
    let version = form.version.unwrap_or_default();
    match people(&app, &by).change_office(office.id(), version, form.get("name")).await {
        Ok(()) => done(&app, "admin.done.saved", Kind::Office.word(), id, &format!("{LIST}/{id}")).await,
        Err(Error::Changed { who, at, .. }) => {
            let now = found(&app, &signed, id).await?;
            let values = BTreeMap::from([("name", now.name.clone())]);
            let status = overtaken(&mut form, who, at, &values, now.version, &format!("{LIST}/{id}"));
            show(&app, &signed, &now, Some(form), status).await
        }
        Err(error) => {
            let status = into_form(&mut form, error)?;
            show(&app, &signed, &office, Some(form), status).await
        }
    }
}

/// `POST /admin/offices/{id}/close`.
///
/// # Errors
/// There is none that they may see, they may not, people belong to it; the database refused.
pub async fn close(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Body(sent): Body<Sent>,
) -> Result<Response, Fault> {
    let office = found(&app, &signed, id).await?;
    let by = by(&app, &signed);
    let closed = people(&app, &by).close_office(office.id(), super::version(&sent)).await;
    closed.map_err(|error| fault(signed.lang, error))?;
    done(&app, "admin.done.closed", Kind::Office.word(), id, &format!("{LIST}/{id}")).await
}

/// `POST /admin/offices/{id}/reopen`.
///
/// # Errors
/// There is none that they may see, they may not; the database refused.
pub async fn reopen(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Body(sent): Body<Sent>,
) -> Result<Response, Fault> {
    let office = found(&app, &signed, id).await?;
    let by = by(&app, &signed);
    let opened = people(&app, &by).open_again(office.id(), super::version(&sent)).await;
    opened.map_err(|error| fault(signed.lang, error))?;
    done(&app, "admin.done.reopened", Kind::Office.word(), id, &format!("{LIST}/{id}")).await
}
