//! 责任清单: posts, who holds them, and posts without anyone.

use super::Page;
use super::deal::{by, done, fault, into_form, overtaken, past, people};
use super::form::{Choice, Form, Input, Sent};
use super::thing::{Cell, Deed, Part, Row, Table, Thing};
use super::{choices, version};
use crate::app::App;
use crate::fault::Fault;
use crate::look::write::day;
use crate::look::{Mark, Tone};
use crate::signed::Signed;
use crate::words::Lang;
use axum::Form as Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use mingjing_casework::duty::{self, NewDuty};
use mingjing_casework::people::Error;
use mingjing_casework::permission::{Action, Kind};
use mingjing_model::id::{AccountId, OfficeId};
use mingjing_store::account;
use mingjing_store::duty::{self as store, Holder, Post};
use std::collections::BTreeMap;
use std::sync::Arc;

const LIST: &str = "/admin/duty";
const KEY: &str = "admin.duty";

async fn found(app: &App, signed: &Signed, id: i64) -> Result<Post, Fault> {
    let post = store::post(&app.db, id).await?.ok_or(Fault::NotFound)?;
    signed.check_seen(app, Action::Read, &duty::resource(&post))?;
    Ok(post)
}

/// `GET /admin/duty`: posts without anyone first, then all by office. `?state=gap` leaves only those.
///
/// # Errors
/// The database cannot be read.
pub async fn list(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(asked): Query<Sent>,
) -> Result<Response, Fault> {
    let lang = signed.lang;
    let mut board = duty::board(&app.db, &app.gate, &signed.actor, &day(app.now())).await?;
    let gaps = board.iter().filter(|post| post.is_vacant()).count();
    let mut thing = Thing::default();
    match gaps {
        0 => thing.alert(lang.t("admin.duty.gaps_none"), false),
        gaps => thing.alert(lang.f("admin.duty.gaps", &[("n", &gaps)]), true),
    }
    if asked.get("state").is_some_and(|state| state == "gap") {
        board.retain(|post| post.is_vacant());
    }
    board.sort_by_key(|post| !post.is_vacant());
    let row = |on: &duty::OnDuty| {
        let names: Vec<String> = on.holders.iter().map(|holder| said(lang, holder)).collect();
        let since = on.holders.iter().map(|holder| holder.since_day.as_str()).min().unwrap_or_default();
        Row {
            cells: vec![
                Cell::link(&on.post.task, format!("{LIST}/{}", on.post.id)),
                Cell::link(&on.post.office_name, format!("/admin/offices/{}", on.post.office_id)),
                Cell::mark(state(lang, on.is_vacant(), false)),
                Cell::text(names.join(lang.t("common.and"))),
                Cell::text(since),
            ],
            deed: None,
        }
    };
    thing.tables.push(Table {
        id: "posts",
        title: lang.t("admin.duty.title").to_owned(),
        note: String::new(),
        empty: lang.t("admin.duty.empty"),
        heads: ["task", "office", "state", "holder", "since"]
            .map(|name| lang.t(&format!("admin.field.{name}")))
            .to_vec(),
        rows: board.iter().map(row).collect(),
    });
    let mut page = Page::new(&app, &signed, LIST, KEY).await;
    if signed.could(&app, Action::Create, Kind::Duty) {
        page = page.action(lang.t("admin.duty.new"), "/admin/duty/new");
    }
    page.show(thing)
}

/// A holder, and in whose stead.
fn said(lang: Lang, holder: &Holder) -> String {
    match &holder.stands_in_for_name {
        Some(absent) => {
            format!("{}（{}）", holder.account_name, lang.f("admin.duty.stands_in", &[("name", absent)]))
        }
        None => holder.account_name.clone(),
    }
}

async fn form(app: &App, signed: &Signed) -> Result<Form, Fault> {
    let offices = choices::offices(app, signed, Action::Create, Kind::Duty).await?;
    Ok(Form::new(signed.lang, "/admin/duty/new", "admin.button.create")
        .back(LIST)
        .needed("office", "office", Input::Choice(choices::of_offices(&offices)))
        .needed("task", "task", Input::Text(200)))
}

async fn making(app: &App, signed: &Signed, form: Form, status: StatusCode) -> Result<Response, Fault> {
    let thing = Thing { parts: vec![Part { id: "new", title: "", form }], ..Thing::default() };
    Page::new(app, signed, LIST, KEY).await.making(KEY, LIST).show_as(status, thing)
}

/// `GET /admin/duty/new`.
///
/// # Errors
/// The database cannot be read.
pub async fn new(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    let form = form(&app, &signed).await?;
    making(&app, &signed, form, StatusCode::OK).await
}

