//! The steps of the sign-in as pages.

use super::{attempt, by_visitor, fault, onward, to, way};
use crate::app::{App, show};
use crate::fault::Fault;
use crate::look::Flash;
use crate::look::assets::{Assets, assets};
use crate::signed::session::{self, State, Step};
use crate::signed::{Visitor, csrf, identify};
use crate::words::Lang;
use askama::Template;
use axum::Form;
use axum::extract::{Extension, Query, State as Shared};
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use mingjing_casework::sign_in::{Entered, Error, Outcome};
use mingjing_model::id::AccountId;
use serde::Deserialize;
use std::sync::Arc;
use tower_sessions::Session;

/// Characters of a browser's name that are kept.
const AGENT_MAX: usize = 200;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Way {
    #[serde(default)]
    next: String,
    #[serde(default)]
    language: Option<String>,
}

#[derive(Template)]
#[template(path = "sign_in/password.html")]
struct PasswordPage<'a> {
    lang: Lang,
    assets: &'static Assets,
    csrf: &'a str,
    next: &'a str,
    login: &'a str,
    error: Option<&'static str>,
    directory: Option<&'a str>,
    directory_href: String,
    is_demo: bool,
}

#[derive(Template)]
#[template(path = "sign_in/second_factor.html")]
struct FactorPage<'a> {
    lang: Lang,
    assets: &'static Assets,
    csrf: &'a str,
    next: &'a str,
    error: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "sign_in/new_password.html")]
struct RenewalPage<'a> {
    lang: Lang,
    assets: &'static Assets,
    csrf: &'a str,
    next: &'a str,
    present_error: Option<&'static str>,
    new_errors: Vec<String>,
    again_error: Option<&'static str>,
    length_min: usize,
}

