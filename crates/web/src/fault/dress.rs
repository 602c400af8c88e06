//! Makes a page, or a problem document under `/api`, of a bare fault.

use crate::app::{App, show};
use crate::fault::Fault;
use crate::look::assets::{Assets, assets};
use crate::look::{Section, Shell};
use crate::signed::{Signed, Visitor};
use crate::words::Lang;
use askama::Template;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use mingjing_model::time::{day_in_shanghai, day_text};
use std::sync::Arc;

/// Around all routes: a fault that comes out is told to whoever asked.
pub async fn dress(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let visitor = request.extensions().get::<Visitor>().cloned();
    let signed = request.extensions().get::<Signed>().cloned();
    let is_get = matches!(*request.method(), Method::GET | Method::HEAD);
    let response = next.run(request).await;
    let fault = response.extensions().get::<Fault>().cloned().or_else(|| of_reader(&app, &response));
    let Some(fault) = fault else { return response };
    let Some(visitor) = visitor else { return response };
    told(&app, signed.as_ref(), &visitor, is_get, &fault).await
}

/// What readers of forms, paths and queries refuse by themselves, as plain text in English.
fn of_reader(app: &App, response: &Response) -> Option<Fault> {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.is_empty() && !kind.starts_with("text/plain") {
        return None;
    }
    match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Some(Fault::Large { bytes_max: app.settings.body_bytes_max }),
        // A path that cannot be read names nothing.
        StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::UNPROCESSABLE_ENTITY => {
            Some(Fault::user("malformed", "fault.malformed"))
        }
        _ => None,
    }
}

/// The answer to a fault.
pub async fn told(
    app: &App,
    signed: Option<&Signed>,
    visitor: &Visitor,
    is_get: bool,
    fault: &Fault,
) -> Response {
    if let Fault::World(why) = fault {
        tracing::error!(request = visitor.request, path = visitor.path, why, "a request failed");
    }
    let mut response = if visitor.path.starts_with("/api/") {
        problem(visitor, fault)
    } else if matches!(fault, Fault::SignIn) {
        to_sign_in(visitor, is_get)
    } else {
        page(app, signed, visitor, fault).await
    };
    if let Fault::Many { seconds } = fault {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(*seconds));
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn to_sign_in(visitor: &Visitor, is_get: bool) -> Response {
    let way_back = if is_get { visitor.path.as_str() } else { "/" };
    let query = serde_urlencoded::to_string([("next", way_back)]).unwrap_or_default();
    let location = format!("/sign-in?{query}");
    match HeaderValue::from_str(&location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => (StatusCode::SEE_OTHER, [(LOCATION, HeaderValue::from_static("/sign-in"))]).into_response(),
    }
}

/// What is said about a fault.
pub struct Said {
    /// One line.
    pub title: String,
    /// What happened and what to do.
    pub text: String,
}

impl Said {
    /// In words.
    pub fn of(lang: Lang, fault: &Fault) -> Said {
        let say = |name: &str, arguments: &[(&str, &dyn std::fmt::Display)]| Said {
            title: lang.t(&format!("fault.{name}.title")).to_owned(),
            text: lang.f(&format!("fault.{name}.text"), arguments),
        };
        match fault {
            Fault::Forbidden { action, kind, roles } => {
                let roles: Vec<&str> =
                    roles.iter().map(|role| lang.t(&format!("common.role.{role}"))).collect();
                let name = if roles.is_empty() { "forbidden_to_all" } else { "forbidden" };
                let action = lang.t(&format!("common.action.{action}"));
                let kind = lang.t(&format!("common.kind.{kind}"));
                let roles = roles.join(lang.t("common.and"));
                say(name, &[("action", &action), ("kind", &kind), ("roles", &roles)])
            }
            Fault::User { key, arguments, .. } => {
                let arguments: Vec<(&str, &dyn std::fmt::Display)> =
                    arguments.iter().map(|(name, value)| (*name, value as &dyn std::fmt::Display)).collect();
                Said { title: lang.t("fault.user.title").to_owned(), text: lang.f(key, &arguments) }
            }
            Fault::Conflict { who, when, what } if !who.is_empty() => {
                say("conflict", &[("who", who), ("when", &minute(*when)), ("what", what)])
            }
            Fault::Conflict { .. } => say("conflict_unknown", &[]),
            Fault::Scope { scope } => say("scope", &[("scope", scope)]),
            Fault::Large { bytes_max } => say("too_large", &[("limit", &size(*bytes_max))]),
            Fault::Many { seconds } => say("too_many", &[("seconds", seconds)]),
            other => say(other.code(), &[]),
        }
    }
}

/// A number of bytes for people.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_048_576 => format!("{} KB", bytes / 1024),
        _ => format!("{} MB", bytes / 1_048_576),
    }
}

/// `2026-06-30 09:05` in Shanghai.
pub(crate) fn minute(at: i64) -> String {
    let day = day_in_shanghai(at).and_then(day_text).unwrap_or_default();
    let minutes = at.saturating_add(8 * 3_600_000_000).rem_euclid(86_400_000_000) / 60_000_000;
    format!("{day} {:02}:{:02}", minutes / 60, minutes % 60)
}

#[derive(Template)]
#[template(path = "fault/plain.html")]
struct Plain<'a> {
    lang: Lang,
    assets: &'static Assets,
    status: u16,
    said: Said,
    request: &'a str,
    is_world: bool,
}

#[derive(Template)]
#[template(path = "fault/page.html")]
struct Page<'a> {
    shell: Shell,
    status: u16,
    said: Said,
    request: &'a str,
    is_world: bool,
}

async fn page(app: &App, signed: Option<&Signed>, visitor: &Visitor, fault: &Fault) -> Response {
    let status = fault.status();
    let is_world = matches!(fault, Fault::World(_) | Fault::Slow);
    let request = visitor.request.as_str();
    let shown = match signed {
        // A shell asks the database, which may be what failed.
        Some(signed) if !is_world => {
            let said = Said::of(signed.lang, fault);
            let shell = Shell::new(app, signed, Section::Own, "fault.name").await.titled(said.title.clone());
            show(&Page { shell, status: status.as_u16(), said, request, is_world })
        }
        _ => {
            let lang = signed.map_or(visitor.lang, |signed| signed.lang);
            let said = Said::of(lang, fault);
            show(&Plain { lang, assets: assets(), status: status.as_u16(), said, request, is_world })
        }
    };
    match shown {
        Ok(page) => (status, page).into_response(),
        Err(_) => status.into_response(),
    }
}

/// The problem document of a fault (RFC 9457).
pub(crate) fn problem_text(lang: Lang, request: &str, fault: &Fault) -> String {
    let said = Said::of(lang, fault);
    let mut problem = serde_json::json!({
        "type": format!("urn:mingjing:fault:{}", fault.code()),
        "title": said.title,
        "status": fault.status().as_u16(),
        "detail": said.text,
        "code": fault.code(),
        "request": request,
    });
    if let Fault::User { field: Some(field), .. } = fault {
        problem["field"] = serde_json::json!(field);
    }
    problem.to_string()
}

fn problem(visitor: &Visitor, fault: &Fault) -> Response {
    let text = problem_text(visitor.lang, &visitor.request, fault);
    let mut response = (fault.status(), text).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if matches!(fault, Fault::SignIn) {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"mingjing\""));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::minute;

    #[test]
    fn instants_are_shown_in_shanghai_to_the_minute() {
        assert_eq!(minute(0), "1970-01-01 08:00");
        assert_eq!(minute(1_751_302_740_000_000), "2025-07-01 00:59");
    }
}
