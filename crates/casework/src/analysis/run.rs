//! A run: the job that has an analysis counted, from its files and confirmed mapping to a result directory.
//!
//! Idempotent: a run that a killed server left is begun anew into the same place, which holds the earlier results
//! or the new ones, never half of them. A run that is not wanted any longer does nothing.

use super::process::{self, Ended, Said};
use super::{House, Program};
use crate::job::{Ctx, Failure, Work};
use futures::future::BoxFuture;
use mingjing_model::id::AnalysisId;
use mingjing_model::money::parse_yuan;
use mingjing_store::analysis::{self, Analysis, End, Figures, File};
use mingjing_store::audit::{self, Entry};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// The kind of the job.
pub const KIND: &str = "network_analysis";
/// How often a run asks whether another one, of a server that died, has ended.
const WAITS_MAX: u32 = 60;

/// Has analyses counted.
pub struct Analyse {
    /// Where the files lie.
    pub house: House,
    /// What counts.
    pub program: Program,
}

impl Work for Analyse {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run<'a>(&'a self, job: &'a Ctx) -> BoxFuture<'a, Result<Value, Failure>> {
        Box::pin(self.work(job))
    }
}

impl Analyse {
    async fn work(&self, job: &Ctx) -> Result<Value, Failure> {
        let (id, run) = asked(job)?;
        if !begun(job, id, run).await? {
            return Ok(json!({"skipped": true}));
        }
        let Some(found) = analysis::find(job.db(), id).await? else {
            return Ok(json!({"skipped": true}));
        };
        let files = analysis::files(job.db(), id).await?;
        let ended = self.count(job, &found, &files).await;
        let (end, outcome) = match ended {
            Ok(Ended::Done(summary)) => (End::Done(figures(&summary)), Ok(json!({"run": run}))),
            Ok(Ended::Said(said)) => failed(said),
            Err(said) => failed(said),
            Ok(Ended::Stopped) if !is_cancelled(job).await? => return Err(Failure::Cancelled),
            Ok(Ended::Stopped) => {
                forget_half(&self.house, id);
                (End::Cancelled, Err(Failure::Cancelled))
            }
        };
        ended_as(job, &found, &end).await?;
        outcome
    }

    async fn count(&self, job: &Ctx, found: &Analysis, files: &[File]) -> Result<Ended, Said> {
        let folder = self.house.of(found.id());
        let world = |e: &dyn std::fmt::Display| Said {
            code: "world".to_owned(),
            message: format!("系统未能完成读写，请检查磁盘与权限。\n{}: {e}", folder.display()),
        };
        fs::create_dir_all(&folder).map_err(|e| world(&e))?;
        let mapping = folder.join("mapping.yaml");
        fs::write(&mapping, found.mapping.as_deref().unwrap_or_default()).map_err(|e| world(&e))?;
        let arguments = arguments(&self.house, found, files, &mapping);
        for _ in 0..WAITS_MAX {
            let ended = process::run(&self.program, &folder, &arguments, job).await.map_err(|e| world(&e))?;
            // The process of a server that was killed a moment ago may still be on its way out.
            let is_in_use =
                matches!(&ended, Ended::Said(said) if said.message.contains("another run is writing here"));
            if !is_in_use {
                return Ok(ended);
            }
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
                () = job.cancelled() => return Ok(Ended::Stopped),
            }
        }
        Err(world(&"another run is writing here"))
    }
}

fn failed(said: Said) -> (End, Result<Value, Failure>) {
    let first = said.message.lines().next().unwrap_or_default().to_owned();
    (End::Failed(said.json()), Err(Failure::Final(first)))
}

/// Number of the analysis and of the run.
fn asked(job: &Ctx) -> Result<(AnalysisId, i64), Failure> {
    let number = |key: &str| job.input()[key].as_i64();
    match (number("analysis"), number("run")) {
        (Some(id), Some(run)) => Ok((AnalysisId(id), run)),
        _ => Err(Failure::Final("the job names no run of an analysis".to_owned())),
    }
}

