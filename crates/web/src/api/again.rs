//! Idempotency keys: a write that is sent again with the same `Idempotency-Key` gets the same answer and is not done
//! again. The same key with another request is refused.
//!
//! The answer is kept after the deed, in a transaction of its own: where the server dies between the two, the key is
//! free again after ten minutes, and the deed may be done twice.

use crate::app::App;
use crate::fault::{Fault, dress};
use crate::signed::Signed;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use mingjing_store::token::{self, Begun};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The header.
pub const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// Characters of a key.
const KEY_MAX: usize = 200;
/// A write that did not end in this time is given up.
const GIVEN_UP: i64 = 600_000_000;

/// Does a write once by its key, or as often as it is sent when there is none. `request` is what makes it this one.
///
/// # Errors
/// The key is unfit, was used for another request, or is at work; what the deed gives.
pub(super) async fn once<T: Serialize>(
    app: &App,
    signed: &Signed,
    headers: &HeaderMap,
    request: &[&[u8]],
    deed: impl Future<Output = Result<(StatusCode, T), Fault>>,
) -> Result<Response, Fault> {
    let Some(key) = headers.get(KEY) else {
        let (status, answer) = deed.await?;
        return Ok((status, axum::Json(answer)).into_response());
    };
    let unfit = || Fault::field("Idempotency-Key", "idempotency_key", "api.wrong_key");
    let key = key.to_str().map_err(|_| unfit())?;
    if key.is_empty() || key.len() > KEY_MAX {
        return Err(unfit());
    }
    let mut hash = Sha256::new();
    for part in request {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let hash = hex::encode(hash.finalize());
    let (now, account) = (app.now(), signed.actor.account);
    let mut tx = app.db.begin().await?;
    let begun = token::begin(&mut tx, account, key, &hash, now, now - GIVEN_UP).await?;
    tx.commit().await?;
    match begun {
        Begun::New => {}
        Begun::Answered { status, body } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
            let headers = [
                (CONTENT_TYPE, HeaderValue::from_static(kind)),
                (REPLAYED, HeaderValue::from_static("true")),
            ];
            return Ok((status, headers, body).into_response());
        }
        Begun::Busy => return Err(Fault::Conflict { who: String::new(), when: 0, what: key.to_owned() }),
        Begun::Other => return Err(Fault::field("Idempotency-Key", "idempotency_key", "api.other_request")),
    }
    let done = deed.await;
    let (status, body) = match &done {
        Ok((status, answer)) => {
            (*status, serde_json::to_string(answer).map_err(|e| Fault::World(e.to_string()))?)
        }
        // The world may be better the next time: the key stays at work until its term.
        Err(Fault::World(why)) => return Err(Fault::World(why.clone())),
        Err(fault) => (fault.status(), dress::problem_text(signed.lang, &signed.request, fault)),
    };
    let mut tx = app.db.begin().await?;
    token::finish(&mut tx, account, key, status.as_u16(), &body).await?;
    tx.commit().await?;
    done?;
    Ok((status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response())
}
