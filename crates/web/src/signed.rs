//! Who asks: somebody signed in ([`Signed`]) or anybody ([`Visitor`]), with language, CSRF token, request id.
//!
//! [`identify`] finds it out once in front of all routes; handlers take it as an argument.

pub mod csrf;
pub mod identify;
pub mod limit;
pub mod origin;
pub mod person;
pub mod session;
pub mod token;

use crate::app::App;
use crate::fault::Fault;
use crate::words::Lang;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use mingjing_casework::people::By;
use mingjing_casework::permission::{Action, Actor, Kind, Resource, Role, Scope};
use mingjing_model::time::Micros;
use mingjing_store::audit::Entry;

/// Somebody signed in: password, second factor and a due change of the password are behind them.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Who, with the posts they hold now.
    pub actor: Actor,
    /// The language they read.
    pub lang: Lang,
    /// `auto`, `light` or `dark`.
    pub theme: String,
    /// What every form sends as `csrf` and every fetch as `X-CSRF-Token`.
    pub csrf: String,
    /// Id of this request.
    pub request: String,
    /// Network address of the client.
    pub address: Option<String>,
    /// Path and query of this request.
    pub path: String,
    /// When this request came.
    pub now: Micros,
    /// SHA-256 of the session's token, in hex; none for a bearer token.
    pub session: Option<String>,
    /// The bearer token this came with; none for a session.
    pub token: Option<token::Bearer>,
}

/// Whoever asks, signed in or not.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The language of account, cookie or browser.
    pub lang: Lang,
    /// Id of this request.
    pub request: String,
    /// Network address of the client.
    pub address: Option<String>,
    /// Path and query of this request.
    pub path: String,
}

impl Visitor {
    /// An audit entry about a deed of nobody known yet, such as a sign-in that failed.
    pub fn entry(&self, app: &App, action: &str, kind: Kind, id: impl ToString) -> Entry {
        Entry {
            at: app.now(),
            account: None,
            account_name: String::new(),
            office: None,
            action: action.to_owned(),
            subject_kind: kind.word().to_owned(),
            subject_id: id.to_string(),
            division: None,
            detail: serde_json::json!({}),
            request: self.request.clone(),
            address: self.address.clone(),
        }
    }
}

impl Signed {
    /// Who does it, for `casework`.
    pub fn by(&self) -> By {
        By::actor(self.actor.clone(), self.now, &self.request, self.address.as_deref())
    }

    /// An audit entry about a thing, filled in with who, when, request and address.
    pub fn entry(&self, action: &str, kind: Kind, id: impl ToString) -> Entry {
        Entry {
            at: self.now,
            account: Some(self.actor.account),
            account_name: self.actor.name.clone(),
            office: Some(self.actor.office),
            action: action.to_owned(),
            subject_kind: kind.word().to_owned(),
            subject_id: id.to_string(),
            division: None,
            detail: serde_json::json!({}),
            request: self.request.clone(),
            address: self.address.clone(),
        }
    }

    /// May they do this to this thing? Else the fault that says which roles could.
    ///
    /// # Errors
    /// [`Fault::Forbidden`].
    pub fn check(&self, app: &App, action: Action, resource: &Resource) -> Result<(), Fault> {
        self.token_allows(action, resource.kind)?;
        if app.gate.may(&self.actor, action, resource) {
            return Ok(());
        }
        Err(self.forbidden(app, action, resource.kind))
    }

    /// Like [`Signed::check`], but a thing they may not see does not exist for them.
    ///
    /// # Errors
    /// [`Fault::NotFound`] where they may not even read it, else [`Fault::Forbidden`].
    pub fn check_seen(&self, app: &App, action: Action, resource: &Resource) -> Result<(), Fault> {
        if !app.gate.may(&self.actor, Action::Read, resource) {
            return Err(Fault::NotFound);
        }
        self.check(app, action, resource)
    }

    /// What of a kind they may do this to, as a condition for lists.
    pub fn scope(&self, app: &App, action: Action, kind: Kind) -> Scope {
        app.gate.scope(&self.actor, action, kind)
    }

    /// May they do this to some thing of the kind?
    ///
    /// # Errors
    /// [`Fault::Forbidden`].
    pub fn may_some(&self, app: &App, action: Action, kind: Kind) -> Result<(), Fault> {
        self.token_allows(action, kind)?;
        match app.gate.may_any(&self.actor, action, kind) {
            true => Ok(()),
            false => Err(self.forbidden(app, action, kind)),
        }
    }

    /// [`Signed::may_some`] as a word, for buttons.
    pub fn could(&self, app: &App, action: Action, kind: Kind) -> bool {
        self.may_some(app, action, kind).is_ok()
    }

    fn forbidden(&self, app: &App, action: Action, kind: Kind) -> Fault {
        let holds = |role: &Role| {
            let Some(post) = self.actor.posts.first() else { return false };
            let mut other = self.actor.clone();
            other.posts = vec![mingjing_casework::permission::Post { role: *role, ..post.clone() }];
            app.gate.may_any(&other, action, kind)
        };
        Fault::Forbidden {
            action,
            kind,
            roles: Role::ALL.iter().filter(|role| holds(role)).copied().collect(),
        }
    }

    fn token_allows(&self, action: Action, kind: Kind) -> Result<(), Fault> {
        match &self.token {
            Some(bearer) if !bearer.allows(action, kind) => Err(token::refusal(action, kind)),
            _ => Ok(()),
        }
    }

    /// A bearer token may ask for its holder's own things only with the scope `me`.
    pub(crate) fn token_allows_own(&self) -> Result<(), Fault> {
        match &self.token {
            Some(bearer) if !bearer.allows_own() => Err(Fault::Scope { scope: token::OWN.to_owned() }),
            _ => Ok(()),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Signed {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Signed, Fault> {
        parts.extensions.get::<Signed>().cloned().ok_or(Fault::SignIn)
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Visitor, Fault> {
        let missing = || Fault::World("nobody was identified in front of the route".to_owned());
        parts.extensions.get::<Visitor>().cloned().ok_or_else(missing)
    }
}