/// `POST /admin/duty/new`.
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
    let (by, office) = (by(&app, &signed), OfficeId(form.get("office").parse().unwrap_or_default()));
    match people(&app, &by).open_post(office, form.get("task")).await {
        Ok(id) => done(&app, "admin.done.created", Kind::Duty.word(), id, &format!("{LIST}/{id}")).await,
        Err(error) => {
            let status = into_form(&mut form, error)?;
            making(&app, &signed, form, status).await
        }
    }
}

/// Held, or nobody: the fault that is shown.
pub fn state(lang: Lang, is_vacant: bool, is_closed: bool) -> Mark {
    match (is_closed, is_vacant) {
        (true, _) => Mark::new(lang.t("admin.duty.closed"), "circle-minus", Tone::Quiet),
        (false, true) => Mark::new(lang.t("admin.duty.gap"), "alert-triangle", Tone::Overdue),
        (false, false) => Mark::new(lang.t("admin.duty.held"), "circle-check", Tone::Good),
    }
}

fn is_on(holder: &Holder, today: &str) -> bool {
    holder.disabled_at.is_none()
        && holder.since_day.as_str() <= today
        && holder.until_day.as_deref().is_none_or(|until| until >= today)
}

fn task(signed: &Signed, post: &Post) -> Form {
    Form::new(signed.lang, format!("{LIST}/{}", post.id), "admin.button.save")
        .version(post.version)
        .needed("task", "task", Input::Text(200))
        .value(&post.task)
}

/// A holder for the post: only people of its office.
async fn assigning(app: &App, signed: &Signed, post: &Post, holders: &[Holder]) -> Result<Form, Fault> {
    let people = account::of_office(&app.db, OfficeId(post.office_id)).await?;
    let able = people.into_iter().filter(|person| person.disabled_at.is_none());
    let able = able.map(|person| Choice {
        value: person.id.to_string(),
        label: format!("{} ({})", person.name, person.login),
    });
    let mut absent: Vec<Choice> = Vec::new();
    for holder in holders {
        let value = holder.account_id.to_string();
        if !absent.iter().any(|choice| choice.value == value) {
            absent.push(Choice { value, label: holder.account_name.clone() });
        }
    }
    Ok(Form::new(signed.lang, format!("{LIST}/{}/holders", post.id), "admin.button.assign")
        .needed("account", "holder", Input::Choice(able.collect()))
        .optional("stands_in_for", "stands_in", Input::Choice(absent))
        .needed("since", "since", Input::Day)
        .value(day(app.now()))
        .optional("until", "until", Input::Day))
}

