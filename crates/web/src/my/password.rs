//! Changing one's own password. All other sessions end with it.

use super::{Typed, again};
use crate::app::App;
use crate::fault::Fault;
use crate::look::Flash;
use crate::sign_in::{attempt, fault, said};
use crate::signed::Signed;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use mingjing_casework::sign_in::Error;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct Change {
    present: String,
    new: String,
    again: String,
}

/// `POST /my/password`.
pub(super) async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Form(form): Form<Change>,
) -> Result<Response, Fault> {
    let mut typed = Typed::default();
    if form.new != form.again {
        typed.again_error = Some(signed.lang.t("sign_in.again_differs"));
        return again(&app, &signed, typed).await;
    }
    let by = signed.by();
    let kept = signed.session.as_deref();
    match attempt(&app, &by).change_password(signed.actor.account, &form.present, &form.new, kept).await {
        Ok(()) => Ok(Flash::new("my.password.changed").to("/my")),
        Err(Error::Wrong) => {
            typed.present_wrong = Some("password");
            again(&app, &signed, typed).await
        }
        Err(Error::Weak(weak)) => {
            typed.new_errors = weak.into_iter().map(|weakness| said(signed.lang, weakness)).collect();
            again(&app, &signed, typed).await
        }
        Err(other) => Err(fault(other)),
    }
}
