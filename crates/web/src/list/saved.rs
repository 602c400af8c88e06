//! Saved searches of a list: kept, shared with the office, thrown away.

use super::ask::State as Address;
use super::named;
use crate::app::App;
use crate::fault::Fault;
use crate::look::Flash;
use crate::look::flash::is_local;
use crate::signed::Signed;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use mingjing_casework::permission::{Action, Kind, Resource};
use mingjing_store::search::{self, NewSearch};
use mingjing_store::{audit, office};
use serde::Deserialize;
use std::sync::Arc;

/// Characters of a name at most.
const NAME_MAX: usize = 60;

/// What is to be kept.
#[derive(Debug, Deserialize)]
pub struct Kept {
    #[serde(default)]
    name: String,
    #[serde(default)]
    query: String,
    #[serde(default)]
    is_shared: String,
}

async fn resource(app: &App, id: &str, search: &NewSearch) -> Result<Resource, Fault> {
    let resource = Resource::new(Kind::SavedSearch, id).owned_by(search.account);
    let Some(office_id) = search.office.filter(|_| search.is_shared) else { return Ok(resource) };
    let office = office::office(&app.db, office_id).await?.ok_or(Fault::NotFound)?;
    Ok(resource.held_by(&office.agency, &office.division))
}

/// `POST /lists/{name}/searches`.
///
/// # Errors
/// There is no such list, the name is missing, they may not; the database refused.
pub async fn save(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(name): Path<String>,
    Form(kept): Form<Kept>,
) -> Result<Response, Fault> {
    let spec = named(&name)?;
    let called: String = kept.name.trim().chars().filter(|c| !c.is_control()).take(NAME_MAX).collect();
    if called.is_empty() {
        return Err(Fault::field("name", "search_name", "list.saved.no_name"));
    }
    let state = Address::read(spec, &kept.query).first_page();
    let new = NewSearch {
        account: signed.actor.account,
        office: Some(signed.actor.office),
        list: spec.name.to_owned(),
        name: called.clone(),
        query: state.query(),
        is_shared: !kept.is_shared.is_empty(),
    };
    signed.check(&app, Action::Create, &resource(&app, "", &new).await?)?;
    let mut tx = app.db.begin().await?;
    let id = search::create(&mut tx, &new, app.now()).await?;
    let mut entry = signed.entry("search_save", Kind::SavedSearch, id);
    entry.detail = serde_json::json!({ "list": spec.name, "is_shared": new.is_shared });
    audit::append(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(Flash::new("list.saved.done").with("name", called).to(&state.href(spec.path)))
}

/// What is to be thrown away.
#[derive(Debug, Deserialize)]
pub struct Thrown {
    version: i64,
    #[serde(default)]
    back: String,
}

/// `POST /lists/{name}/searches/{id}/delete`.
///
/// # Errors
/// There is no such one, they may not, somebody changed it; the database refused.
pub async fn delete(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((name, id)): Path<(String, i64)>,
    Form(thrown): Form<Thrown>,
) -> Result<Response, Fault> {
    let spec = named(&name)?;
    let found = search::read(&app.db, id).await?;
    if found.search.list != spec.name {
        return Err(Fault::NotFound);
    }
    signed.check_seen(&app, Action::Delete, &resource(&app, &id.to_string(), &found.search).await?)?;
    let mut tx = app.db.begin().await?;
    search::delete(&mut tx, id, thrown.version).await?;
    audit::append(&mut tx, &signed.entry("search_delete", Kind::SavedSearch, id)).await?;
    tx.commit().await?;
    let back = if is_local(&thrown.back) { thrown.back.as_str() } else { spec.path };
    Ok(Flash::new("list.saved.deleted").with("name", found.search.name).to(back))
}
