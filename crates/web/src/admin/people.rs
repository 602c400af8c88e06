//! 人员: making people, one person's page.

mod change;
mod page;

pub use change::{
    change, disable, enable, end_sessions, grant, reset_factor, reset_password, revoke, unlock,
};
pub use page::one;
pub(super) use page::state;

use super::deal::{by, into_form, people};
use super::form::{Form, Input, Sent};
use super::thing::{Alert, Cell, Part, Thing};
use super::{Page, choices};
use crate::app::App;
use crate::fault::Fault;
use crate::look::write::day;
use crate::signed::Signed;
use axum::Form as Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use mingjing_casework::people::NewPerson;
use mingjing_casework::permission::{Action, Kind, Role};
use mingjing_model::id::{AccountId, OfficeId};
use mingjing_store::account::NewGrant;
use std::sync::Arc;

const LIST: &str = "/admin/people";
const KEY: &str = "admin.people";

async fn form(app: &App, signed: &Signed) -> Result<Form, Fault> {
    let offices = choices::offices(app, signed, Action::Create, Kind::Account).await?;
    let roles = choices::roles(app, signed, &offices, None);
    Ok(Form::new(signed.lang, "/admin/people/new", "admin.button.create")
        .back(LIST)
        .needed("login", "login", Input::Text(64))
        .help("admin.people.login_help")
        .needed("name", "name", Input::Text(64))
        .needed("office", "office", Input::Choice(choices::of_offices(&offices)))
        .optional("role", "role", Input::Choice(roles))
        .optional("telephone", "telephone", Input::Text(24))
        .needed("language", "language", Input::Choice(choices::languages()))
        .value("zh-CN"))
}

async fn show(app: &App, signed: &Signed, form: Form, status: StatusCode) -> Result<Response, Fault> {
    let thing = Thing { parts: vec![Part { id: "new", title: "", form }], ..Thing::default() };
    let page = Page::new(app, signed, LIST, KEY).await.making(KEY, LIST);
    page.show_as(status, thing)
}

/// `GET /admin/people/new`.
///
/// # Errors
/// The database cannot be read.
pub async fn new(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    let form = form(&app, &signed).await?;
    show(&app, &signed, form, StatusCode::OK).await
}

/// `POST /admin/people/new`: shows the first password, once.
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
        return show(&app, &signed, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let office = OfficeId(form.get("office").parse().unwrap_or_default());
    let new = NewPerson {
        login: form.get("login").to_owned(),
        name: form.get("name").to_owned(),
        office,
        telephone: form.some("telephone").map(str::to_owned),
        language: form.get("language").to_owned(),
    };
    let by = by(&app, &signed);
    let people = people(&app, &by);
    let (id, password) = match people.create(&new, &app.guard).await {
        Ok(made) => made,
        Err(error) => {
            let status = into_form(&mut form, error)?;
            return show(&app, &signed, form, status).await;
        }
    };
    let mut not_granted = None;
    if let Some(role) = form.some("role").and_then(|role| role.parse::<Role>().ok()) {
        let grant = NewGrant {
            account: id,
            role: role.word().to_owned(),
            office,
            since_day: day(app.now()),
            until_day: None,
        };
        // The account is there and its password must be shown, whatever came of the role.
        if let Err(error) = people.grant(&grant).await {
            tracing::warn!(%error, account = %id, "the role of a new person was not granted");
            not_granted = Some(error.to_string());
        }
    }
    handed_over(&app, &signed, id, &new.name, password, not_granted).await
}

/// The page with a first password: made or reset.
async fn handed_over(
    app: &App,
    signed: &Signed,
    id: AccountId,
    name: &str,
    password: String,
    not_granted: Option<String>,
) -> Result<Response, Fault> {
    let lang = signed.lang;
    let mut thing = Thing::default();
    let text = lang.f("admin.people.password_for", &[("name", &name)]);
    thing.alerts.push(Alert { text, secret: password, is_due: false });
    if let Some(why) = not_granted {
        thing.alert(lang.f("admin.people.grant_failed", &[("why", &why)]), true);
    }
    thing.alert(lang.t("admin.people.first_password_then"), false);
    thing.fact(lang.t("admin.field.name"), Cell::link(name, format!("{LIST}/{id}")));
    let page = Page::new(app, signed, LIST, KEY).await;
    page.said("admin.people.made", LIST, &lang.f("admin.people.made", &[("name", &name)])).show(thing)
}
