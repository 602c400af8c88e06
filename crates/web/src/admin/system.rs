//! 系统状态: does what the platform stands on hold?

use super::Page;
use super::thing::{Cell, Row, Table, Thing};
use crate::app::App;
use crate::fault::Fault;
use crate::look::write::{minute, number};
use crate::look::{Mark, Tone};
use crate::signed::Signed;
use crate::words::Lang;
use axum::extract::State;
use axum::response::Response;
use mingjing_model::time::Micros;
use mingjing_store::{audit, job, migrate};
use std::sync::Arc;

/// An entry that waits longer than this for the chain is a fault: the linker looks five times a second.
const CHAIN_MAX: Micros = 60_000_000;
/// A job that is due and waits longer than this is a fault: no runner is there, or it has too much to do.
const QUEUE_MAX: Micros = 600_000_000;
/// Without a heartbeat for this long a running job is stuck.
const HEARTBEAT_MAX: Micros = 60_000_000;

/// One thing that was looked at.
#[derive(Clone, Debug)]
pub struct Check {
    /// What.
    pub name: &'static str,
    /// What was found.
    pub found: String,
    /// Is it well?
    pub is_well: bool,
}

/// All checks. What cannot be looked at is a fault, not an error: the page must come up when the rest is down.
pub async fn checks(app: &App, lang: Lang) -> Vec<Check> {
    let name = |key: &str| lang.t(&format!("admin.system.{key}"));
    let failed = |key: &str, error: &dyn std::fmt::Display| Check {
        name: name(key),
        found: error.to_string(),
        is_well: false,
    };
    let kind = if app.db.is_postgres() { "PostgreSQL" } else { "SQLite" };
    let shape = lang.f("admin.system.shape", &[("kind", &kind), ("n", &migrate::newest())]);
    let mut all = vec![Check { name: name("database"), found: shape, is_well: true }];
    all.push(match audit::read::queue(&app.db).await {
        Ok(queue) => {
            let age = queue.since.map_or(0, |since| app.now().saturating_sub(since));
            let found = lang
                .f("admin.system.waiting", &[("n", &number(queue.waiting)), ("seconds", &(age / 1_000_000))]);
            Check { name: name("chain"), found, is_well: age <= CHAIN_MAX }
        }
        Err(error) => failed("chain", &error),
    });
    all.push(match audit::read::head(&app.db).await {
        Ok(head) => Check {
            name: name("head"),
            found: lang.f("admin.system.head_at", &[("n", &number(head.seq)), ("hash", &head.hash)]),
            is_well: true,
        },
        Err(error) => failed("head", &error),
    });
    let now = app.now();
    all.push(match job::counts(&app.db, now, now - HEARTBEAT_MAX).await {
        Ok(counts) => {
            let age = counts.due_since.map_or(0, |since| now.saturating_sub(since));
            let numbers: [(&str, &dyn std::fmt::Display); 4] = [
                ("due", &counts.due),
                ("running", &counts.running),
                ("stuck", &counts.stuck),
                ("failed", &counts.failed),
            ];
            let is_well = age <= QUEUE_MAX && counts.stuck == 0;
            Check { name: name("queue"), found: lang.f("admin.system.queue_of", &numbers), is_well }
        }
        Err(error) => failed("queue", &error),
    });
    // What cannot be written is found before somebody's upload finds it.
    let probe = app.data.join(".write-probe");
    let written = tokio::fs::write(&probe, b"").await;
    let removed = tokio::fs::remove_file(&probe).await;
    all.push(match written.and(removed) {
        Ok(()) => Check { name: name("data"), found: app.data.display().to_string(), is_well: true },
        Err(error) => failed("data", &format!("{}: {error}", app.data.display())),
    });
    all.push(Check { name: name("key"), found: app.keys.fingerprint(), is_well: true });
    all
}

/// `GET /admin/system`.
///
/// # Errors
/// The template cannot be written out.
pub async fn show(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Fault> {
    let lang = signed.lang;
    let row = |check: Check| {
        let mark = match check.is_well {
            true => Mark::new(lang.t("admin.system.well"), "circle-check", Tone::Good),
            false => Mark::new(lang.t("admin.system.wrong"), "alert-circle", Tone::Overdue),
        };
        Row { cells: vec![Cell::text(check.name), Cell::mark(mark), Cell::text(check.found)], deed: None }
    };
    let rows = checks(&app, lang).await.into_iter().map(row).collect();
    let table = Table {
        id: "checks",
        title: lang
            .f("admin.system.at", &[("at", &minute(app.now())), ("version", &env!("CARGO_PKG_VERSION"))]),
        note: String::new(),
        empty: "",
        heads: ["admin.system.check", "admin.field.state", "admin.system.found"]
            .map(|key| lang.t(key))
            .to_vec(),
        rows,
    };
    let thing = Thing { tables: vec![table], ..Thing::default() };
    Page::new(&app, &signed, "/admin/system", "admin.system").await.show(thing)
}
