//! The REST API under `/api/v1` and its description.
//!
//! The same policies as the pages; a bearer token besides only within its scopes. Faults are problem documents.

mod again;
mod docs;
mod lists;
mod own;
mod resources;
pub mod rows;
mod writes;

use crate::routes::Routes;
use axum::Json;
use axum::http::Method;
use mingjing_casework::permission::{Action, Kind};
use serde::Serialize;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

/// A fault (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:mingjing:fault:` and the code.
    r#type: String,
    /// In a few words.
    title: String,
    /// Status of the answer.
    status: u16,
    /// What to do.
    detail: String,
    /// Stable code.
    code: String,
    /// Id of the request, as it stands in the log.
    request: String,
    /// The field that is wrong.
    field: Option<String>,
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Mingjing 明镜", description = "The API of the platform against pyramid selling."),
    paths(
        own::me, own::notices,
        lists::divisions, lists::agencies, lists::offices, lists::accounts, lists::duty, lists::jobs, lists::analyses,
        lists::audit, lists::division, lists::office, lists::account, lists::job, lists::analysis,
        writes::cancel_job, writes::create_analysis, writes::upload, writes::run
    ),
    modifiers(&Bearer)
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = openapi.components.get_or_insert_with(Default::default);
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The description of the API.
pub fn description() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// The routes.
pub fn routes() -> Routes {
    let get = Method::GET;
    let post = Method::POST;
    Routes::new()
        .account(get.clone(), "/api/v1/me", own::me)
        .account(get.clone(), "/api/v1/notices", own::notices)
        .page(get.clone(), "/api/v1/divisions", Action::List, Kind::Division, lists::divisions)
        .page(get.clone(), "/api/v1/divisions/{id}", Action::Read, Kind::Division, lists::division)
        .page(get.clone(), "/api/v1/agencies", Action::List, Kind::Agency, lists::agencies)
        .page(get.clone(), "/api/v1/offices", Action::List, Kind::Office, lists::offices)
        .page(get.clone(), "/api/v1/offices/{id}", Action::Read, Kind::Office, lists::office)
        .page(get.clone(), "/api/v1/accounts", Action::List, Kind::Account, lists::accounts)
        .page(get.clone(), "/api/v1/accounts/{id}", Action::Read, Kind::Account, lists::account)
        .page(get.clone(), "/api/v1/duty", Action::List, Kind::Duty, lists::duty)
        .page(get.clone(), "/api/v1/jobs", Action::List, Kind::Job, lists::jobs)
        .page(get.clone(), "/api/v1/jobs/{id}", Action::Read, Kind::Job, lists::job)
        .page(post.clone(), "/api/v1/jobs/{id}/cancel", Action::Cancel, Kind::Job, writes::cancel_job)
        .page(get.clone(), "/api/v1/analyses", Action::List, Kind::Analysis, lists::analyses)
        .page(post.clone(), "/api/v1/analyses", Action::Create, Kind::Analysis, writes::create_analysis)
        .page(get.clone(), "/api/v1/analyses/{id}", Action::Read, Kind::Analysis, lists::analysis)
        .long(post.clone(), "/api/v1/analyses/{id}/files", Action::Change, Kind::Analysis, writes::upload)
        .page(post, "/api/v1/analyses/{id}/run", Action::Run, Kind::Analysis, writes::run)
        .page(get.clone(), "/api/v1/audit", Action::List, Kind::Audit, lists::audit)
        .open(get.clone(), "/api/v1/openapi.json", openapi)
        .account(get, "/api/docs", docs::page)
}

/// `GET /api/v1/openapi.json`.
async fn openapi() -> Json<utoipa::openapi::OpenApi> {
    Json(description())
}
