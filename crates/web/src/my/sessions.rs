//! Ending one's own sessions.

use crate::app::App;
use crate::fault::Fault;
use crate::look::Flash;
use crate::signed::Signed;
use axum::extract::{Path, State};
use axum::response::Response;
use mingjing_casework::permission::Kind;
use mingjing_store::{audit, session};
use std::sync::Arc;

/// `POST /my/sessions/{session}/end`. Another's session does not exist here.
pub(super) async fn end(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(hash): Path<String>,
) -> Result<Response, Fault> {
    let own = session::of_account(&app.db, signed.actor.account, app.now()).await?;
    if !own.iter().any(|session| session.token_hash == hash) {
        return Err(Fault::NotFound);
    }
    let mut tx = app.db.begin().await?;
    session::delete(&mut tx, &hash).await?;
    audit::append(&mut tx, &signed.entry("session_ended", Kind::Session, &hash[..hash.len().min(12)]))
        .await?;
    tx.commit().await?;
    Ok(Flash::new("my.sessions.ended").with("n", 1).to("/my"))
}

/// `POST /my/sessions/end-others`.
pub(super) async fn end_others(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    let mut tx = app.db.begin().await?;
    let ended = session::delete_of_account(&mut tx, signed.actor.account, signed.session.as_deref()).await?;
    let mut entry = signed.entry("sessions_ended", Kind::Account, signed.actor.account);
    entry.detail = serde_json::json!({ "sessions_ended": ended });
    audit::append(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(Flash::new("my.sessions.ended").with("n", ended).to("/my"))
}
