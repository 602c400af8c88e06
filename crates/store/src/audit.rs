//! Entries of the audit log and the links that chain them.
//!
//! An entry is written in the transaction that does the thing, so there is neither a deed without an entry nor an
//! entry without its deed. Writers do not touch the chain; [`link`] does, see docs/adr/0003.

pub mod check;
pub mod link;
pub mod read;

use crate::error::Error;
use crate::{Tx, within};
use mingjing_model::id::{AccountId, OfficeId};
use mingjing_model::time::Micros;
use mingjing_verify::Record;

/// One thing that is done, before it has an id.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When.
    pub at: Micros,
    /// Who; none for the program itself and for sign-ins that failed.
    pub account: Option<AccountId>,
    /// The name as it is now.
    pub account_name: String,
    /// In which office.
    pub office: Option<OfficeId>,
    /// What, such as `sign_in`.
    pub action: String,
    /// To what kind of thing.
    pub subject_kind: String,
    /// To which one.
    pub subject_id: String,
    /// Division code the thing belongs to; who may see the entry hangs on it.
    pub division: Option<String>,
    /// Names and references only; never identity numbers, phones or other values of case data.
    pub detail: serde_json::Value,
    /// Id of the request or the job.
    pub request: String,
    /// Network address of the client.
    pub address: Option<String>,
}

impl Entry {
    /// The record as it is stored and hashed. Texts lose NUL, which PostgreSQL cannot store: a strange name must
    /// not keep a deed out of the log.
    fn record(&self, id: String) -> Record {
        let clean = |text: &str| text.replace('\0', "\u{fffd}");
        Record {
            id,
            at: self.at,
            account: self.account.map(|id| id.0),
            account_name: clean(&self.account_name),
            office: self.office.map(|id| id.0),
            action: clean(&self.action),
            subject_kind: clean(&self.subject_kind),
            subject_id: clean(&self.subject_id),
            division: self.division.as_deref().map(clean),
            detail: self.detail.to_string(),
            request: clean(&self.request),
            address: self.address.as_deref().map(clean),
        }
    }
}

/// Writes an entry in the transaction that does the thing.
///
/// # Errors
/// The database refused; the transaction must not be committed.
pub async fn append(tx: &mut Tx, entry: &Entry) -> Result<(), Error> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|e| Error::World(format!("the system's random numbers: {e}")))?;
    let record = entry.record(format!("{:016x}{}", entry.at, hex::encode(random)));
    within!(tx, c => sqlx::query(include_str!("audit/insert.sql"))
        .bind(&record.id).bind(record.at).bind(record.account).bind(&record.account_name).bind(record.office)
        .bind(&record.action).bind(&record.subject_kind).bind(&record.subject_id).bind(&record.division)
        .bind(&record.detail).bind(&record.request).bind(&record.address)
        .execute(c).await.map(drop))?;
    within!(tx, c => sqlx::query(include_str!("audit/wait.sql")).bind(&record.id).execute(c).await.map(drop))?;
    Ok(())
}
