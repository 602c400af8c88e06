//! The list of background jobs that one may see.

use super::bulk::{BulkAction, Done, On};
use super::{Column, Filter, Show, Spec};
use crate::app::App;
use crate::fault::Fault;
use crate::look::{Section, Shell};
use crate::signed::Signed;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use futures::future::BoxFuture;
use mingjing_casework::permission::{Action, Columns, Kind, Resource};
use mingjing_model::id::JobId;
use mingjing_store::{audit, job, list, office};
use std::sync::Arc;

/// The list.
pub static LIST: Spec = Spec {
    name: "jobs",
    path: "/jobs",
    source: &list::JOBS,
    columns: &[
        Column::new("title", Show::Long),
        Column::new("state", Show::State),
        Column::new("account_name", Show::Text),
        Column::new("office_name", Show::Text),
        Column::new("created_at", Show::Moment),
        Column::new("finished_at", Show::Moment),
        Column::new("id", Show::Number).extra(),
        Column::new("done_steps", Show::Number).extra().unsorted(),
        Column::new("all_steps", Show::Number).extra().unsorted(),
        Column::new("started_at", Show::Moment).extra(),
        Column::new("error", Show::Long).extra().unsorted(),
    ],
    filters: &[
        Filter::OneOf("state", &["waiting", "running", "done", "failed", "cancelled"], "look.state"),
        Filter::Contains("account_name"),
        Filter::Contains("office_name"),
        Filter::Moments("created_at"),
        Filter::Mine("owner"),
    ],
    words: &["title", "account_name", "office_name"],
    sort: ("created_at", true),
    kind: Kind::Job,
    scope: Columns { agency: Some("agency"), division: Some("division"), owner: Some("owner") },
    href: |row| format!("/jobs/{}", row.number("id").unwrap_or_default()),
    text: "list.job",
    actions: &[&Cancel],
    label: "title",
};

/// `GET /jobs`.
///
/// # Errors
/// The database cannot be read.
pub async fn page(
    State(app): State<Arc<App>>,
    signed: Signed,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let shell = Shell::new(&app, &signed, Section::Jobs, "list.jobs.title").await.lead("list.jobs");
    super::show(&app, &signed, &LIST, query.as_deref(), shell).await
}

/// Stops jobs that wait or run.
struct Cancel;

impl BulkAction for Cancel {
    fn name(&self) -> &'static str {
        "cancel"
    }

    fn action(&self) -> Action {
        Action::Cancel
    }

    fn is_grave(&self) -> bool {
        true
    }

    fn run<'a>(&'a self, on: &'a On, id: &'a str) -> BoxFuture<'a, Result<Done, Fault>> {
        Box::pin(async move {
            let id: i64 = id.parse().map_err(|_| Fault::NotFound)?;
            // All jobs are chosen, and this one is among them.
            if JobId(id) == on.job {
                return Ok(Done::Nothing("list.job.itself"));
            }
            let found = job::read(&on.db, JobId(id)).await?;
            let mut resource = Resource::new(Kind::Job, id);
            resource.owner = found.account;
            resource.division = found.division.clone();
            if let Some(office_id) = found.office {
                resource.agency = office::office(&on.db, office_id).await?.map(|office| office.agency);
            }
            on.check(Action::Cancel, &resource)?;
            let mut tx = on.db.begin().await?;
            if !job::cancel(&mut tx, JobId(id), Some(on.actor.account), on.now()).await? {
                return Ok(Done::Nothing("list.job.over"));
            }
            audit::append(&mut tx, &on.entry("job_cancel", Kind::Job, &id.to_string())).await?;
            tx.commit().await?;
            Ok(Done::Done)
        })
    }
}
