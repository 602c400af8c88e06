//! All layers around the routes, and the listener.

pub mod headers;
pub mod log;

use crate::app::App;
use crate::fault::{Fault, dress};
use crate::routes;
use crate::signed::{csrf, identify};
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use std::any::Any;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;

/// The whole program as one service. The last layer named is the outermost.
pub fn router(app: Arc<App>) -> Router {
    let (_, routes) = routes::all().split();
    routes
        .fallback(|| async { Fault::NotFound })
        .method_not_allowed_fallback(|| async { Fault::Method })
        .layer(from_fn_with_state(Arc::clone(&app), csrf::guard))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(Arc::clone(&app), dress::dress))
        .layer(from_fn_with_state(Arc::clone(&app), identify::identify))
        .layer(from_fn_with_state(Arc::clone(&app), headers::headers))
        .layer(from_fn(log::log))
        .with_state(app)
}

/// A panic is ours: the request fails, the program goes on.
fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    Fault::World(format!("panic: {text}")).into_response()
}
