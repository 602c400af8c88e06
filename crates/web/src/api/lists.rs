//! Lists and single things of the API, all by one machine: filter, order, cursor, within the asker's scope.

use super::Problem;
use super::resources::{self as of, Resource};
use super::rows::{self, SIZE_MAX, Wanted};
use crate::app::App;
use crate::fault::Fault;
use crate::signed::Signed;
use axum::Json;
use axum::extract::{Path, Query, State};
use mingjing_casework::permission::{Action, Kind};
use mingjing_store::list::{Filter, Kind as ColumnKind, Value};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Rows of a page when no number is given.
const SIZE: usize = 50;

/// What a list is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// A text that is sought.
    q: Option<String>,
    /// A column to order by, with `-` before it from the largest down.
    sort: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Rows of a page.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageOf<T> {
    /// The rows.
    items: Vec<T>,
    /// The cursor of the next page; none on the last.
    next: Option<String>,
}

impl<T> PageOf<T> {
    /// A list that has one page.
    pub(super) fn all(items: Vec<T>) -> PageOf<T> {
        PageOf { items, next: None }
    }
}

async fn list<T: DeserializeOwned>(
    app: &App,
    signed: &Signed,
    resource: &Resource,
    asked: Asked,
) -> Result<Json<PageOf<T>>, Fault> {
    let size = asked.limit.map_or(SIZE, |limit| limit as usize);
    if !(1..=SIZE_MAX).contains(&size) {
        return Err(Fault::field("limit", "limit", "api.wrong_limit"));
    }
    let sought = asked.q.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let filters = sought.map(|text| {
        Filter::Contains(resource.sought.iter().map(|column| (*column).to_owned()).collect(), text.to_owned())
    });
    let wanted = Wanted {
        filters: filters.into_iter().collect(),
        sort: asked.sort.unwrap_or_else(|| resource.sort.to_owned()),
        cursor: asked.cursor,
        size,
    };
    let scope = signed.scope(app, Action::List, resource.kind);
    let found = rows::page(&app.db, resource.source, &scope, &resource.columns, wanted).await?;
    if matches!(resource.kind, Kind::Account | Kind::Audit) {
        let mut entry = signed.entry("api_listed", resource.kind, "");
        entry.detail = serde_json::json!({"q": sought, "rows": found.items.len()});
        let mut tx = app.db.begin().await?;
        mingjing_store::audit::append(&mut tx, &entry).await?;
        tx.commit().await?;
    }
    let items = found.items.into_iter().map(typed).collect::<Result<_, _>>()?;
    Ok(Json(PageOf { items, next: found.next }))
}

async fn one<T: DeserializeOwned>(
    app: &App,
    signed: &Signed,
    resource: &Resource,
    id: &str,
) -> Result<Json<T>, Fault> {
    let column = resource.source.column(resource.source.id)?;
    let id = match column.kind {
        ColumnKind::Number => Value::Number(id.parse().map_err(|_| Fault::NotFound)?),
        _ => Value::Text(id.to_owned()),
    };
    let filters = vec![Filter::OneOf(column.key.to_owned(), vec![id])];
    let wanted = Wanted { filters, sort: resource.source.id.to_owned(), cursor: None, size: 1 };
    let scope = signed.scope(app, Action::Read, resource.kind);
    let found = rows::page(&app.db, resource.source, &scope, &resource.columns, wanted).await?;
    let row = found.items.into_iter().next().ok_or(Fault::NotFound)?;
    Ok(Json(typed(row)?))
}

fn typed<T: DeserializeOwned>(row: serde_json::Map<String, serde_json::Value>) -> Result<T, Fault> {
    serde_json::from_value(row.into())
        .map_err(|e| Fault::World(format!("a row does not fit the description: {e}")))
}

macro_rules! lists {
    ($($name:ident, $path:literal, $resource:path, $item:path, $scope:literal, $what:literal;)+) => {$(
        #[doc = $what]
        #[utoipa::path(get, path = $path, tag = "lists", summary = $what, params(Asked),
            responses(
                (status = 200, body = PageOf<$item>),
                (status = 401, body = Problem, content_type = "application/problem+json"),
                (status = 403, body = Problem, content_type = "application/problem+json"),
                (status = 422, body = Problem, content_type = "application/problem+json")),
            security(("bearer" = [$scope])))]
        pub(super) async fn $name(
            State(app): State<Arc<App>>,
            signed: Signed,
            Query(asked): Query<Asked>,
        ) -> Result<Json<PageOf<$item>>, Fault> {
            list(&app, &signed, &$resource, asked).await
        }
    )+};
}

lists! {
    divisions, "/api/v1/divisions", of::DIVISIONS, of::Division, "division:read", "Divisions.";
    agencies, "/api/v1/agencies", of::AGENCIES, of::Agency, "agency:read", "Agencies.";
    offices, "/api/v1/offices", of::OFFICES, of::Office, "office:read", "Offices.";
    accounts, "/api/v1/accounts", of::ACCOUNTS, of::Account, "account:read", "Accounts of people.";
    duty, "/api/v1/duty", of::DUTY, of::Duty, "duty:read", "Duty lists.";
    jobs, "/api/v1/jobs", of::JOB_LIST, of::Job, "job:read", "Background jobs.";
    analyses, "/api/v1/analyses", of::ANALYSIS_LIST, of::Analysis, "analysis:read", "Network analyses.";
    audit, "/api/v1/audit", of::AUDIT, of::Entry, "audit:read", "Entries of the audit log.";
}

macro_rules! ones {
    ($($name:ident, $path:literal, $resource:path, $item:path, $scope:literal, $what:literal;)+) => {$(
        #[doc = $what]
        #[utoipa::path(get, path = $path, tag = "things", summary = $what, params(("id" = String, Path, description = "Number or code")),
            responses(
                (status = 200, body = $item),
                (status = 401, body = Problem, content_type = "application/problem+json"),
                (status = 403, body = Problem, content_type = "application/problem+json"),
                (status = 404, body = Problem, content_type = "application/problem+json")),
            security(("bearer" = [$scope])))]
        pub(super) async fn $name(
            State(app): State<Arc<App>>,
            signed: Signed,
            Path(id): Path<String>,
        ) -> Result<Json<$item>, Fault> {
            one(&app, &signed, &$resource, &id).await
        }
    )+};
}

ones! {
    division, "/api/v1/divisions/{id}", of::DIVISIONS, of::Division, "division:read", "A division.";
    office, "/api/v1/offices/{id}", of::OFFICES, of::Office, "office:read", "An office.";
    account, "/api/v1/accounts/{id}", of::ACCOUNTS, of::Account, "account:read", "An account.";
    job, "/api/v1/jobs/{id}", of::JOB_LIST, of::Job, "job:read", "A background job.";
    analysis, "/api/v1/analyses/{id}", of::ANALYSIS_LIST, of::Analysis, "analysis:read", "A network analysis.";
}
