//! Tokens of the API: made, shown once, revoked.

use super::{Typed, again};
use crate::app::{App, show};
use crate::fault::Fault;
use crate::look::{Flash, Section, Shell};
use crate::signed::{Signed, token};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use axum_extra::extract::Form;
use mingjing_casework::people::{Error, People};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "my/token.html")]
struct Made {
    shell: Shell,
    name: String,
    token: String,
}

#[derive(Deserialize)]
pub(super) struct New {
    #[serde(default)]
    name: String,
    #[serde(default)]
    days: String,
    #[serde(default)]
    scopes: Vec<String>,
}

/// `POST /my/tokens`.
pub(super) async fn create(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(form): Form<New>,
) -> Result<Response, Fault> {
    // A token must not make others that live longer or may more.
    if signed.token.is_some() {
        return Err(Fault::Scope { scope: "session".to_owned() });
    }
    let by = signed.by();
    let people = People { db: &app.db, gate: &app.gate, by: &by };
    let days = form.days.trim().parse().unwrap_or(0);
    match people.create_token(&form.name, &form.scopes, &token::scopes(), days).await {
        Ok((_, text)) => {
            let shell = Shell::new(&app, &signed, Section::Own, "my.tokens.made").await;
            let shell = shell.crumb(signed.lang.t("my.title"), "/my").lead("my.tokens.lead");
            show(&Made { shell, name: form.name, token: text })
        }
        Err(Error::Refused { field, message, .. }) => {
            let typed = Typed {
                token_name: form.name,
                token_days: form.days,
                token_scopes: form.scopes,
                token_error: Some((field, message)),
                ..Typed::default()
            };
            again(&app, &signed, typed).await
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /my/tokens/{token}/revoke`.
pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let by = signed.by();
    let people = People { db: &app.db, gate: &app.gate, by: &by };
    match people.revoke_token(id).await {
        Ok(()) => Ok(Flash::new("my.tokens.revoked").to("/my")),
        // Whose it is, is nobody else's business.
        Err(Error::Forbidden { .. }) => Err(Fault::NotFound),
        Err(other) => Err(other.into()),
    }
}
