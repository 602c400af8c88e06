//! 设置: what file and environment say, to be read; the announcement of the platform, to be changed here.
//!
//! What is needed before the first request (addresses, limits, the database) is no setting of a page: whoever breaks
//! it could not reach the page to mend it.

use super::Page;
use super::form::{Form, Input, Sent};
use super::thing::{Cell, Part, Row, Table, Thing};
use crate::app::App;
use crate::fault::Fault;
use crate::look::Flash;
use crate::look::write::minute;
use crate::settings::ALL;
use crate::signed::Signed;
use crate::words::Lang;
use axum::Form as Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use mingjing_casework::permission::{Action, Kind, Resource};
use mingjing_store::{account, audit, setting};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The setting of this name is a sentence that administration shows on each of its pages.
pub const ANNOUNCEMENT: &str = "announcement";
const HERE: &str = "/admin/settings";

/// The announcement; none where there is none.
pub async fn announcement(app: &App) -> Option<String> {
    // A page without it is better than no page.
    let found = setting::read(&app.db, ANNOUNCEMENT).await.ok().flatten()?;
    found.value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

async fn form(app: &App, signed: &Signed) -> Result<Form, Fault> {
    let found = setting::read(&app.db, ANNOUNCEMENT).await?;
    let value = found.as_ref().and_then(|found| found.value.as_str()).unwrap_or_default().to_owned();
    Ok(Form::new(signed.lang, HERE, "admin.button.save")
        .version(found.map_or(0, |found| found.version))
        .optional("announcement", "announcement", Input::Text(300))
        .value(value)
        .help("admin.settings.announcement_help"))
}

async fn page(app: &App, signed: &Signed, form: Form, status: StatusCode) -> Result<Response, Fault> {
    let lang = signed.lang;
    let mut thing = Thing::default();
    let may_change = app.gate.may(&signed.actor, Action::Change, &Resource::new(Kind::Setting, ANNOUNCEMENT));
    if may_change {
        thing.parts.push(Part { id: "announcement", title: lang.t("admin.settings.announcement"), form });
    }
    let row = |known: &crate::settings::Setting| {
        let said = if lang == Lang::Zh { known.zh } else { known.en };
        let default = if known.default.is_empty() { "—" } else { known.default };
        Row { cells: vec![Cell::text(known.name), Cell::text(said), Cell::text(default)], deed: None }
    };
    thing.tables.push(Table {
        id: "file",
        title: lang.t("admin.settings.file").to_owned(),
        note: lang.t("admin.settings.file_note").to_owned(),
        empty: "",
        heads: ["title", "message", "default"].map(|name| lang.t(&format!("admin.field.{name}"))).to_vec(),
        rows: ALL.iter().map(row).collect(),
    });
    thing.tables.push(changed(app, signed).await?);
    Page::new(app, signed, HERE, "admin.settings").await.show_as(status, thing)
}

async fn changed(app: &App, signed: &Signed) -> Result<Table, Fault> {
    let lang = signed.lang;
    let mut rows = Vec::new();
    for found in setting::all(&app.db).await? {
        let by = match found.changed_by {
            Some(id) => account::find(&app.db, id).await?.map(|account| account.name).unwrap_or_default(),
            None => "—".to_owned(),
        };
        let value = found.value.as_str().map_or_else(|| found.value.to_string(), str::to_owned);
        let cells = vec![
            Cell::text(found.name),
            Cell::text(value),
            Cell::text(minute(found.changed_at)),
            Cell::text(by),
        ];
        rows.push(Row { cells, deed: None });
    }
    let heads = ["title", "value", "changed", "changed_by"]
        .map(|name| lang.t(&format!("admin.field.{name}")))
        .to_vec();
    Ok(Table {
        id: "changed",
        title: lang.t("admin.settings.changed").to_owned(),
        note: String::new(),
        empty: lang.t("admin.settings.empty"),
        heads,
        rows,
    })
}

/// `GET /admin/settings`.
///
/// # Errors
/// The database cannot be read.
pub async fn show(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    let form = form(&app, &signed).await?;
    page(&app, &signed, form, StatusCode::OK).await
}

/// `POST /admin/settings`: sets the announcement.
///
/// # Errors
/// They may not; the database refused.
pub async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Body(sent): Body<Sent>,
) -> Result<Response, Fault> {
    signed.check(&app, Action::Change, &Resource::new(Kind::Setting, ANNOUNCEMENT))?;
    let mut form = form(&app, &signed).await?;
    form.take(&sent);
    if !form.is_well() {
        return page(&app, &signed, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let version = form.version.filter(|version| *version > 0);
    let (value, by) = (json!(form.get("announcement")), Some(signed.actor.account));
    let mut tx = app.db.begin().await?;
    let put = setting::put(&mut tx, ANNOUNCEMENT, &value, by, app.now(), version).await;
    // A first value that somebody else set in between is taken, a later one is changed.
    if let Err(mingjing_store::Error::Changed { .. } | mingjing_store::Error::Taken(_)) = put {
        drop(tx);
        let now = setting::read(&app.db, ANNOUNCEMENT).await?.ok_or(Fault::NotFound)?;
        let who = match now.changed_by {
            Some(id) => account::find(&app.db, id).await?.map(|account| account.name),
            None => None,
        };
        let values = BTreeMap::from([("announcement", now.value.as_str().unwrap_or_default().to_owned())]);
        let status = super::deal::overtaken(&mut form, who, Some(now.changed_at), &values, now.version, HERE);
        return page(&app, &signed, form, status).await;
    }
    put?;
    let entry = signed.entry("change", Kind::Setting, ANNOUNCEMENT);
    audit::append(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(Flash::new("admin.done.saved").to(HERE))
}
