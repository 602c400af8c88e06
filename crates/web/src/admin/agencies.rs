//! 部门: the agencies, a short list, and their names.

use super::Page;
use super::deal::{by, done, into_form, overtaken, past, people};
use super::form::{Choice, Form, Input, Sent};
use super::thing::{Cell, Part, Row, Table, Thing};
use crate::app::App;
use crate::fault::Fault;
use crate::signed::Signed;
use crate::words::Lang;
use axum::Form as Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use mingjing_casework::people::{Error, NewAgency};
use mingjing_casework::permission::{self, Action, Kind, Resource};
use mingjing_model::id::AgencyId;
use mingjing_store::office::{self, Agency};
use std::collections::BTreeMap;
use std::sync::Arc;

const LIST: &str = "/admin/agencies";
const KEY: &str = "admin.agencies";

fn resource(agency: &Agency) -> Resource {
    Resource { agency: Some(agency.kind.clone()), ..Resource::new(Kind::Agency, agency.id) }
}

async fn found(app: &App, signed: &Signed, id: i64) -> Result<Agency, Fault> {
    let agency = office::agency(&app.db, AgencyId(id)).await?.ok_or(Fault::NotFound)?;
    signed.check_seen(app, Action::Read, &resource(&agency))?;
    Ok(agency)
}

/// `GET /admin/agencies`.
///
/// # Errors
/// The database cannot be read.
pub async fn list(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    let lang = signed.lang;
    let scope = signed.scope(&app, Action::List, Kind::Agency);
    let offices = office::offices(&app.db).await?;
    let seen = office::agencies(&app.db).await?.into_iter().filter(|agency| scope.holds(&resource(agency)));
    let row = |agency: Agency| {
        let open =
            offices.iter().filter(|office| office.agency_id == agency.id && office.closed_at.is_none());
        let count = i64::try_from(open.count()).unwrap_or(i64::MAX);
        Row {
            cells: vec![
                Cell::link(&agency.name, format!("{LIST}/{}", agency.id)),
                Cell::text(&agency.short_name),
                Cell::text(&agency.kind),
                Cell::number(count),
            ],
            deed: None,
        }
    };
    let heads =
        ["name", "short_name", "kind", "offices"].map(|name| lang.t(&format!("admin.field.{name}"))).to_vec();
    let table = Table {
        id: "agencies",
        title: lang.t("admin.agencies.title").to_owned(),
        note: String::new(),
        empty: lang.t("admin.agencies.empty"),
        heads,
        rows: seen.map(row).collect(),
    };
    let mut thing = Thing { tables: vec![table], ..Thing::default() };
    let form = form(&app, &signed).await?;
    // Where every kind has its agency there is none to be made.
    let has_kinds = form.fields.first().is_some_and(|field| !field.choices().is_empty());
    if has_kinds && signed.could(&app, Action::Create, Kind::Agency) {
        thing.parts.push(Part { id: "new", title: lang.t("admin.agencies.new"), form });
    }
    Page::new(&app, &signed, LIST, KEY).await.show(thing)
}

async fn form(app: &App, signed: &Signed) -> Result<Form, Fault> {
    let there = office::agencies(&app.db).await?;
    let missing =
        permission::agencies().iter().filter(|text| !there.iter().any(|agency| agency.kind == text.kind));
    let choice = |text: &permission::AgencyText| {
        let name = match signed.lang {
            Lang::Zh => &text.name.zh,
            Lang::En => &text.name.en,
        };
        Choice { value: text.kind.clone(), label: name.clone() }
    };
    Ok(Form::new(signed.lang, "/admin/agencies", "admin.button.create")
        .needed("kind", "kind", Input::Choice(missing.map(choice).collect()))
        .needed("name", "name", Input::Text(64))
        .needed("short_name", "short_name", Input::Text(16)))
}

/// `POST /admin/agencies`.
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
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if form.is_well() {
        let new = NewAgency {
            kind: form.get("kind").to_owned(),
            name: form.get("name").to_owned(),
            short_name: form.get("short_name").to_owned(),
        };
        let by = by(&app, &signed);
        match people(&app, &by).create_agency(&new, None).await {
            Ok(id) => return done(&app, "admin.done.created", Kind::Agency.word(), id, LIST).await,
            Err(error) => status = into_form(&mut form, error)?,
        }
    }
    let thing =
        Thing { parts: vec![Part { id: "new", title: "", form: form.back(LIST) }], ..Thing::default() };
    Page::new(&app, &signed, LIST, KEY).await.making(KEY, LIST).show_as(status, thing)
}

fn naming(signed: &Signed, agency: &Agency) -> Form {
    Form::new(signed.lang, format!("{LIST}/{}", agency.id), "admin.button.save")
        .version(agency.version)
        .back(LIST)
        .needed("name", "name", Input::Text(64))
        .value(&agency.name)
        .needed("short_name", "short_name", Input::Text(16))
        .value(&agency.short_name)
}

async fn show(
    app: &App,
    signed: &Signed,
    agency: &Agency,
    sent: Option<Form>,
    status: StatusCode,
) -> Result<Response, Fault> {
    let lang = signed.lang;
    let may_change = app.gate.may(&signed.actor, Action::Change, &resource(agency));
    let mut thing = Thing::default();
    thing.fact(lang.t("admin.field.kind"), Cell::text(&agency.kind));
    thing.fact(lang.t("admin.field.short_name"), Cell::text(&agency.short_name));
    if may_change {
        let form = sent.unwrap_or_else(|| naming(signed, agency));
        thing.parts.push(Part { id: "data", title: lang.t("admin.button.edit"), form });
    }
    thing.past = Some(past(app, lang, &[(Kind::Agency.word(), agency.id.to_string())], may_change).await?);
    Page::new(app, signed, LIST, KEY).await.one(KEY, LIST, &agency.name).show_as(status, thing)
}

/// `GET /admin/agencies/{id}`.
///
/// # Errors
/// There is none that they may see; the database cannot be read.
pub async fn one(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let agency = found(&app, &signed, id).await?;
    show(&app, &signed, &agency, None, StatusCode::OK).await
}

/// `POST /admin/agencies/{id}`.
///
/// # Errors
/// There is none that they may see, they may not; the database refused.
pub async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Body(sent): Body<Sent>,
) -> Result<Response, Fault> {
    let agency = found(&app, &signed, id).await?;
    let mut form = naming(&signed, &agency);
    form.take(&sent);
    if !form.is_well() {
        return show(&app, &signed, &agency, Some(form), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let (by, version) = (by(&app, &signed), form.version.unwrap_or_default());
    let (name, short) = (form.get("name"), form.get("short_name"));
    match people(&app, &by).change_agency(AgencyId(id), version, name, short, None).await {
        Ok(()) => done(&app, "admin.done.saved", Kind::Agency.word(), id, &format!("{LIST}/{id}")).await,
        Err(Error::Changed { who, at, .. }) => {
            let now = found(&app, &signed, id).await?;
            let values = BTreeMap::from([("name", now.name.clone()), ("short_name", now.short_name.clone())]);
            let status = overtaken(&mut form, who, at, &values, now.version, &format!("{LIST}/{id}"));
            show(&app, &signed, &now, Some(form), status).await
        }
        Err(error) => {
            let status = into_form(&mut form, error)?;
            show(&app, &signed, &agency, Some(form), status).await
        }
    }
}
