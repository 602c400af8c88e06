//! Day or night, and the language: chosen in the top bar, kept in the account.

use crate::app::App;
use crate::fault::Fault;
use crate::look::flash::is_local;
use crate::signed::Signed;
use crate::words::Lang;
use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use mingjing_store::account::{self, Profile};
use serde::Deserialize;
use std::sync::Arc;

/// What was chosen.
#[derive(Debug, Deserialize)]
pub struct Choice {
    #[serde(default)]
    theme: Option<String>,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    back: String,
}

/// `POST /look`.
///
/// # Errors
/// It is neither a theme nor a language that we have; the database refused.
pub async fn choose(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(choice): Form<Choice>,
) -> Result<Response, Fault> {
    let theme = match choice.theme.as_deref() {
        None => None,
        Some(theme @ ("auto" | "light" | "dark")) => Some(theme),
        Some(_) => return Err(Fault::field("theme", "theme", "look.theme.unknown")),
    };
    let language = match choice.language.as_deref() {
        None => None,
        Some(tag) => Some(
            Lang::of_tag(tag).ok_or_else(|| Fault::field("language", "language", "look.language.unknown"))?,
        ),
    };
    let mut tx = app.db.begin().await?;
    let own = account::find_in(&mut tx, signed.actor.account).await?.ok_or(Fault::NotFound)?;
    let profile = Profile {
        telephone: own.telephone.clone(),
        language: language.map_or(own.language.clone(), |lang| lang.tag().to_owned()),
        theme: theme.map_or(own.theme.clone(), str::to_owned),
    };
    account::set_profile(&mut tx, own.id(), own.version, &profile).await?;
    tx.commit().await?;
    let back = if is_local(&choice.back) { choice.back.as_str() } else { "/" };
    Ok(Redirect::to(back).into_response())
}
