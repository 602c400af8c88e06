//! What stands in front of every handler: who may pass, how much, how long.

use super::{Need, Route};
use crate::app::App;
use crate::fault::Fault;
use crate::signed::Signed;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::Limited;
use std::sync::Arc;

/// The path of the route that answered, for log and metrics.
#[derive(Clone, Copy, Debug)]
pub struct Answered(pub &'static str);

/// Lets a request through to its handler, or refuses it.
pub async fn guard(route: Arc<Route>, request: Request, next: Next) -> Response {
    let path = route.path;
    let mut response = pass_on(&route, request, next).await;
    response.extensions_mut().insert(Answered(path));
    response
}

async fn pass_on(route: &Route, mut request: Request, next: Next) -> Response {
    let Some(app) = request.extensions().get::<Arc<App>>().cloned() else {
        return Fault::World("the app is missing behind a route".to_owned()).into_response();
    };
    if let Err(fault) = pass(&app, route, request.extensions().get::<Signed>()) {
        return fault.into_response();
    }
    let bytes_max = if route.is_long { app.settings.upload_bytes_max } else { app.settings.body_bytes_max };
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|bytes: u64| bytes > bytes_max) {
        return Fault::Large { bytes_max }.into_response();
    }
    let limit = usize::try_from(bytes_max).unwrap_or(usize::MAX);
    request = request.map(|body| Body::new(Limited::new(body, limit)));
    // axum's own limit of two megabytes stands back behind ours.
    DefaultBodyLimit::disable().apply(&mut request);
    request.extensions_mut().insert(Passed { bytes_max });
    if route.is_long {
        return next.run(request).await;
    }
    match tokio::time::timeout(app.settings.request_time(), next.run(request)).await {
        Ok(response) => response,
        Err(_) => Fault::Slow.into_response(),
    }
}

/// A request that the guard let through, and how large its body may be.
#[derive(Clone, Copy, Debug)]
pub struct Passed {
    /// Bytes allowed.
    pub bytes_max: u64,
}

fn pass(app: &App, route: &Route, signed: Option<&Signed>) -> Result<(), Fault> {
    match (route.need, signed) {
        (Need::Open, _) => Ok(()),
        (_, None) => Err(Fault::SignIn),
        (Need::Account, Some(signed)) => signed.token_allows_own(),
        (Need::May(action, kind), Some(signed)) => signed.may_some(app, action, kind),
    }
}
