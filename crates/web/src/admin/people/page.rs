//! One person's page: data, roles, sessions, history, and what may be done.

use super::{KEY, LIST};
use crate::admin::deal::past;
use crate::admin::form::{Form, Input};
use crate::admin::thing::{Cell, Deed, Part, Row, Table, Thing};
use crate::admin::{Page, choices};
use crate::app::App;
use crate::fault::Fault;
use crate::look::write::{day, minute};
use crate::look::{Mark, Tone};
use crate::signed::Signed;
use crate::words::Lang;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use mingjing_casework::people::grant_resource;
use mingjing_casework::permission::{Action, Kind, Resource};
use mingjing_model::id::AccountId;
use mingjing_model::time::Micros;
use mingjing_store::account::{self, Account, Grant};
use mingjing_store::{audit, session};
use std::sync::Arc;

/// The account as the policies see it.
pub(super) fn resource(account: &Account) -> Resource {
    Resource::new(Kind::Account, account.id)
        .held_by(&account.agency, &account.division)
        .owned_by(account.id())
}

/// An account that they may read.
pub(super) async fn found(app: &App, signed: &Signed, id: i64) -> Result<Account, Fault> {
    let account = account::find(&app.db, AccountId(id)).await?.ok_or(Fault::NotFound)?;
    signed.check_seen(app, Action::Read, &resource(&account))?;
    Ok(account)
}

/// `GET /admin/people/{id}`; the reading is recorded.
///
/// # Errors
/// There is none that they may see; the database cannot be read.
pub async fn one(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let account = found(&app, &signed, id).await?;
    let mut tx = app.db.begin().await?;
    let mut entry = signed.entry("read", Kind::Account, id);
    entry.division = Some(account.division.clone());
    audit::append(&mut tx, &entry).await?;
    tx.commit().await?;
    show(&app, &signed, &account, None, StatusCode::OK).await
}

