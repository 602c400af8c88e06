//! Signing in and out: password, second factor or recovery code, a new password where one is due, directory.
//!
//! Each step is a page of its own; the session knows how far it is, under a new id after every step. What is wrong
//! is said in one and the same sentence, whatever it was.

pub mod by_directory;
pub mod directory;
mod steps;

pub(crate) use steps::{arrive, said};

use crate::app::App;
use crate::fault::Fault;
use crate::look::flash::is_local;
use crate::routes::Routes;
use crate::signed::session::{State, Step};
use crate::signed::{Signed, Visitor, session};
use axum::extract::State as Shared;
use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use mingjing_casework::people::By;
use mingjing_casework::sign_in::SignIn;
use mingjing_store::audit;
use std::sync::Arc;
use tower_sessions::Session;

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
        .open(Method::GET, "/sign-in", steps::page)
        .open(Method::POST, "/sign-in", steps::password)
        .open(Method::GET, "/sign-in/second-factor", steps::factor_page)
        .open(Method::POST, "/sign-in/second-factor", steps::factor)
        .open(Method::GET, "/sign-in/new-password", steps::renewal_page)
        .open(Method::POST, "/sign-in/new-password", steps::renewal)
        .open(Method::GET, "/sign-in/directory", by_directory::begin)
        .open(Method::GET, directory::BACK, by_directory::end)
        .account(Method::POST, "/sign-out", sign_out)
}

/// `POST /sign-out`.
async fn sign_out(
    Shared(app): Shared<Arc<App>>,
    signed: Signed,
    session: Session,
) -> Result<Response, Fault> {
    let mut tx = app.db.begin().await?;
    let account = signed.actor.account;
    audit::append(&mut tx, &signed.entry("sign_out", mingjing_casework::permission::Kind::Account, account))
        .await?;
    tx.commit().await?;
    session::end(&session).await?;
    Ok(Redirect::to("/sign-in").into_response())
}

/// Where to go after the sign-in: only to a path of our own, and not in circles.
pub(crate) fn way(next: &str) -> &str {
    let is_circle = next.starts_with("/sign-in") || next.starts_with("/sign-out");
    if is_local(next) && !is_circle { next } else { "/" }
}

/// The address of a step, with the way on.
fn to(path: &str, next: &str) -> Response {
    let query = serde_urlencoded::to_string([("next", way(next))]).unwrap_or_default();
    Redirect::to(&format!("{path}?{query}")).into_response()
}

/// The next step of a session that is somewhere in between.
fn onward(state: &State, next: &str) -> Option<Response> {
    match state.step {
        Step::Nobody => None,
        Step::SecondFactor => Some(to("/sign-in/second-factor", next)),
        Step::NewPassword => Some(to("/sign-in/new-password", next)),
        Step::Done => Some(Redirect::to(way(next)).into_response()),
    }
}

/// Who asks, for `casework`: nobody is signed in yet.
pub(crate) fn by_visitor(app: &App, visitor: &Visitor) -> By {
    By::nobody(app.now(), &visitor.request, visitor.address.as_deref())
}

/// One attempt.
pub(crate) fn attempt<'a>(app: &'a App, by: &'a By) -> SignIn<'a> {
    SignIn { db: &app.db, guard: &app.guard, vault: app.keys.as_ref(), by }
}

/// A fault of `casework::sign_in` that is nobody's typing.
pub(crate) fn fault(error: mingjing_casework::sign_in::Error) -> Fault {
    use mingjing_casework::sign_in::Error;
    match error {
        Error::Store(error) => error.into(),
        Error::Missing => Fault::user("nothing_to_change", "sign_in.missing"),
        Error::Wrong => Fault::user("wrong", "sign_in.wrong"),
        Error::Weak(_) => Fault::user("weak_password", "sign_in.weak.title"),
        Error::World(why) => Fault::World(why),
    }
}

#[cfg(test)]
mod tests {
    use super::way;

    #[test]
    fn after_the_sign_in_nobody_is_led_elsewhere() {
        for next in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:x",
            "",
            "/\tx",
            "/sign-in",
        ] {
            assert_eq!(way(next), "/", "{next:?}");
        }
        assert_eq!(way("/analyses?sort=-at"), "/analyses?sort=-at");
    }
}
