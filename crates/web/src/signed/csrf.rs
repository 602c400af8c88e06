//! No form of another site is carried out: what changes something needs the session's own token.
//!
//! Every request that is no GET, HEAD or OPTIONS and comes with a session (not with a bearer token) must bring the
//! token as the header `X-CSRF-Token` or as the form's field `csrf`; in a multipart form that field comes first.
//! Browsers that say where a request comes from (`Sec-Fetch-Site`, `Origin`) are believed when they say it is
//! another site. No handler has to think of it.

use crate::app::App;
use crate::fault::Fault;
use crate::signed::{Signed, origin};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, TryStreamExt, stream};
use std::sync::Arc;

/// Name of the form's field.
pub const FIELD: &str = "csrf";
/// Name of the header.
pub const HEADER: &str = "x-csrf-token";
/// Bytes within which the first part of a multipart form must end.
const FIRST_PART_MAX: usize = 4096;

/// The token of the session that a request belongs to.
#[derive(Clone, Debug)]
pub struct Token(pub String);

/// Refuses what is forged.
pub async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let by_token = request.extensions().get::<Signed>().is_some_and(|signed| signed.token.is_some());
    if by_token {
        return next.run(request).await;
    }
    if origin::is_foreign(request.headers(), &app.settings) {
        return Fault::Forged.into_response();
    }
    let Some(Token(token)) = request.extensions().get::<Token>().cloned() else {
        // Without a session there is nothing to forge in another's name; whoever needs one says so.
        return next.run(request).await;
    };
    let limit = usize::try_from(app.settings.body_bytes_max).unwrap_or(usize::MAX);
    match shown(request, limit).await {
        Ok((Some(shown), request)) if is_same(&shown, &token) => next.run(request).await,
        Ok(_) => Fault::Forged.into_response(),
        Err(fault) => fault.into_response(),
    }
}

/// The token a request shows, and the request with its body whole again.
async fn shown(request: Request, limit: usize) -> Result<(Option<String>, Request), Fault> {
    if let Some(value) = request.headers().get(HEADER) {
        let value = value.to_str().ok().map(str::to_owned);
        return Ok((value, request));
    }
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") {
        return in_form(request, limit).await;
    }
    match kind.starts_with("multipart/form-data") {
        true => in_first_part(request).await,
        false => Ok((None, request)),
    }
}

async fn in_form(request: Request, limit: usize) -> Result<(Option<String>, Request), Fault> {
    let (parts, body) = request.into_parts();
    let large = |_| Fault::Large { bytes_max: limit as u64 };
    let bytes = axum::body::to_bytes(body, limit).await.map_err(large)?;
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&bytes).unwrap_or_default();
    let token = fields.into_iter().find(|(name, _)| name == FIELD).map(|(_, value)| value);
    Ok((token, Request::from_parts(parts, Body::from(bytes))))
}

/// Reads the beginning of a multipart form until its first part is there, then puts it back before the rest.
async fn in_first_part(request: Request) -> Result<(Option<String>, Request), Fault> {
    let (parts, body) = request.into_parts();
    let mut rest = body.into_data_stream();
    let mut head: Vec<u8> = Vec::new();
    while first_part(&head).is_none() && head.len() < FIRST_PART_MAX {
        match rest.next().await {
            Some(Ok(bytes)) => head.extend_from_slice(&bytes),
            Some(Err(_)) | None => break,
        }
    }
    let token = first_part(&head);
    let whole = stream::iter([Ok(Bytes::from(head))]).chain(rest.map_err(axum::Error::new));
    Ok((token, Request::from_parts(parts, Body::from_stream(whole))))
}

/// The value of the first part if that is the token's field and it has ended.
fn first_part(head: &[u8]) -> Option<String> {
    let head = &head[..head.len().min(FIRST_PART_MAX)];
    let text = String::from_utf8_lossy(head);
    let (boundary, after) = text.split_once("\r\n")?;
    let (headers, after) = after.split_once("\r\n\r\n")?;
    let (value, _) = after.split_once(&format!("\r\n{boundary}"))?;
    let is_ours = boundary.starts_with("--") && headers.contains(&format!("name=\"{FIELD}\""));
    (is_ours && !headers.contains("filename")).then(|| value.to_owned())
}

/// Compares without telling by its time how far they agree.
pub(crate) fn is_same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    left.len() == right.len() && left.iter().zip(right).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_part_holds_the_token_or_there_is_none() {
        let whole = "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n--b\r\nmore";
        assert_eq!(first_part(whole.as_bytes()).as_deref(), Some("abc"));
        for end in 0..whole.len() - 7 {
            assert_eq!(first_part(&whole.as_bytes()[..end]), None, "{end} bytes are too few");
        }
        assert_eq!(first_part(whole.replace("csrf", "file").as_bytes()), None);
        assert_eq!(first_part(whole.replace("\"csrf\"", "\"csrf\"; filename=\"csrf\"").as_bytes()), None);
    }
}