/// `GET /sign-in`.
pub(super) async fn page(
    Shared(app): Shared<Arc<App>>,
    visitor: Visitor,
    session: Session,
    state: Option<Extension<State>>,
    Query(query): Query<Way>,
) -> Result<Response, Fault> {
    let mut visitor = visitor;
    let chosen = query.language.as_deref().and_then(Lang::of_tag);
    visitor.lang = chosen.unwrap_or(visitor.lang);
    let csrf = match state {
        Some(Extension(state)) => match onward(&state, &query.next) {
            Some(response) => return Ok(response),
            None => state.csrf,
        },
        None => {
            let state = State { csrf: session::token()?, began: app.now(), ..State::default() };
            session::write(&session, &state).await?;
            state.csrf
        }
    };
    let mut response = password_page(&app, &visitor, &csrf, &query.next, "", None)?;
    if let Some(lang) = chosen {
        let cookie =
            format!("{}={}; Path=/; Max-Age=31536000; SameSite=Lax", identify::LANGUAGE_COOKIE, lang.tag());
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

fn password_page(
    app: &App,
    visitor: &Visitor,
    csrf: &str,
    next: &str,
    login: &str,
    error: Option<&'static str>,
) -> Result<Response, Fault> {
    let next = way(next);
    let query = serde_urlencoded::to_string([("next", next)]).unwrap_or_default();
    show(&PasswordPage {
        lang: visitor.lang,
        assets: assets(),
        csrf,
        next,
        login,
        error,
        directory: app.directory.as_ref().map(|directory| directory.settings.name.as_str()),
        directory_href: format!("/sign-in/directory?{query}"),
        is_demo: app.is_demo,
    })
}

#[derive(Deserialize)]
pub(super) struct PasswordForm {
    login: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in`. Without a session of our page it is refused: nobody can sign another in.
pub(super) async fn password(
    Shared(app): Shared<Arc<App>>,
    visitor: Visitor,
    session: Session,
    state: Option<Extension<State>>,
    token: Option<Extension<csrf::Token>>,
    headers: HeaderMap,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Fault> {
    let (Some(Extension(state)), Some(_)) = (state, token) else { return Err(Fault::Forged) };
    app.sign_in_limit.count(visitor.address.as_deref().unwrap_or_default(), app.now())?;
    let by = by_visitor(&app, &visitor);
    let outcome = attempt(&app, &by).password(&form.login, &form.password).await.map_err(fault)?;
    match outcome {
        Outcome::Refused(_) => {
            let error = Some(visitor.lang.t("sign_in.refused"));
            let page = password_page(&app, &visitor, &state.csrf, &form.next, &form.login, error)?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        outcome => arrive(&app, &visitor, &session, &headers, outcome, &form.next).await,
    }
}

/// After a step that went well: the next one, under a new session id.
pub(crate) async fn arrive(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    headers: &HeaderMap,
    outcome: Outcome,
    next: &str,
) -> Result<Response, Fault> {
    let agent = headers.get(USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned());
    let known = State {
        address: visitor.address.clone(),
        agent: agent.map(|agent| agent.chars().take(AGENT_MAX).collect()),
        ..State::default()
    };
    let (account, step, codes_left) = match outcome {
        Outcome::Refused(_) => return Ok(to("/sign-in", next)),
        Outcome::SecondFactor { account } => (account, Step::SecondFactor, None),
        Outcome::In(Entered { account, must_change_password: true, codes_left, .. }) => {
            (account, Step::NewPassword, codes_left)
        }
        Outcome::In(entered) => (entered.account, Step::Done, entered.codes_left),
    };
    let state = State { account: Some(account.0), step, ..known };
    let state = session::step(session, state, app.now()).await?;
    if let (Some(left), Step::Done) = (codes_left, step) {
        return Ok(Flash::new("sign_in.codes_left").with("n", left).due().to(way(next)));
    }
    Ok(onward(&state, next).unwrap_or_else(|| Redirect::to("/").into_response()))
}

/// The account whose sign-in stands at this step; else the way to where it stands.
fn at(state: Option<Extension<State>>, step: Step, next: &str) -> Result<(State, AccountId), Box<Response>> {
    let Some(Extension(state)) = state else { return Err(Box::new(to("/sign-in", next))) };
    match state.account {
        Some(account) if state.step == step => Ok((state, AccountId(account))),
        _ => Err(Box::new(onward(&state, next).unwrap_or_else(|| to("/sign-in", next)))),
    }
}

/// `GET /sign-in/second-factor`.
pub(super) async fn factor_page(
    visitor: Visitor,
    state: Option<Extension<State>>,
    Query(query): Query<Way>,
) -> Result<Response, Fault> {
    match at(state, Step::SecondFactor, &query.next) {
        Ok((state, _)) => show(&FactorPage {
            lang: visitor.lang,
            assets: assets(),
            csrf: &state.csrf,
            next: way(&query.next),
            error: None,
        }),
        Err(elsewhere) => Ok(*elsewhere),
    }
}

#[derive(Deserialize)]
pub(super) struct FactorForm {
    code: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in/second-factor`.
pub(super) async fn factor(
    Shared(app): Shared<Arc<App>>,
    visitor: Visitor,
    session: Session,
    state: Option<Extension<State>>,
    headers: HeaderMap,
    Form(form): Form<FactorForm>,
) -> Result<Response, Fault> {
    let (state, account) = match at(state, Step::SecondFactor, &form.next) {
        Ok(found) => found,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    app.sign_in_limit.count(visitor.address.as_deref().unwrap_or_default(), app.now())?;
    let by = by_visitor(&app, &visitor);
    match attempt(&app, &by).second_factor(account, &form.code).await.map_err(fault)? {
        Outcome::Refused(_) => {
            let page = show(&FactorPage {
                lang: visitor.lang,
                assets: assets(),
                csrf: &state.csrf,
                next: way(&form.next),
                error: Some(visitor.lang.t("sign_in.code_refused")),
            })?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        outcome => arrive(&app, &visitor, &session, &headers, outcome, &form.next).await,
    }
}

fn blank_renewal<'a>(app: &App, lang: Lang, csrf: &'a str, next: &'a str) -> RenewalPage<'a> {
    RenewalPage {
        lang,
        assets: assets(),
        csrf,
        next: way(next),
        present_error: None,
        new_errors: Vec::new(),
        again_error: None,
        length_min: app.guard.rules.password.length_min,
    }
}

/// `GET /sign-in/new-password`.
pub(super) async fn renewal_page(
    Shared(app): Shared<Arc<App>>,
    visitor: Visitor,
    state: Option<Extension<State>>,
    Query(query): Query<Way>,
) -> Result<Response, Fault> {
    match at(state, Step::NewPassword, &query.next) {
        Ok((state, _)) => show(&blank_renewal(&app, visitor.lang, &state.csrf, &query.next)),
        Err(elsewhere) => Ok(*elsewhere),
    }
}

#[derive(Deserialize)]
pub(super) struct RenewalForm {
    present: String,
    new: String,
    again: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in/new-password`.
pub(super) async fn renewal(
    Shared(app): Shared<Arc<App>>,
    visitor: Visitor,
    session: Session,
    state: Option<Extension<State>>,
    Form(form): Form<RenewalForm>,
) -> Result<Response, Fault> {
    let (state, account) = match at(state, Step::NewPassword, &form.next) {
        Ok(found) => found,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let mut page = blank_renewal(&app, visitor.lang, &state.csrf, &form.next);
    if form.new == form.again {
        let by = by_visitor(&app, &visitor);
        let kept = session.id().map(|id| session::hash(&id));
        let attempt = attempt(&app, &by);
        match attempt.change_password(account, &form.present, &form.new, kept.as_deref()).await {
            Ok(()) => {
                let state = State { step: Step::Done, ..state.clone() };
                let state = session::step(&session, state, app.now()).await?;
                return Ok(onward(&state, &form.next).unwrap_or_else(|| Redirect::to("/").into_response()));
            }
            Err(Error::Wrong) => page.present_error = Some(visitor.lang.t("sign_in.present_wrong")),
            Err(Error::Weak(weak)) => {
                page.new_errors = weak.into_iter().map(|w| said(visitor.lang, w)).collect()
            }
            Err(other) => return Err(fault(other)),
        }
    } else {
        page.again_error = Some(visitor.lang.t("sign_in.again_differs"));
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, show(&page)?).into_response())
}

/// A weakness of a password, in words.
pub(crate) fn said(lang: Lang, weakness: mingjing_casework::sign_in::Weakness) -> String {
    use mingjing_casework::sign_in::Weakness;
    let n = match weakness {
        Weakness::Short(n) | Weakness::Long(n) | Weakness::Uniform(n) => n,
        _ => 0,
    };
    lang.f(&format!("sign_in.weak.{}", weakness.word()), &[("n", &n)])
}
