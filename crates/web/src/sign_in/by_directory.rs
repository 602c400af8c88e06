//! The two pages of a sign-in by the directory: the way there and the way back.

use super::directory::Found;
use super::{arrive, attempt, by_visitor, fault, to, way};
use crate::app::App;
use crate::fault::Fault;
use crate::settings::FoundBy;
use crate::signed::session::{self, State};
use crate::signed::{Visitor, csrf};
use axum::extract::{Extension, Query, State as Shared};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use mingjing_casework::permission::Kind;
use mingjing_casework::sign_in::{Outcome, folded};
use mingjing_model::id::OfficeId;
use mingjing_store::account::{self, Care, NewAccount};
use mingjing_store::audit;
use serde::Deserialize;
use std::sync::Arc;
use tower_sessions::Session;

#[derive(Deserialize)]
pub(super) struct Way {
    #[serde(default)]
    next: String,
}

/// `GET /sign-in/directory`.
pub(super) async fn begin(
    Shared(app): Shared<Arc<App>>,
    visitor: Visitor,
    session: Session,
    state: Option<Extension<State>>,
    Query(query): Query<Way>,
) -> Result<Response, Fault> {
    let directory = app.directory.as_ref().ok_or(Fault::NotFound)?;
    app.sign_in_limit.count(visitor.address.as_deref().unwrap_or_default(), app.now())?;
    let (address, pending) = directory.begin(way(&query.next).to_owned()).await?;
    let mut state = match state {
        Some(Extension(state)) => state,
        None => State { csrf: session::token()?, began: app.now(), ..State::default() },
    };
    state.directory = Some(pending);
    session::write(&session, &state).await?;
    Ok(Redirect::to(&address).into_response())
}

#[derive(Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    state: Option<String>,
}

/// `GET /sign-in/directory/back`. The state must be the one of this session, and serves once.
pub(super) async fn end(
    Shared(app): Shared<Arc<App>>,
    visitor: Visitor,
    session: Session,
    state: Option<Extension<State>>,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Result<Response, Fault> {
    let directory = app.directory.as_ref().ok_or(Fault::NotFound)?;
    let refused = || Fault::user("directory", "sign_in.directory_refused");
    let Some(Extension(mut state)) = state else { return Ok(to("/sign-in", "/")) };
    let pending = state.directory.take().ok_or_else(refused)?;
    session::write(&session, &state).await?;
    let is_ours = back.state.as_deref().is_some_and(|shown| csrf::is_same(shown, &pending.state));
    let code = back.code.filter(|_| is_ours).ok_or_else(refused)?;
    let found = directory.end(&pending, code, app.now()).await?;
    introduce(&app, &visitor, &found).await?;
    let by = by_visitor(&app, &visitor);
    match attempt(&app, &by).directory(&found.subject).await.map_err(fault)? {
        Outcome::Refused(_) => Err(Fault::user("directory_unknown", "sign_in.directory_unknown")),
        outcome => arrive(&app, &visitor, &session, &headers, outcome, &pending.next).await,
    }
}

/// Somebody the directory knows and we do not by their subject: matched by the login or made, if the settings say so.
async fn introduce(app: &App, visitor: &Visitor, found: &Found) -> Result<(), Fault> {
    let Some(directory) = &app.directory else { return Ok(()) };
    if account::by_subject(&app.db, &found.subject).await?.is_some() {
        return Ok(());
    }
    let Some(login) = found.login.as_deref().map(folded).filter(|login| !login.is_empty()) else {
        return Ok(());
    };
    let known = account::by_login(&app.db, &login).await?;
    let settings = &directory.settings;
    let mut tx = app.db.begin().await?;
    let (id, deed) = match (&known, settings.create_in_office) {
        // An account that belongs to another subject of the directory is not taken over.
        (Some(known), _) if settings.found_by == FoundBy::Login && known.directory_subject.is_none() => {
            (known.id(), "directory_linked")
        }
        (None, Some(office)) => {
            let new = NewAccount {
                name: found.name.clone().unwrap_or_else(|| login.clone()),
                login,
                office: OfficeId(office),
                telephone: None,
                language: app.settings.language.tag().to_owned(),
                password_hash: None,
            };
            (account::insert(&mut tx, &new, app.now()).await?, "account_created")
        }
        _ => return Ok(()),
    };
    let person = account::find_in(&mut tx, id).await?.ok_or(Fault::NotFound)?;
    let care = Care {
        name: person.name.clone(),
        office: person.office(),
        telephone: person.telephone.clone(),
        directory_subject: Some(found.subject.clone()),
        disabled_at: person.disabled_at,
        disabled_reason: person.disabled_reason.clone(),
    };
    account::update(&mut tx, id, person.version, &care).await?;
    let mut entry = visitor.entry(app, deed, Kind::Account, id);
    entry.account_name = person.login;
    entry.division = Some(person.division);
    entry.detail = serde_json::json!({"by": "directory"});
    audit::append(&mut tx, &entry).await?;
    Ok(tx.commit().await?)
}
