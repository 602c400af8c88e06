//! Finds out who asks, once, in front of all routes.

use crate::app::App;
use crate::fault::{Fault, dress};
use crate::signed::session::{self, State as SessionState, Step};
use crate::signed::token::Bearer;
use crate::signed::{Signed, Visitor, csrf, origin, person};
use crate::words::Lang;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, COOKIE};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;
use mingjing_casework::permission::Actor;
use mingjing_model::id::AccountId;
use mingjing_model::time::Micros;
use mingjing_store::account::Account;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tower_sessions::Session;

/// Name of the cookie that keeps the language of who is not signed in.
pub const LANGUAGE_COOKIE: &str = "mingjing-language";
/// Paths that need nobody and no database.
const PLAIN: [&str; 4] = ["/static/", "/health", "/ready", "/metrics"];

/// Id of a request, given by us.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Puts [`Visitor`], and [`Signed`] where somebody is signed in, into the request.
pub async fn identify(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let visitor = visitor(&app, &request);
    request.extensions_mut().insert(visitor.clone());
    request.extensions_mut().insert(Arc::clone(&app));
    if PLAIN.iter().any(|plain| request.uri().path().starts_with(plain)) {
        return next.run(request).await;
    }
    let is_get = matches!(*request.method(), Method::GET | Method::HEAD);
    match find(&app, &mut request, &visitor).await {
        Ok(()) => next.run(request).await,
        Err(fault) => dress::told(&app, None, &visitor, is_get, &fault).await,
    }
}

fn visitor(app: &App, request: &Request) -> Visitor {
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let address = origin::address(request.extensions(), request.headers(), &app.settings);
    Visitor {
        lang: language(request.headers()).unwrap_or(app.settings.language),
        request: id,
        address: address.map(|address| address.to_string()),
        path: request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned(),
    }
}

/// By a bearer token under `/api`, else by the session.
async fn find(app: &App, request: &mut Request, visitor: &Visitor) -> Result<(), Fault> {
    let now = app.now();
    let shown = request.headers().get(AUTHORIZATION).cloned();
    if let Some(shown) = shown.filter(|_| request.uri().path().starts_with("/api/")) {
        let text = shown.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
        let signed = by_token(app, text.ok_or(Fault::SignIn)?.trim(), visitor, now).await?;
        request.extensions_mut().insert(signed);
        return Ok(());
    }
    let Some(session) = request.extensions().get::<Session>().cloned() else { return Ok(()) };
    let Some(state) = session::read(&session).await? else { return Ok(()) };
    request.extensions_mut().insert(csrf::Token(state.csrf.clone()));
    if let Some(signed) = by_session(app, &session, &state, visitor, now).await? {
        request.extensions_mut().insert(signed);
    }
    request.extensions_mut().insert(state);
    Ok(())
}

async fn by_session(
    app: &App,
    session: &Session,
    state: &SessionState,
    visitor: &Visitor,
    now: Micros,
) -> Result<Option<Signed>, Fault> {
    let (Some(account), Step::Done) = (state.account, state.step) else { return Ok(None) };
    let Some((account, actor)) = person::find(app, AccountId(account), now).await? else { return Ok(None) };
    let Some(id) = session.id() else { return Ok(None) };
    app.sessions.used(&id, state, session::seen(session).await).await?;
    let signed = signed(&account, actor, visitor, now);
    Ok(Some(Signed { csrf: state.csrf.clone(), session: Some(session::hash(&id)), ..signed }))
}

async fn by_token(app: &App, text: &str, visitor: &Visitor, now: Micros) -> Result<Signed, Fault> {
    let hash = hex::encode(Sha256::digest(text));
    let Some(token) = mingjing_store::token::by_hash(&app.db, &hash, now).await? else {
        // Guessing is slowed down by address.
        app.sign_in_limit.count(visitor.address.as_deref().unwrap_or_default(), now)?;
        return Err(Fault::SignIn);
    };
    app.api_limit.count(&hash, now)?;
    let found = person::find(app, token.account, now).await?;
    let (account, actor) = found.ok_or(Fault::SignIn)?;
    if token.last_used_at.is_none_or(|used| now.saturating_sub(used) >= 60_000_000) {
        let mut tx = app.db.begin().await?;
        mingjing_store::token::used(&mut tx, token.id, now).await?;
        tx.commit().await?;
    }
    let signed = signed(&account, actor, visitor, now);
    Ok(Signed { token: Some(Bearer { id: token.id, scopes: token.scopes }), ..signed })
}

fn signed(account: &Account, actor: Actor, visitor: &Visitor, now: Micros) -> Signed {
    Signed {
        actor,
        lang: Lang::of_tag(&account.language).unwrap_or(visitor.lang),
        theme: account.theme.clone(),
        csrf: String::new(),
        request: visitor.request.clone(),
        address: visitor.address.clone(),
        path: visitor.path.clone(),
        now,
        session: None,
        token: None,
    }
}

fn language(headers: &HeaderMap) -> Option<Lang> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let chosen = cookies.flat_map(|line| line.split(';')).find_map(|cookie| {
        let (name, value) = cookie.trim().split_once('=')?;
        (name == LANGUAGE_COOKIE).then(|| Lang::of_tag(value)).flatten()
    });
    chosen.or_else(|| Lang::of_header(headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?))
}
