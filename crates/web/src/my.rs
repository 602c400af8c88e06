//! One's own account: password, second factor, recovery codes, sessions, tokens, language and theme.

mod factor;
mod password;
mod sessions;
mod tokens;

use crate::app::{App, show};
use crate::fault::Fault;
use crate::look::{Section, Shell, write};
use crate::routes::Routes;
use crate::signed::{Signed, token};
use crate::words::Lang;
use askama::Template;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use mingjing_store::account::Account;
use std::sync::Arc;

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
        .account(Method::GET, "/my", page)
        .account(Method::POST, "/my/password", password::change)
        .account(Method::GET, "/my/second-factor", factor::page)
        .account(Method::POST, "/my/second-factor", factor::confirm)
        .account(Method::POST, "/my/second-factor/remove", factor::remove)
        .account(Method::POST, "/my/recovery-codes", factor::new_codes)
        .account(Method::POST, "/my/sessions/end-others", sessions::end_others)
        .account(Method::POST, "/my/sessions/{session}/end", sessions::end)
        .account(Method::POST, "/my/tokens", tokens::create)
        .account(Method::POST, "/my/tokens/{token}/revoke", tokens::revoke)
}

/// A session of the list.
struct SessionLine {
    hash: String,
    is_this: bool,
    agent: String,
    address: String,
    began: String,
    seen: String,
}

/// A token of the list.
struct TokenLine {
    id: i64,
    name: String,
    scopes: String,
    until: String,
    used: String,
    /// `holds`, `ended` or `revoked`.
    state: &'static str,
}

/// What was typed into a form of the page and what is wrong with it.
#[derive(Default)]
pub(crate) struct Typed {
    /// Present password: beside which form (`password`, `codes`, `remove`), and what.
    present_wrong: Option<&'static str>,
    new_errors: Vec<String>,
    again_error: Option<&'static str>,
    token_name: String,
    token_days: String,
    token_scopes: Vec<String>,
    token_error: Option<(&'static str, String)>,
}

impl Typed {
    fn is_wrong(&self, form: &str) -> bool {
        self.present_wrong == Some(form)
    }

    fn token_error(&self, field: &str) -> Option<&str> {
        self.token_error.as_ref().filter(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }

    fn chose(&self, scope: &str) -> bool {
        self.token_scopes.iter().any(|chosen| chosen == scope)
    }
}

#[derive(Template)]
#[template(path = "my/page.html")]
struct Page {
    shell: Shell,
    account: Account,
    posts: Vec<String>,
    factor_since: Option<String>,
    password_changed: Option<String>,
    codes_left: i64,
    sessions: Vec<SessionLine>,
    tokens: Vec<TokenLine>,
    scopes: Vec<String>,
    may_have_tokens: bool,
    typed: Typed,
    length_min: usize,
}

/// `GET /my`.
async fn page(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    shown(&app, &signed, Typed { token_days: "90".to_owned(), ..Typed::default() }).await
}

/// The page with what was wrong in one of its forms.
pub(crate) async fn again(app: &App, signed: &Signed, typed: Typed) -> Result<Response, Fault> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(app, signed, typed).await?).into_response())
}

async fn shown(app: &App, signed: &Signed, typed: Typed) -> Result<Response, Fault> {
    use mingjing_casework::permission::{Action, Kind};
    let me = signed.actor.account;
    let now = app.now();
    let lang = signed.lang;
    let account = mingjing_store::account::find(&app.db, me).await?.ok_or(Fault::NotFound)?;
    let sessions = mingjing_store::session::of_account(&app.db, me, now).await?;
    let tokens = mingjing_store::token::of_account(&app.db, me).await?;
    let page = Page {
        shell: Shell::new(app, signed, Section::Own, "my.title").await.lead("my.lead"),
        posts: posts(app, signed).await?,
        factor_since: account.totp_since.map(write::minute),
        password_changed: account.password_changed_at.map(write::minute),
        codes_left: mingjing_store::account::codes_left(&app.db, me).await?,
        sessions: sessions.into_iter().map(|session| session_line(lang, signed, session)).collect(),
        tokens: tokens.into_iter().map(|token| token_line(lang, token, now)).collect(),
        scopes: token::scopes(),
        may_have_tokens: signed.could(app, Action::Create, Kind::ApiToken),
        length_min: app.guard.rules.password.length_min,
        account,
        typed,
    };
    show(&page)
}

async fn posts(app: &App, signed: &Signed) -> Result<Vec<String>, Fault> {
    let offices = mingjing_store::office::offices(&app.db).await?;
    let name =
        |id: i64| offices.iter().find(|office| office.id == id).map_or("", |office| office.name.as_str());
    let role = |role| signed.lang.t(&format!("common.role.{role}"));
    Ok(signed
        .actor
        .posts
        .iter()
        .map(|post| format!("{} · {}", name(post.office.0), role(post.role)))
        .collect())
}

fn session_line(lang: Lang, signed: &Signed, session: mingjing_store::session::Session) -> SessionLine {
    let unknown = || lang.t("my.sessions.unknown").to_owned();
    SessionLine {
        is_this: signed.session.as_deref() == Some(session.token_hash.as_str()),
        hash: session.token_hash,
        agent: session.agent.unwrap_or_else(unknown),
        address: session.address.unwrap_or_else(unknown),
        began: write::minute(session.created_at),
        seen: write::minute(session.seen_at),
    }
}

fn token_line(lang: Lang, token: mingjing_store::token::Token, now: i64) -> TokenLine {
    TokenLine {
        id: token.id,
        name: token.name,
        scopes: token.scopes.join(lang.t("common.and")),
        until: write::day(token.expires_at),
        used: token.last_used_at.map_or_else(|| lang.t("my.tokens.never").to_owned(), write::minute),
        state: match token.revoked_at {
            Some(_) => "revoked",
            None if token.expires_at <= now => "ended",
            None => "holds",
        },
    }
}
