//! Finds out who asks, once, in front of all routes.

use crate::app::App;
use crate::signed::{Visitor, origin};
use crate::words::Lang;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

/// Name of the cookie that keeps the language of who is not signed in.
pub const LANGUAGE_COOKIE: &str = "mingjing-language";

/// Id of a request, given by us.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Puts [`Visitor`], and [`super::Signed`] where somebody is signed in, into the request.
pub async fn identify(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let visitor = visitor(&app, &request);
    request.extensions_mut().insert(visitor);
    request.extensions_mut().insert(Arc::clone(&app));
    next.run(request).await
}

fn visitor(app: &App, request: &Request) -> Visitor {
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let address = origin::address(request.extensions(), request.headers(), &app.settings);
    Visitor {
        lang: language(request.headers()).unwrap_or(app.settings.language),
        request: id,
        address: address.map(|address| address.to_string()),
        path: request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned(),
    }
}

fn language(headers: &HeaderMap) -> Option<Lang> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let chosen = cookies.flat_map(|line| line.split(';')).find_map(|cookie| {
        let (name, value) = cookie.trim().split_once('=')?;
        (name == LANGUAGE_COOKIE).then(|| Lang::of_tag(value)).flatten()
    });
    chosen.or_else(|| Lang::of_header(headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?))
}
