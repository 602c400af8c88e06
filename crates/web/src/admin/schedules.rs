//! 定时任务: what comes round, paused and resumed.

use super::Page;
use super::thing::{Cell, Deed, Row, Table, Thing};
use crate::app::App;
use crate::fault::Fault;
use crate::look::write::minute;
use crate::look::{Flash, Mark, Tone};
use crate::signed::Signed;
use crate::words::Lang;
use axum::extract::{Path, State};
use axum::response::Response;
use mingjing_casework::permission::{Action, Kind, Resource};
use mingjing_store::{audit, job};
use std::sync::Arc;

/// `GET /admin/schedules`.
///
/// # Errors
/// The database cannot be read.
pub async fn list(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    let lang = signed.lang;
    let may_change = signed.could(&app, Action::Change, Kind::Schedule);
    let rows = job::schedule::all(&app.db).await?.into_iter().map(|schedule| {
        let (deed, label) = match schedule.is_paused {
            true => ("resume", lang.t("admin.button.resume")),
            false => ("pause", lang.t("admin.button.pause")),
        };
        let mark = match schedule.is_paused {
            true => Mark::new(lang.t("admin.schedules.paused"), "circle-minus", Tone::Due),
            false => Mark::new(lang.t("admin.schedules.active"), "circle-check", Tone::Good),
        };
        let name = lang.sentence(&format!("admin.schedules.name_{}", schedule.name));
        let next = if schedule.is_paused { "—".to_owned() } else { minute(schedule.next_at) };
        Row {
            cells: vec![
                Cell::text(name.unwrap_or(&schedule.name)),
                Cell::text(every(lang, schedule.every_seconds)),
                Cell::text(next),
                Cell::mark(mark),
            ],
            deed: may_change.then(|| Deed::new(label, format!("/admin/schedules/{}/{deed}", schedule.name))),
        }
    });
    let heads =
        ["title", "every", "next", "state"].map(|name| lang.t(&format!("admin.field.{name}"))).to_vec();
    let table = Table {
        id: "schedules",
        title: lang.t("admin.schedules.title").to_owned(),
        note: String::new(),
        empty: lang.t("admin.schedules.empty"),
        heads,
        rows: rows.collect(),
    };
    let thing = Thing { tables: vec![table], ..Thing::default() };
    Page::new(&app, &signed, "/admin/schedules", "admin.schedules").await.show(thing)
}

/// `POST /admin/schedules/{name}/pause`.
///
/// # Errors
/// There is no such one; they may not; the database refused.
pub async fn pause(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(name): Path<String>,
) -> Result<Response, Fault> {
    set(&app, &signed, &name, true).await
}

/// `POST /admin/schedules/{name}/resume`.
///
/// # Errors
/// There is no such one; they may not; the database refused.
pub async fn resume(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(name): Path<String>,
) -> Result<Response, Fault> {
    set(&app, &signed, &name, false).await
}

async fn set(app: &App, signed: &Signed, name: &str, is_paused: bool) -> Result<Response, Fault> {
    signed.check(app, Action::Change, &Resource::new(Kind::Schedule, name))?;
    let mut tx = app.db.begin().await?;
    if !job::schedule::pause(&mut tx, name, is_paused).await? {
        return Err(Fault::NotFound);
    }
    let (action, said, inverse) = match is_paused {
        true => ("pause", "admin.done.paused", "resume"),
        false => ("resume", "admin.done.resumed", "pause"),
    };
    audit::append(&mut tx, &signed.entry(action, Kind::Schedule, name)).await?;
    tx.commit().await?;
    Ok(Flash::new(said).undo(format!("/admin/schedules/{name}/{inverse}")).to("/admin/schedules"))
}

/// A time between two runs, in the largest unit that fits.
fn every(lang: Lang, seconds: i64) -> String {
    let units = [(86_400, "days"), (3_600, "hours"), (60, "minutes")];
    let fitting = units.into_iter().find(|(unit, _)| seconds >= *unit && seconds % unit == 0);
    let (unit, name) = fitting.unwrap_or((1, "seconds"));
    lang.f(&format!("admin.schedules.{name}"), &[("n", &(seconds / unit))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_is_said_in_the_largest_unit_that_fits() {
        let said = |seconds| every(Lang::Zh, seconds);
        assert_eq!(said(86_400), "每 1 天");
        assert_eq!(said(5_400), "每 90 分钟");
        assert_eq!(said(45), "每 45 秒");
    }
}
