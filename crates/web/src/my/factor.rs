//! The second factor: set up with a QR code, recovery codes, taken away.

use super::{Typed, again};
use crate::app::{App, show};
use crate::fault::Fault;
use crate::look::{Flash, Section, Shell};
use crate::sign_in::{attempt, fault};
use crate::signed::Signed;
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mingjing_casework::sign_in::Error;
use qrcode::QrCode;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "my/second_factor.html")]
struct Offer {
    shell: Shell,
    /// An `<svg>` made by us; empty where the code was shown before.
    qr: String,
    secret: String,
    sealed: String,
    error: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "my/codes.html")]
struct Codes {
    shell: Shell,
    codes: Vec<String>,
}

/// `GET /my/second-factor`: a new secret each time; nothing is stored before it is confirmed.
pub(super) async fn page(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    let by = signed.by();
    let issuer = signed.lang.t("common.name");
    let offer = attempt(&app, &by).offer_factor(signed.actor.account, issuer).await.map_err(fault)?;
    show(&Offer {
        shell: shell(&app, &signed).await,
        qr: qr(&offer.url)?,
        secret: spaced(&offer.secret),
        sealed: offer.sealed,
        error: None,
    })
}

async fn shell(app: &App, signed: &Signed) -> Shell {
    let shell = Shell::new(app, signed, Section::Own, "my.factor.title").await;
    shell.crumb(signed.lang.t("my.title"), "/my").lead("my.factor.lead")
}

/// In groups of four, as people type it.
fn spaced(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

/// An `<svg>` element without style or script, black on white in every theme, because phones read it.
fn qr(url: &str) -> Result<String, Fault> {
    let code = QrCode::new(url).map_err(|e| Fault::World(format!("QR code: {e}")))?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == qrcode::Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", at % width + 4, at / width + 4));
        }
    }
    let side = width + 8;
    Ok(format!(
        "<svg class=\"qr\" role=\"img\" viewBox=\"0 0 {side} {side}\" width=\"220\" height=\"220\" \
         shape-rendering=\"crispEdges\"><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/>\
         <path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

#[derive(Deserialize)]
pub(super) struct Confirm {
    sealed: String,
    code: String,
}

/// `POST /my/second-factor`: the first code proves that the device has the secret. The sealed secret travels in the
/// form; sealed for this account, it is of no use to another.
pub(super) async fn confirm(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(form): Form<Confirm>,
) -> Result<Response, Fault> {
    let by = signed.by();
    match attempt(&app, &by).confirm_factor(signed.actor.account, &form.sealed, &form.code).await {
        Ok(codes) => codes_page(&app, &signed, codes).await,
        Err(Error::Wrong) => {
            let page = Offer {
                shell: shell(&app, &signed).await,
                qr: String::new(),
                secret: String::new(),
                sealed: form.sealed,
                error: Some(signed.lang.t("my.factor.wrong")),
            };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, show(&page)?).into_response())
        }
        // What was not sealed by us for this account.
        Err(Error::World(why)) => {
            tracing::warn!(why, "a second factor was not confirmed");
            Err(Fault::field("sealed", "second_factor", "my.factor.unusable"))
        }
        Err(other) => Err(fault(other)),
    }
}

async fn codes_page(app: &App, signed: &Signed, codes: Vec<String>) -> Result<Response, Fault> {
    let shell = Shell::new(app, signed, Section::Own, "my.codes.title").await;
    let shell = shell.crumb(signed.lang.t("my.title"), "/my").lead("my.codes.lead");
    show(&Codes { shell, codes })
}

#[derive(Deserialize)]
pub(super) struct Present {
    present: String,
}

/// `POST /my/recovery-codes`.
pub(super) async fn new_codes(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(form): Form<Present>,
) -> Result<Response, Fault> {
    let by = signed.by();
    match attempt(&app, &by).new_codes(signed.actor.account, &form.present).await {
        Ok(codes) => codes_page(&app, &signed, codes).await,
        Err(Error::Wrong) => {
            again(&app, &signed, Typed { present_wrong: Some("codes"), ..Typed::default() }).await
        }
        Err(other) => Err(fault(other)),
    }
}

/// `POST /my/second-factor/remove`.
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(form): Form<Present>,
) -> Result<Response, Fault> {
    let by = signed.by();
    match attempt(&app, &by).remove_factor(signed.actor.account, &form.present).await {
        Ok(()) => Ok(Flash::new("my.factor.removed").due().to("/my")),
        Err(Error::Wrong) => {
            again(&app, &signed, Typed { present_wrong: Some("remove"), ..Typed::default() }).await
        }
        Err(other) => Err(fault(other)),
    }
}
