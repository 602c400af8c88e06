//! Writes of the API: each once by its idempotency key, each as the page would do it.

use super::Problem;
use super::again::once;
use crate::app::App;
use crate::fault::Fault;
use crate::signed::Signed;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use futures::TryStreamExt;
use mingjing_casework::analysis::{House, Refused, change, files, grounds};
use mingjing_casework::permission::{Action, Kind, Resource};
use mingjing_model::id::{AnalysisId, JobId};
use mingjing_store::analysis::{self, Analysis, Owner, Terms};
use mingjing_store::{audit, job, office};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct Done {
    /// Number of the thing.
    id: i64,
    /// Number of the job that goes on with it.
    job: Option<i64>,
}

fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(bytes).map_err(|e| Fault::User {
        code: "body",
        key: "api.wrong_body",
        arguments: vec![("why", e.to_string())],
        field: None,
    })
}

fn refused(error: Refused) -> Fault {
    match error {
        Refused::Store(error) => error.into(),
        Refused::Field { field, why } => Fault::User {
            code: "field",
            key: "fault.as_said",
            arguments: vec![("message", format!("{field}: {why}"))],
            field: Some(field),
        },
        Refused::State(why) => Fault::User {
            code: why,
            key: "fault.as_said",
            arguments: vec![("message", why.to_owned())],
            field: None,
        },
        Refused::World(why) => Fault::World(why),
    }
}

/// `POST /api/v1/jobs/{id}/cancel`.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/cancel", tag = "writes", summary = "Cancel a background job.",
    params(("id" = String, Path, description = "Number"), ("Idempotency-Key" = Option<String>, Header, description = "Done once")),
    responses((status = 202, body = Done), (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")),
    security(("bearer" = ["job:write"])))]
pub(super) async fn cancel_job(
    State(app): State<Arc<App>>,
    signed: Signed,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = JobId(id.parse().map_err(|_| Fault::NotFound)?);
    let found = job::read(&app.db, id).await?;
    let mut thing = Resource::new(Kind::Job, id);
    if let Some(office) = found.office
        && let Some(office) = office::office(&app.db, office).await?
    {
        thing = thing.held_by(&office.agency, found.division.as_deref().unwrap_or(&office.division));
    }
    thing.owner = found.account;
    signed.check_seen(&app, Action::Cancel, &thing)?;
    let deed = async {
        let mut tx = app.db.begin().await?;
        if job::cancel(&mut tx, id, Some(signed.actor.account), app.now()).await? {
            let mut entry = signed.entry("job_cancelled", Kind::Job, id);
            entry.division = found.division.clone();
            audit::append(&mut tx, &entry).await?;
        }
        tx.commit().await?;
        Ok((StatusCode::ACCEPTED, Done { id: id.0, job: None }))
    };
    once(&app, &signed, &headers, &[b"cancel", &id.0.to_le_bytes()], deed).await
}

/// The grounds of a new analysis: data declared public, or a filed case with all that follows.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewAnalysis {
    /// What it is called.
    name: String,
    /// `public` or `case`.
    kind: String,
    /// Case number.
    case_no: String,
    /// Legal basis.
    basis: String,
    /// Purpose.
    purpose: String,
    /// Who approved.
    approver: String,
    /// Last day the data may be kept, `2026-06-30`.
    retain_until: String,
}

/// `POST /api/v1/analyses`.
#[utoipa::path(post, path = "/api/v1/analyses", tag = "writes", summary = "Make a network analysis.",
    params(("Idempotency-Key" = Option<String>, Header, description = "Done once")), request_body = NewAnalysis,
    responses((status = 201, body = Done), (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")),
    security(("bearer" = ["analysis:write"])))]
pub(super) async fn create_analysis(
    State(app): State<Arc<App>>,
    signed: Signed,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Fault> {
    let new: NewAnalysis = body(&bytes)?;
    let office = office::office(&app.db, signed.actor.office).await?.ok_or(Fault::NotFound)?;
    let thing = Resource::new(Kind::Analysis, "").held_by(&office.agency, &office.division);
    signed.check(&app, Action::Create, &thing.owned_by(signed.actor.account))?;
    let deed = async {
        let form = grounds::Form {
            name: new.name,
            kind: new.kind,
            case_no: new.case_no,
            basis: new.basis,
            purpose: new.purpose,
            approver: new.approver,
            retain_until: new.retain_until,
        };
        let checked = grounds::check(&form, app.now());
        let grounds = checked.map_err(|mut wrong| wrong.pop().map_or(Fault::NotFound, refused))?;
        let owner = Owner {
            account: signed.actor.account,
            office: signed.actor.office,
            division: office.division.clone(),
        };
        let entry = signed.entry("analysis_created", Kind::Analysis, "");
        let id = change::create(&app.db, &grounds, &owner, entry).await.map_err(refused)?;
        Ok((StatusCode::CREATED, Done { id: id.0, job: None }))
    };
    once(&app, &signed, &headers, &[b"analysis", &bytes], deed).await
}

/// The analysis of an address, if the asker may do this to it.
async fn analysis(app: &App, signed: &Signed, action: Action, id: &str) -> Result<Analysis, Fault> {
    let id = AnalysisId(id.parse().map_err(|_| Fault::NotFound)?);
    let found = analysis::find(&app.db, id).await?.filter(|found| found.deleted_at.is_none());
    let found = found.ok_or(Fault::NotFound)?;
    let thing = Resource::new(Kind::Analysis, id).held_by(&found.agency, &found.division);
    let owner = mingjing_model::id::AccountId(found.account_id);
    signed.check_seen(app, action, &thing.owned_by(owner))?;
    Ok(found)
}

/// Where an upload belongs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Upload {
    /// `members` or `ledger`.
    table: String,
    /// Name of the file; its ending tells the format.
    name: String,
}

