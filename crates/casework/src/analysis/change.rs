//! What people do to an analysis: make, correct, bring files, start, cancel, delete, take back, hold, unmask. Each
//! writes its audit entry in the transaction that does it; who may, the caller has asked before.

use super::files::Received;
use super::{Refused, UNMASK_MINUTES, run};
use mingjing_model::id::{AccountId, AnalysisId, JobId, OfficeId};
use mingjing_model::time::Micros;
use mingjing_store::analysis::{self, Analysis, End, Grounds, NewFile, Owner, Terms, Unmasking};
use mingjing_store::audit::{self, Entry};
use mingjing_store::job::{self, NewJob};
use mingjing_store::{Db, Tx};
use serde_json::{Value, json};

/// The policy of a new analysis.
const POLICY: &str = "main";
const MINUTE: Micros = 60_000_000;

/// Appends the entry with what it is about.
async fn told(tx: &mut Tx, entry: Entry, found: &Analysis, detail: Value) -> Result<(), Refused> {
    let division = Some(found.division.clone());
    Ok(audit::append(tx, &Entry { division, detail, ..entry }).await?)
}

/// Makes a new analysis; gives its number. The entry's subject is filled in.
///
/// # Errors
/// The database refuses.
pub async fn create(db: &Db, grounds: &Grounds, owner: &Owner, entry: Entry) -> Result<AnalysisId, Refused> {
    let mut tx = db.begin().await?;
    let id = analysis::insert(&mut tx, grounds, POLICY, owner, entry.at).await?;
    let detail =
        json!({"case": grounds.case_no, "public": grounds.is_public, "retain_until": grounds.retain_until});
    let (subject_id, division) = (id.to_string(), Some(owner.division.clone()));
    audit::append(&mut tx, &Entry { subject_id, division, detail, ..entry }).await?;
    tx.commit().await?;
    Ok(id)
}

/// Corrects name and grounds.
///
/// # Errors
/// Changed in between, or a run is on.
pub async fn set_grounds(
    db: &Db,
    found: &Analysis,
    version: i64,
    grounds: &Grounds,
    entry: Entry,
) -> Result<(), Refused> {
    let mut tx = db.begin().await?;
    analysis::set_grounds(&mut tx, found.id(), version, grounds).await?;
    let detail = json!({
        "case": [found.case_no, grounds.case_no], "public": [found.is_public, grounds.is_public],
        "retain_until": [found.retain_until, grounds.retain_until],
    });
    told(&mut tx, entry, found, detail).await?;
    Ok(tx.commit().await?)
}

/// Enters a file that has arrived; it is removed again where that fails.
///
/// # Errors
/// A run is on; the database refuses.
pub async fn add_file(
    db: &Db,
    found: &Analysis,
    table: &'static str,
    received: Received,
    who: AccountId,
    entry: Entry,
) -> Result<(), Refused> {
    let file = NewFile {
        table,
        name: received.name.clone(),
        bytes: received.bytes,
        sha256: received.sha256.clone(),
        stored_name: received.stored_name.clone(),
    };
    let mut tx = db.begin().await?;
    let now = entry.at;
    analysis::add_file(&mut tx, found.id(), &file, who, now).await?;
    let detail = json!({"table": table, "sha256": file.sha256, "bytes": file.bytes});
    told(&mut tx, entry, found, detail).await?;
    tx.commit().await?;
    received.keep();
    Ok(())
}

/// Takes a file out again; the caller removes it from the disk afterwards.
///
/// # Errors
/// No such file; a run is on.
pub async fn remove_file(
    db: &Db,
    found: &Analysis,
    file: &analysis::File,
    entry: Entry,
) -> Result<(), Refused> {
    let mut tx = db.begin().await?;
    analysis::remove_file(&mut tx, found.id(), file.id).await?;
    told(&mut tx, entry, found, json!({"table": file.table_name, "sha256": file.sha256})).await?;
    Ok(tx.commit().await?)
}

/// Confirms mapping and terms of the next run.
///
/// # Errors
/// Changed in between, or a run is on.
pub async fn set_terms(
    db: &Db,
    found: &Analysis,
    version: i64,
    terms: &Terms,
    entry: Entry,
) -> Result<(), Refused> {
    let mut tx = db.begin().await?;
    analysis::set_terms(&mut tx, found.id(), version, terms).await?;
    let detail = json!({"policy": terms.policy, "as_of": terms.as_of, "subjects": terms.subjects.len()});
    told(&mut tx, entry, found, detail).await?;
    Ok(tx.commit().await?)
}

/// Starts a run; gives its job. `title` is what people read in the list of jobs.
///
/// # Errors
/// `no_members`, `no_mapping`; changed in between, or a run is on.
pub async fn start(
    db: &Db,
    found: &Analysis,
    version: i64,
    title: &str,
    entry: Entry,
) -> Result<JobId, Refused> {
    let files = analysis::files(db, found.id()).await?;
    if !files.iter().any(|file| file.table_name == "members") {
        return Err(Refused::State("no_members"));
    }
    if found.mapping.is_none() {
        return Err(Refused::State("no_mapping"));
    }
    let now = entry.at;
    let mut tx = db.begin().await?;
    let run = analysis::start(&mut tx, found.id(), version).await?;
    let new = NewJob {
        kind: run::KIND,
        title: title.to_owned(),
        input: json!({"analysis": found.id, "run": run}),
        idempotency_key: Some(format!("{}:{}:{run}", run::KIND, found.id)),
        account: entry.account,
        office: Some(OfficeId(found.office_id)),
        division: Some(found.division.clone()),
        subject: Some(("analysis".to_owned(), found.id.to_string())),
        not_before: now,
    };
    let job = job::enqueue(&mut tx, &new, now).await?;
    analysis::set_job(&mut tx, found.id(), job).await?;
    told(&mut tx, entry, found, json!({"run": run, "policy": found.policy, "job": job})).await?;
    tx.commit().await?;
    Ok(job)
}