async fn show(
    app: &App,
    signed: &Signed,
    post: &Post,
    sent: Option<(&'static str, Form)>,
    status: StatusCode,
) -> Result<Response, Fault> {
    let lang = signed.lang;
    let label = |name: &str| lang.t(&format!("admin.field.{name}"));
    let may = |action| app.gate.may(&signed.actor, action, &duty::resource(post));
    let holders = store::holders(&app.db, post.id).await?;
    let today = day(app.now());
    let mut thing = Thing::default();
    thing.fact(label("office"), Cell::link(&post.office_name, format!("/admin/offices/{}", post.office_id)));
    let is_vacant = !holders.iter().any(|holder| is_on(holder, &today));
    thing.fact(label("state"), Cell::mark(state(lang, is_vacant, post.closed_at.is_some())));
    if post.closed_at.is_none() && may(Action::Delete) {
        let path = format!("{LIST}/{}/close", post.id);
        thing.deeds.push(Deed::new(lang.t("admin.button.close_post"), path).version(post.version).grave());
    }
    thing.tables.push(held(signed, post, &holders, &today, may(Action::Change)));
    if may(Action::Change) && post.closed_at.is_none() {
        let form = assigning(app, signed, post, &holders).await?;
        thing.parts.push(Part { id: "assign", title: lang.t("admin.button.assign"), form });
        thing.parts.push(Part { id: "data", title: lang.t("admin.button.edit"), form: task(signed, post) });
    }
    if let Some((id, form)) = sent
        && let Some(part) = thing.parts.iter_mut().find(|part| part.id == id)
    {
        part.form = form;
    }
    let subjects = [(Kind::Duty.word(), post.id.to_string())];
    thing.past = Some(past(app, lang, &subjects, may(Action::Change)).await?);
    Page::new(app, signed, LIST, KEY).await.one(KEY, LIST, &post.task).show_as(status, thing)
}

fn held(signed: &Signed, post: &Post, holders: &[Holder], today: &str, may_change: bool) -> Table {
    let lang = signed.lang;
    let row = |holder: &Holder| {
        let is_on = is_on(holder, today);
        let path = format!("{LIST}/{}/holders/{}/end", post.id, holder.id);
        Row {
            cells: vec![
                Cell::link(&holder.account_name, format!("/admin/people/{}", holder.account_id)),
                Cell::text(holder.stands_in_for_name.as_deref().unwrap_or_default()),
                Cell::text(&holder.since_day),
                Cell::text(holder.until_day.as_deref().unwrap_or_else(|| lang.t("admin.people.until_open"))),
            ],
            deed: (may_change && is_on && post.closed_at.is_none())
                .then(|| Deed::new(lang.t("admin.button.end_holder"), path).version(holder.version)),
        }
    };
    Table {
        id: "holders",
        title: lang.t("admin.duty.holders").to_owned(),
        note: String::new(),
        empty: lang.t("admin.duty.gap"),
        heads: ["holder", "stands_in", "since", "until"]
            .map(|name| lang.t(&format!("admin.field.{name}")))
            .to_vec(),
        rows: holders.iter().map(row).collect(),
    }
}

/// `GET /admin/duty/{id}`.
///
/// # Errors
/// There is none that they may see; the database cannot be read.
pub async fn one(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let post = found(&app, &signed, id).await?;
    show(&app, &signed, &post, None, StatusCode::OK).await
}

/// `POST /admin/duty/{id}`.
///
/// # Errors
/// There is none that they may see, they may not; the database refused.
pub async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Body(sent): Body<Sent>,
) -> Result<Response, Fault> {
    let post = found(&app, &signed, id).await?;
    let mut form = task(&signed, &post);
    form.take(&sent);
    if !form.is_well() {
        return show(&app, &signed, &post, Some(("data", form)), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let by = by(&app, &signed);
    match people(&app, &by).change_post(id, version(&sent), form.get("task")).await {
        Ok(()) => done(&app, "admin.done.saved", Kind::Duty.word(), id, &format!("{LIST}/{id}")).await,
        Err(Error::Changed { who, at, .. }) => {
            let now = found(&app, &signed, id).await?;
            let values = BTreeMap::from([("task", now.task.clone())]);
            let status = overtaken(&mut form, who, at, &values, now.version, &format!("{LIST}/{id}"));
            show(&app, &signed, &now, Some(("data", form)), status).await
        }
        Err(error) => {
            let status = into_form(&mut form, error)?;
            show(&app, &signed, &post, Some(("data", form)), status).await
        }
    }
}

/// `POST /admin/duty/{id}/close`.
///
/// # Errors
/// There is none that they may see, they may not, it was changed in between; the database refused.
pub async fn close(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Body(sent): Body<Sent>,
) -> Result<Response, Fault> {
    found(&app, &signed, id).await?;
    let by = by(&app, &signed);
    let closed = people(&app, &by).close_post(id, version(&sent)).await;
    closed.map_err(|error| fault(signed.lang, error))?;
    done(&app, "admin.done.closed", Kind::Duty.word(), id, &format!("{LIST}/{id}")).await
}

/// `POST /admin/duty/{id}/holders`.
///
/// # Errors
/// There is none that they may see, they may not; the database refused.
pub async fn assign(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Body(sent): Body<Sent>,
) -> Result<Response, Fault> {
    let post = found(&app, &signed, id).await?;
    let holders = store::holders(&app.db, post.id).await?;
    let mut form = assigning(&app, &signed, &post, &holders).await?;
    form.take(&sent);
    if !form.is_well() {
        return show(&app, &signed, &post, Some(("assign", form)), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let new = NewDuty {
        post: id,
        account: AccountId(form.get("account").parse().unwrap_or_default()),
        stands_in_for: form.some("stands_in_for").and_then(|id| id.parse().ok()).map(AccountId),
        since_day: form.get("since").to_owned(),
        until_day: form.some("until").map(str::to_owned),
    };
    let by = by(&app, &signed);
    match people(&app, &by).put_on_duty(&new).await {
        Ok(_) => done(&app, "admin.done.assigned", Kind::Duty.word(), id, &format!("{LIST}/{id}")).await,
        Err(error) => {
            let status = into_form(&mut form, error)?;
            show(&app, &signed, &post, Some(("assign", form)), status).await
        }
    }
}

/// `POST /admin/duty/{id}/holders/{holder}/end`: today is the last day.
///
/// # Errors
/// There is none that they may see, they may not, it was changed in between; the database refused.
pub async fn end(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, holder)): Path<(i64, i64)>,
    Body(sent): Body<Sent>,
) -> Result<Response, Fault> {
    found(&app, &signed, id).await?;
    if store::holder(&app.db, holder).await?.is_none_or(|held| held.post_id != id) {
        return Err(Fault::NotFound);
    }
    let by = by(&app, &signed);
    let ended = people(&app, &by).relieve(holder, version(&sent), &day(app.now())).await;
    ended.map_err(|error| fault(signed.lang, error))?;
    done(&app, "admin.done.ended", Kind::Duty.word(), id, &format!("{LIST}/{id}")).await
}
