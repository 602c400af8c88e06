//! Reading the audit log: the head, one entry, a thing's entries.

use crate::error::Error;
use crate::{Db, Tx, on, within};
use mingjing_model::time::Micros;
use mingjing_verify::{Head, Record};

/// A row of `audit_entry`.
#[derive(sqlx::FromRow)]
pub(crate) struct RecordRow {
    id: String,
    at: i64,
    account_id: Option<i64>,
    account_name: String,
    office_id: Option<i64>,
    action: String,
    subject_kind: String,
    subject_id: String,
    division: Option<String>,
    detail: String,
    request: String,
    address: Option<String>,
}

impl RecordRow {
    pub(crate) fn record(self) -> Record {
        Record {
            id: self.id,
            at: self.at,
            account: self.account_id,
            account_name: self.account_name,
            office: self.office_id,
            action: self.action,
            subject_kind: self.subject_kind,
            subject_id: self.subject_id,
            division: self.division,
            detail: self.detail,
            request: self.request,
            address: self.address,
        }
    }
}

fn as_head(row: Option<(i64, String, i64)>) -> Head {
    row.map_or_else(Head::start, |(seq, hash, at)| Head { seq, hash, at })
}

/// The newest link.
///
/// # Errors
/// The database cannot be read.
pub async fn head(db: &Db) -> Result<Head, Error> {
    Ok(as_head(on!(db, p => sqlx::query_as(include_str!("head.sql")).fetch_optional(p).await)?))
}

pub(crate) async fn head_in(tx: &mut Tx) -> Result<Head, Error> {
    Ok(as_head(within!(tx, c => sqlx::query_as(include_str!("head.sql")).fetch_optional(c).await)?))
}

/// Entries that wait for the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Queue {
    /// How many.
    pub waiting: i64,
    /// When the oldest of them was made.
    pub since: Option<Micros>,
}

/// The queue of the linker.
///
/// # Errors
/// The database cannot be read.
pub async fn queue(db: &Db) -> Result<Queue, Error> {
    Ok(on!(db, p => sqlx::query_as(include_str!("queue.sql")).fetch_one(p).await)?)
}

/// An entry; none when there is no such one.
///
/// # Errors
/// The database cannot be read.
pub async fn entry(db: &Db, id: &str) -> Result<Option<Record>, Error> {
    let row = on!(db, p => sqlx::query_as::<_, RecordRow>(include_str!("entry.sql"))
        .bind(id).fetch_optional(p).await)?;
    Ok(row.map(RecordRow::record))
}

/// What was done to a thing, the newest first.
///
/// # Errors
/// The database cannot be read.
pub async fn of_subject(db: &Db, kind: &str, id: &str, most: i64) -> Result<Vec<Record>, Error> {
    let rows = on!(db, p => sqlx::query_as::<_, RecordRow>(include_str!("of_subject.sql"))
        .bind(kind).bind(id).bind(most).fetch_all(p).await)?;
    Ok(rows.into_iter().map(RecordRow::record).collect())
}
