//! How long an analysis is kept: deleted with an inverse, held by law.

use super::frame::{entry, load, refused};
use crate::app::App;
use crate::fault::Fault;
use crate::look::Flash;
use crate::signed::Signed;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use mingjing_casework::analysis::{UNDO_DAYS, change};
use mingjing_casework::permission::Action;
use serde::Deserialize;
use std::sync::Arc;

/// What the buttons send.
#[derive(Deserialize)]
#[serde(default)]
pub struct Sent {
    version: i64,
    name: String,
    reason: String,
}

impl Default for Sent {
    fn default() -> Sent {
        Sent { version: -1, name: String::new(), reason: String::new() }
    }
}

/// `POST /analyses/{id}/delete`: the name is typed again.
pub async fn delete(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Form(sent): Form<Sent>,
) -> Result<Response, Fault> {
    let found = load(&app, &signed, id, Action::Delete).await?;
    if sent.name.trim() != found.name.trim() {
        return Err(Fault::field("name", "name_differs", "network.refused.name_differs"));
    }
    let entry = entry(&signed, "analysis.deleted", &found);
    change::delete(&app.db, &found, sent.version, signed.actor.account, entry).await.map_err(refused)?;
    let said = Flash::new("network.said.deleted").with("name", found.name).with("n", UNDO_DAYS);
    Ok(said.undo(format!("/analyses/{id}/restore")).to("/analyses"))
}

/// `POST /analyses/{id}/restore`.
pub async fn restore(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Form(sent): Form<Sent>,
) -> Result<Response, Fault> {
    let found = load(&app, &signed, id, Action::Delete).await?;
    if found.deleted_at.is_none() {
        return Err(Fault::user("not_deleted", "network.refused.not_deleted"));
    }
    // The button behind the sentence knows no version: it takes back what was just done.
    let version = if sent.version < 0 { found.version } else { sent.version };
    let entry = entry(&signed, "analysis.restored", &found);
    change::restore(&app.db, &found, version, entry).await.map_err(refused)?;
    Ok(Flash::new("network.said.restored").to(&format!("/analyses/{id}")))
}

/// `POST /analyses/{id}/hold`: a reason holds, none lets go.
pub async fn hold(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
    Form(sent): Form<Sent>,
) -> Result<Response, Fault> {
    let found = load(&app, &signed, id, Action::Change).await?;
    let is_held = found.hold_reason.is_some();
    let reason = (!is_held).then_some(sent.reason.as_str());
    let action = if is_held { "analysis.released" } else { "analysis.held" };
    let entry = entry(&signed, action, &found);
    change::hold(&app.db, &found, sent.version, reason, signed.actor.account, entry)
        .await
        .map_err(refused)?;
    let said = if is_held { "network.said.released" } else { "network.said.held" };
    Ok(Flash::new(said).to(&format!("/analyses/{id}")))
}