/// The page, with a form as it was sent in place of the fresh one.
pub(super) async fn show(
    app: &App,
    signed: &Signed,
    account: &Account,
    sent: Option<(&'static str, Form)>,
    status: StatusCode,
) -> Result<Response, Fault> {
    let lang = signed.lang;
    let may_manage = app.gate.may(&signed.actor, Action::Manage, &resource(account));
    let mut thing = Thing::default();
    facts(&mut thing, lang, account, app.now());
    let grants = account::grants(&app.db, account.id()).await?;
    thing.tables.push(roles(app, signed, &grants));
    if may_manage {
        thing.deeds = deeds(lang, account, app.now());
        thing.tables.push(sessions(app, signed, account).await?);
        thing.parts.push(Part {
            id: "data",
            title: lang.t("admin.people.data"),
            form: data(app, signed, account).await?,
        });
    }
    if account.disabled_at.is_none()
        && let Some(form) = grant(app, signed, account).await?
    {
        thing.parts.push(Part { id: "grant", title: lang.t("admin.button.grant"), form });
    }
    if may_manage && account.disabled_at.is_none() {
        thing.parts.push(Part {
            id: "disable",
            title: lang.t("admin.button.disable"),
            form: disabling(lang, account),
        });
    }
    if let Some((id, form)) = sent
        && let Some(part) = thing.parts.iter_mut().find(|part| part.id == id)
    {
        part.form = form;
    }
    let mut subjects = vec![(Kind::Account.word(), account.id.to_string())];
    subjects.extend(grants.iter().map(|grant| (Kind::RoleGrant.word(), grant.id.to_string())));
    thing.past = Some(past(app, lang, &subjects, may_manage).await?);
    let page = Page::new(app, signed, LIST, KEY).await.one(KEY, LIST, &account.name);
    page.show_as(status, thing)
}

fn facts(thing: &mut Thing, lang: Lang, account: &Account, now: Micros) {
    let label = |name: &str| lang.t(&format!("admin.field.{name}"));
    thing.fact(label("login"), Cell::text(&account.login));
    thing.fact(
        label("office"),
        Cell::link(&account.office_name, format!("/admin/offices/{}", account.office_id)),
    );
    if let Some(telephone) = &account.telephone {
        thing.fact(label("telephone"), Cell::text(telephone));
    }
    thing.fact(label("state"), Cell::mark(state(lang, account, now)));
    let factor = match account.totp_since {
        Some(at) => {
            Mark::new(format!("{} {}", lang.t("admin.people.factor_on"), day(at)), "shield-check", Tone::Good)
        }
        None => Mark::new(lang.t("admin.people.factor_off"), "circle-dashed", Tone::Quiet),
    };
    thing.fact(label("second_factor"), Cell::mark(factor));
    thing.fact(label("created"), Cell::text(day(account.created_at)));
    if let Some(reason) = account.disabled_reason.as_ref().filter(|_| account.disabled_at.is_some()) {
        thing.alert(lang.f("admin.people.disabled", &[("reason", reason)]), true);
    }
    if let Some(until) = account.locked_until.filter(|until| *until > now) {
        thing.alert(lang.f("admin.people.locked", &[("until", &minute(until))]), true);
    }
    if account.must_change_password && account.disabled_at.is_none() {
        thing.alert(lang.t("admin.people.must_change"), false);
    }
}

/// In use, locked or disabled.
pub(in crate::admin) fn state(lang: Lang, account: &Account, now: Micros) -> Mark {
    if account.disabled_at.is_some() {
        Mark::new(lang.t("admin.people.state_disabled"), "user-off", Tone::Quiet)
    } else if account.locked_until.is_some_and(|until| until > now) {
        Mark::new(lang.t("admin.people.state_locked"), "lock", Tone::Due)
    } else {
        Mark::new(lang.t("admin.people.in_use"), "circle-check", Tone::Good)
    }
}

fn roles(app: &App, signed: &Signed, grants: &[Grant]) -> Table {
    let lang = signed.lang;
    let today = day(app.now());
    let row = |grant: &Grant| {
        let is_open = grant.is_open(&today);
        let until = match (&grant.until_day, grant.revoked_at) {
            (_, Some(at)) => format!("{} {}", lang.t("admin.people.revoked"), day(at)),
            (Some(until), None) => until.clone(),
            (None, None) => lang.t("admin.people.until_open").to_owned(),
        };
        let may = is_open && app.gate.may(&signed.actor, Action::Delete, &grant_resource(grant));
        let path = format!("{LIST}/{}/grants/{}/revoke", grant.account_id, grant.id);
        Row {
            cells: vec![
                Cell::text(choices::role_name(lang, &grant.role)),
                Cell::link(&grant.office_name, format!("/admin/offices/{}", grant.office_id)),
                Cell::text(&grant.since_day),
                Cell::text(until),
                Cell::text(grant.granted_by_name.as_deref().unwrap_or("—")),
            ],
            deed: may.then(|| Deed::new(lang.t("admin.button.revoke"), path).version(grant.version).grave()),
        }
    };
    Table {
        id: "roles",
        title: lang.t("admin.people.roles").to_owned(),
        note: String::new(),
        empty: lang.t("admin.people.no_roles"),
        heads: ["role", "office", "since", "until", "by"]
            .map(|name| lang.t(&format!("admin.field.{name}")))
            .to_vec(),
        rows: grants.iter().map(row).collect(),
    }
}

async fn sessions(app: &App, signed: &Signed, account: &Account) -> Result<Table, Fault> {
    let lang = signed.lang;
    let sessions = session::of_account(&app.db, account.id(), app.now()).await?;
    let row = |session: session::Session| Row {
        cells: vec![
            Cell::text(minute(session.seen_at)),
            Cell::text(minute(session.created_at)),
            Cell::text(session.address.unwrap_or_default()),
            Cell::text(session.agent.unwrap_or_default().chars().take(60).collect::<String>()),
        ],
        deed: None,
    };
    let heads = ["seen", "created", "address", "agent"].map(|name| lang.t(&format!("admin.field.{name}")));
    Ok(Table {
        id: "sessions",
        title: lang.t("admin.people.sessions").to_owned(),
        note: String::new(),
        empty: lang.t("admin.people.no_sessions"),
        heads: heads.to_vec(),
        rows: sessions.into_iter().map(row).collect(),
    })
}

fn deeds(lang: Lang, account: &Account, now: Micros) -> Vec<Deed> {
    let deed = |label: &str, end: &str| {
        Deed::new(lang.t(&format!("admin.button.{label}")), format!("{LIST}/{}/{end}", account.id))
    };
    if account.disabled_at.is_some() {
        return vec![deed("enable", "enable").version(account.version)];
    }
    let mut deeds = vec![deed("reset_password", "password"), deed("end_sessions", "sessions")];
    if account.totp_sealed.is_some() {
        deeds.push(deed("reset_factor", "factor"));
    }
    if account.locked_until.is_some_and(|until| until > now) {
        deeds.push(deed("unlock", "unlock"));
    }
    deeds
}

/// Name, office, telephone.
pub(super) async fn data(app: &App, signed: &Signed, account: &Account) -> Result<Form, Fault> {
    let mut offices =
        choices::of_offices(&choices::offices(app, signed, Action::Create, Kind::Account).await?);
    let own = account.office_id.to_string();
    if !offices.iter().any(|choice| choice.value == own) {
        offices.push(crate::admin::form::Choice { value: own.clone(), label: account.office_name.clone() });
    }
    Ok(Form::new(signed.lang, format!("{LIST}/{}", account.id), "admin.button.save")
        .version(account.version)
        .needed("name", "name", Input::Text(64))
        .value(&account.name)
        .needed("office", "office", Input::Choice(offices))
        .value(own)
        .help("admin.people.confirm_office")
        .optional("telephone", "telephone", Input::Text(24))
        .value(account.telephone.as_deref().unwrap_or_default())
        .optional("directory_subject", "directory_subject", Input::Text(255))
        .value(account.directory_subject.as_deref().unwrap_or_default()))
}

/// A role for this person; none where they may grant none.
pub(super) async fn grant(app: &App, signed: &Signed, account: &Account) -> Result<Option<Form>, Fault> {
    let offices = choices::granting(app, signed, account.id()).await?;
    let roles = choices::roles(app, signed, &offices, Some(account.id()));
    if roles.is_empty() {
        return Ok(None);
    }
    Ok(Some(
        Form::new(signed.lang, format!("{LIST}/{}/grants", account.id), "admin.button.grant")
            .needed("role", "role", Input::Choice(roles))
            .needed("office", "office", Input::Choice(choices::of_offices(&offices)))
            .value(account.office_id.to_string())
            .needed("since", "since", Input::Day)
            .value(day(app.now()))
            .optional("until", "until", Input::Day),
    ))
}

/// The reason why somebody no longer signs in.
pub(super) fn disabling(lang: Lang, account: &Account) -> Form {
    Form::new(lang, format!("{LIST}/{}/disable", account.id), "admin.button.disable")
        .version(account.version)
        .needed("reason", "reason", Input::Text(200))
        .help("admin.people.reason_help")
}
