//! What can stand in the way of an answer, by whose fault it is, and how it is shown.
//!
//! A handler returns a [`Fault`]; as a response it is bare. [`dress::dress`] around all routes knows who asks and
//! in which language, and makes the page of it, or `application/problem+json` under `/api`.

pub mod dress;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mingjing_casework::permission::{Action, Kind, Role};
use mingjing_model::time::Micros;

/// Why a request has no answer.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Nobody is signed in: pages lead to the sign-in, the API answers 401.
    SignIn,
    /// There is no such thing, or none the asker may know of.
    NotFound,
    /// The asker may not.
    Forbidden {
        /// What was asked for.
        action: Action,
        /// On which kind of thing.
        kind: Kind,
        /// Roles that could.
        roles: Vec<Role>,
    },
    /// The bearer token lacks a scope: 403.
    Scope {
        /// The scope it needs.
        scope: String,
    },
    /// The request cannot be carried out as it is: 400, or 422 with a field.
    User {
        /// Stable code for machines.
        code: &'static str,
        /// Key of the sentence.
        key: &'static str,
        /// What is filled into the sentence.
        arguments: Vec<(&'static str, String)>,
        /// Name of the field that is wrong.
        field: Option<&'static str>,
    },
    /// Somebody else changed it in between: 409.
    Conflict {
        /// Name of who changed it; empty if not known.
        who: String,
        /// When; 0 if not known.
        when: Micros,
        /// What changed, in words.
        what: String,
    },
    /// The form does not come from our own page: 403.
    Forged,
    /// The path has no such method: 405.
    Method,
    /// The body is larger than allowed: 413.
    Large {
        /// Bytes allowed.
        bytes_max: u64,
    },
    /// Too many attempts: 429.
    Many {
        /// Seconds until the next may be made.
        seconds: u64,
    },
    /// It took too long: 503.
    Slow,
    /// The world's or ours: 500, logged once with the request's id, never shown.
    World(String),
}

impl Fault {
    /// The user's, without field and arguments.
    pub fn user(code: &'static str, key: &'static str) -> Fault {
        Fault::User { code, key, arguments: Vec::new(), field: None }
    }

    /// The user's, about one field.
    pub fn field(field: &'static str, code: &'static str, key: &'static str) -> Fault {
        Fault::User { code, key, arguments: Vec::new(), field: Some(field) }
    }

    /// The status that is answered.
    pub fn status(&self) -> StatusCode {
        match self {
            Fault::SignIn => StatusCode::UNAUTHORIZED,
            Fault::NotFound => StatusCode::NOT_FOUND,
            Fault::Forbidden { .. } | Fault::Scope { .. } | Fault::Forged => StatusCode::FORBIDDEN,
            Fault::User { field: None, .. } => StatusCode::BAD_REQUEST,
            Fault::User { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Fault::Conflict { .. } => StatusCode::CONFLICT,
            Fault::Method => StatusCode::METHOD_NOT_ALLOWED,
            Fault::Large { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Fault::Many { .. } => StatusCode::TOO_MANY_REQUESTS,
            Fault::Slow => StatusCode::SERVICE_UNAVAILABLE,
            Fault::World(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The stable code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Fault::SignIn => "sign_in",
            Fault::NotFound => "not_found",
            Fault::Forbidden { .. } => "forbidden",
            Fault::Scope { .. } => "scope",
            Fault::User { code, .. } => code,
            Fault::Conflict { .. } => "conflict",
            Fault::Forged => "forged",
            Fault::Method => "method",
            Fault::Large { .. } => "too_large",
            Fault::Many { .. } => "too_many",
            Fault::Slow => "slow",
            Fault::World(_) => "world",
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<mingjing_store::Error> for Fault {
    fn from(error: mingjing_store::Error) -> Fault {
        use mingjing_store::Error;
        match error {
            Error::Missing { .. } => Fault::NotFound,
            Error::Changed { kind, .. } => {
                Fault::Conflict { who: String::new(), when: 0, what: kind.to_owned() }
            }
            Error::Taken(_) => Fault::user("taken", "fault.taken"),
            error => {
                let text = error.to_string();
                // NUL, which PostgreSQL cannot hold: nobody types it by accident.
                match text.contains("invalid byte sequence for encoding") {
                    true => Fault::user("malformed", "fault.malformed"),
                    false => Fault::World(text),
                }
            }
        }
    }
}

impl From<mingjing_casework::people::Error> for Fault {
    fn from(error: mingjing_casework::people::Error) -> Fault {
        use mingjing_casework::people::Error;
        match error {
            Error::Forbidden { action, kind } => Fault::Forbidden { action, kind, roles: Vec::new() },
            Error::Refused { code, field, message } => Fault::User {
                code,
                key: "fault.as_said",
                arguments: vec![("message", message)],
                field: Some(field).filter(|field| !field.is_empty()),
            },
            Error::Changed { kind, who, at, .. } => {
                Fault::Conflict { who: who.unwrap_or_default(), when: at.unwrap_or_default(), what: kind }
            }
            Error::Missing { .. } => Fault::NotFound,
            Error::Store(error) => error.into(),
            Error::World(why) => Fault::World(why),
        }
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Fault {
        Fault::World(error.to_string())
    }
}