/// Cancels the run: one that waits at once, one that counts when its process has ended.
///
/// # Errors
/// The database refuses.
pub async fn cancel(db: &Db, found: &Analysis, entry: Entry) -> Result<(), Refused> {
    let mut tx = db.begin().await?;
    if let Some(job) = found.job_id {
        job::cancel(&mut tx, JobId(job), entry.account, entry.at).await?;
    }
    if found.state == "waiting" {
        analysis::finished(&mut tx, found.id(), found.run, &End::Cancelled, entry.at).await?;
    }
    told(&mut tx, entry, found, json!({"run": found.run})).await?;
    Ok(tx.commit().await?)
}

/// An analysis whose run is on in name only, because its job was given up or cancelled elsewhere, is brought to the
/// end the job had. Gives whether something was changed.
///
/// # Errors
/// The database refuses.
pub async fn reconcile(db: &Db, found: &Analysis, now: Micros) -> Result<bool, Refused> {
    let (true, Some(job)) = (found.is_busy(), found.job_id) else { return Ok(false) };
    let job = job::read(db, JobId(job)).await?;
    let end = match job.state {
        job::State::Cancelled => End::Cancelled,
        job::State::Failed => {
            let message = job.error.unwrap_or_default();
            End::Failed(json!({"code": "job", "message": message}).to_string())
        }
        _ => return Ok(false),
    };
    let mut tx = db.begin().await?;
    let is_changed = analysis::finished(&mut tx, found.id(), found.run, &end, now).await?;
    tx.commit().await?;
    Ok(is_changed)
}

/// Deletes, to be taken back within [`super::UNDO_DAYS`].
///
/// # Errors
/// Changed in between, or a run is on.
pub async fn delete(
    db: &Db,
    found: &Analysis,
    version: i64,
    who: AccountId,
    entry: Entry,
) -> Result<(), Refused> {
    let mut tx = db.begin().await?;
    analysis::delete(&mut tx, found.id(), version, who, entry.at).await?;
    told(&mut tx, entry, found, json!({})).await?;
    Ok(tx.commit().await?)
}

/// Takes a deletion back.
///
/// # Errors
/// Changed in between, or destroyed.
pub async fn restore(db: &Db, found: &Analysis, version: i64, entry: Entry) -> Result<(), Refused> {
    let mut tx = db.begin().await?;
    analysis::restore(&mut tx, found.id(), version).await?;
    told(&mut tx, entry, found, json!({})).await?;
    Ok(tx.commit().await?)
}

/// Sets a legal hold with its reason, or ends it.
///
/// # Errors
/// No reason; changed in between, or destroyed.
pub async fn hold(
    db: &Db,
    found: &Analysis,
    version: i64,
    reason: Option<&str>,
    who: AccountId,
    entry: Entry,
) -> Result<(), Refused> {
    if reason.is_some_and(|reason| reason.trim().is_empty()) {
        return Err(Refused::Field { field: "reason", why: "missing" });
    }
    let mut tx = db.begin().await?;
    analysis::hold(&mut tx, found.id(), version, reason.map(str::trim), who, entry.at).await?;
    told(&mut tx, entry, found, json!({"held": reason.is_some()})).await?;
    Ok(tx.commit().await?)
}

/// Fields of a person that can be unmasked.
pub const FIELDS: [&str; 4] = ["identity", "name", "mobile", "bank_card"];

/// Lets one user see one field of one person for a while. The reason stands in the audit log, the value nowhere.
///
/// # Errors
/// No reason, or a field that is none.
pub async fn unmask(
    db: &Db,
    found: &Analysis,
    (person, field, reason): (u32, &str, &str),
    who: AccountId,
    entry: Entry,
) -> Result<(), Refused> {
    let reason = reason.trim();
    if reason.chars().count() < 4 {
        return Err(Refused::Field { field: "reason", why: "missing" });
    }
    if !FIELDS.contains(&field) {
        return Err(Refused::Field { field: "field", why: "missing" });
    }
    let new = Unmasking {
        person: person.into(),
        field: field.to_owned(),
        reason: reason.to_owned(),
        at: entry.at,
        expires_at: entry.at + UNMASK_MINUTES * MINUTE,
    };
    let mut tx = db.begin().await?;
    analysis::unmask(&mut tx, found.id(), who, &new).await?;
    let detail =
        json!({"person": format!("P{person}"), "field": field, "reason": reason, "minutes": UNMASK_MINUTES});
    told(&mut tx, entry, found, detail).await?;
    Ok(tx.commit().await?)
}

/// Enters that personal data were looked at or taken out, with references alone in `detail`.
///
/// # Errors
/// The database refuses; then nothing may be shown.
pub async fn seen(db: &Db, found: &Analysis, detail: Value, entry: Entry) -> Result<(), Refused> {
    let mut tx = db.begin().await?;
    told(&mut tx, entry, found, detail).await?;
    Ok(tx.commit().await?)
}
