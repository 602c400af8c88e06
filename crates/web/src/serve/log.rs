//! One log line a request, with an id that the answer carries too.

use crate::routes::guard::Answered;
use crate::signed::identify::RequestId;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;
use tracing::Instrument;

/// Gives the request its id, logs it when it is answered, counts it. A query is not logged: it may hold a name.
pub async fn log(mut request: Request, next: Next) -> Response {
    let id = new_id();
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let span = tracing::info_span!("request", id);
    let began = Instant::now();
    let mut response = next.run(request).instrument(span).await;
    let took = began.elapsed();
    let status = response.status().as_u16();
    let route = response.extensions().get::<Answered>().map_or("none", |answered| answered.0);
    tracing::info!(request = id, %method, path, route, status, ms = took.as_secs_f64() * 1000.0, "answered");
    let labels =
        [("method", method.to_string()), ("route", route.to_owned()), ("status", status.to_string())];
    metrics::histogram!("mingjing_request_seconds", &labels).record(took.as_secs_f64());
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// 64 random bits in hex.
fn new_id() -> String {
    let mut bytes = [0; 8];
    // Without the system's random numbers no session could be made either; an id may then be zeros.
    let _ = getrandom::fill(&mut bytes);
    hex::encode(bytes)
}