/// `POST /api/v1/analyses/{id}/files`: the bytes of the file are the body. An upload with an idempotency key is
/// known by the key, its address and its length, because the content is not kept back before it is written.
#[utoipa::path(post, path = "/api/v1/analyses/{id}/files", tag = "writes", summary = "Upload a file of an analysis.",
    params(("id" = String, Path, description = "Number"), Upload,
        ("Idempotency-Key" = Option<String>, Header, description = "Done once")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = Done), (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")),
    security(("bearer" = ["analysis:write"])))]
pub(super) async fn upload(
    State(app): State<Arc<App>>,
    signed: Signed,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(upload): Query<Upload>,
    sent: Body,
) -> Result<Response, Fault> {
    let found = analysis(&app, &signed, Action::Change, &id).await?;
    let table = match upload.table.as_str() {
        "members" => "members",
        "ledger" => "ledger",
        _ => return Err(Fault::field("table", "table", "api.no_table")),
    };
    let length = headers.get("content-length").map(|value| value.as_bytes().to_vec()).unwrap_or_default();
    let request = [b"file".as_slice(), id.as_bytes(), table.as_bytes(), upload.name.as_bytes(), &length];
    let deed = async {
        let inputs = House::new(&app.data).inputs(found.id());
        let stream = sent.into_data_stream().map_err(|e| e.to_string());
        let max = app.settings.upload_bytes_max;
        let received = files::receive(&inputs, &upload.name, max, stream).await.map_err(refused)?;
        let entry = signed.entry("analysis_file_added", Kind::Analysis, found.id);
        let who = signed.actor.account;
        change::add_file(&app.db, &found, table, received, who, entry).await.map_err(refused)?;
        Ok((StatusCode::CREATED, Done { id: found.id, job: None }))
    };
    once(&app, &signed, &headers, &request, deed).await
}

/// What decides the next run.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Run {
    /// Id of the counting policy; the analysis's own when left out.
    policy: Option<String>,
    /// Last day counted, `2026-06-30`.
    as_of: Option<String>,
    /// Accounts to report on by themselves.
    subjects: Vec<String>,
    /// The mapping file (YAML); the confirmed one when left out.
    mapping: Option<String>,
}

/// `POST /api/v1/analyses/{id}/run`.
#[utoipa::path(post, path = "/api/v1/analyses/{id}/run", tag = "writes", summary = "Count an analysis in the background.",
    params(("id" = String, Path, description = "Number"), ("Idempotency-Key" = Option<String>, Header, description = "Done once")),
    request_body = Run,
    responses((status = 202, body = Done), (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")),
    security(("bearer" = ["analysis:write"])))]
pub(super) async fn run(
    State(app): State<Arc<App>>,
    signed: Signed,
    headers: HeaderMap,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Result<Response, Fault> {
    let asked: Run = body(&bytes)?;
    let found = analysis(&app, &signed, Action::Run, &id).await?;
    let deed = async {
        let terms = Terms {
            policy: asked.policy.unwrap_or_else(|| found.policy.clone()),
            as_of: asked.as_of.or_else(|| found.as_of.clone()),
            subjects: asked.subjects,
            mapping: asked.mapping.or_else(|| found.mapping.clone()),
        };
        let entry = signed.entry("analysis_terms_set", Kind::Analysis, found.id);
        change::set_terms(&app.db, &found, found.version, &terms, entry).await.map_err(refused)?;
        let now = analysis::find(&app.db, found.id()).await?.ok_or(Fault::NotFound)?;
        let entry = signed.entry("analysis_started", Kind::Analysis, found.id);
        let job = change::start(&app.db, &now, now.version, &now.name, entry).await.map_err(refused)?;
        app.wake();
        Ok((StatusCode::ACCEPTED, Done { id: found.id, job: Some(job.0) }))
    };
    once(&app, &signed, &headers, &[b"run", id.as_bytes(), &bytes], deed).await
}