async fn begun(job: &Ctx, id: AnalysisId, run: i64) -> Result<bool, Failure> {
    let mut tx = job.db().begin().await?;
    let is_wanted = analysis::running(&mut tx, id, run).await?;
    tx.commit().await?;
    Ok(is_wanted)
}

/// Was it a user who wanted it to stop, and not the end of the server?
pub(super) async fn is_cancelled(job: &Ctx) -> Result<bool, Failure> {
    Ok(mingjing_store::job::read(job.db(), job.id()).await?.cancel_requested_at.is_some())
}

/// What a process that was killed may have left beside the results.
fn forget_half(house: &House, id: AnalysisId) {
    // The next run empties it too.
    let _ = fs::remove_dir_all(house.of(id).join(".out.partial"));
}

async fn ended_as(job: &Ctx, found: &Analysis, end: &End) -> Result<(), Failure> {
    let (action, detail) = match end {
        End::Done(figures) => (
            "analysis.done",
            json!({"run": found.run, "accounts": figures.accounts, "persons": figures.persons}),
        ),
        End::Failed(said) => {
            let code = serde_json::from_str::<Value>(said).map_or(Value::Null, |said| said["code"].clone());
            ("analysis.failed", json!({"run": found.run, "code": code}))
        }
        End::Cancelled => ("analysis.cancelled", json!({"run": found.run})),
    };
    let now = job.clock().now();
    let mut tx = job.db().begin().await?;
    if analysis::finished(&mut tx, found.id(), found.run, end, now).await? {
        audit::append(&mut tx, &entry(job, found, action, detail)).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// An entry of what a job did by itself.
pub(super) fn entry(job: &Ctx, found: &Analysis, action: &str, detail: Value) -> Entry {
    Entry {
        at: job.clock().now(),
        account: job.account(),
        account_name: "mingjing".to_owned(),
        office: job.office(),
        action: action.to_owned(),
        subject_kind: "analysis".to_owned(),
        subject_id: found.id.to_string(),
        division: Some(found.division.clone()),
        detail,
        request: format!("job-{}", job.id()),
        address: None,
    }
}

/// The main figures of a summary; what is missing or too large is 0 or unknown, the results have it.
fn figures(summary: &Value) -> Figures {
    let figures = &summary["figures"];
    let number = |key: &str| figures[key].as_i64().unwrap_or(0);
    Figures {
        accounts: number("accounts"),
        persons: number("persons"),
        levels: number("person_levels"),
        paid_in_fen: figures["paid_in"].as_str().and_then(|text| parse_yuan(text).ok()),
    }
}

/// The command line of a run. Values stand behind `=`, so that none is taken for an option.
fn arguments(house: &House, found: &Analysis, files: &[File], mapping: &Path) -> Vec<OsString> {
    let mut all: Vec<OsString> = vec!["network".into(), "analyze".into()];
    let inputs = house.inputs(found.id());
    for table in ["members", "ledger"] {
        for file in files.iter().filter(|file| file.table_name == table) {
            all.push(with_value(table, inputs.join(&file.stored_name).as_os_str()));
        }
    }
    all.push(with_value("out", house.results(found.id()).as_os_str()));
    all.push("--replace".into());
    all.push(with_value("mapping", mapping.as_os_str()));
    all.push(with_value("policy", found.policy.as_ref()));
    if let Some(day) = &found.as_of {
        all.push(with_value("as-of", day.as_ref()));
    }
    for account in found.subjects() {
        all.push(with_value("subject", account.as_ref()));
    }
    if found.is_public {
        all.push("--public".into());
        return all;
    }
    let grounds = [
        ("case", &found.case_no),
        ("basis", &found.basis),
        ("purpose", &found.purpose),
        ("approver", &found.approver),
        ("retain-until", &found.retain_until),
    ];
    all.extend(
        grounds.iter().map(|(name, value)| with_value(name, value.as_deref().unwrap_or_default().as_ref())),
    );
    all
}

fn with_value(option: &str, value: &std::ffi::OsStr) -> OsString {
    let mut text = OsString::from(format!("--{option}="));
    text.push(value);
    text
}
