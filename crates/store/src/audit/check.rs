//! Checking and exporting the whole log. Rows stream, so memory does not grow with the log; everything is read at one
//! moment, so a running linker does not disturb.

use super::read::{Queue, head_in};
use crate::error::Error;
use crate::{Db, Tx, within};
use futures::TryStreamExt;
use mingjing_model::time::Micros;
use mingjing_verify::file::{Header, Writer};
use mingjing_verify::{Checker, Fault, Head, Link, Record, Report};
use std::io::{self, Write};

/// What a check of the database found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// About the chain and the entries.
    pub report: Report,
    /// Entries that wait for the linker: no fault, as long as it runs.
    pub queue: Queue,
}

/// Checks the whole log against itself and against heads that were kept elsewhere.
///
/// # Errors
/// The database cannot be read. Whatever is wrong with the log stands in the report.
pub async fn verify(db: &Db, heads: &[Head]) -> Result<Checked, Error> {
    let mut tx = db.snapshot().await?;
    let mut checker = Checker::new(heads);
    let checking = each(&mut tx, |link, id, record| {
        match record {
            Some(record) => checker.link(&link, Some(&record)),
            None => checker.missing(&link, &id),
        }
        Ok(())
    });
    checking.await?;
    let mut report = checker.finish();
    within!(&mut tx, c => {
        let mut rows = sqlx::query_as::<_, (String, i64)>(include_str!("unlinked.sql")).fetch(c);
        while let Some((id, at)) = rows.try_next().await? {
            report.add(Fault::Unlinked { id, at });
        }
    });
    within!(&mut tx, c => {
        let mut rows = sqlx::query_scalar::<_, String>(include_str!("waits_twice.sql")).fetch(c);
        while let Some(id) = rows.try_next().await? {
            report.add(Fault::WaitsTwice { id });
        }
    });
    Ok(Checked { report, queue: queue_in(&mut tx).await? })
}

/// Writes the whole chain as a file that `mingjing-verify` checks alone. A broken log is written as it is. Gives the
/// header.
///
/// # Errors
/// The database cannot be read, or the file not be written; what was written by then is no whole export.
pub async fn export(db: &Db, out: impl Write, now: Micros) -> Result<Header, Error> {
    let mut tx = db.snapshot().await?;
    let tx_ref = &mut tx;
    let links = within!(tx_ref, c => sqlx::query_scalar(include_str!("totals.sql")).fetch_one(c).await)?;
    let waiting = queue_in(&mut tx).await?.waiting;
    let header = Header::new(now, links, waiting, head_in(&mut tx).await?);
    let unwritten = |error: io::Error| Error::World(format!("audit export: {error}"));
    let mut writer = Writer::new(out, &header).map_err(unwritten)?;
    each(&mut tx, |link, _, record| writer.link(link, record).map_err(unwritten)).await?;
    writer.finish().map_err(unwritten)?;
    Ok(header)
}

async fn queue_in(tx: &mut Tx) -> Result<Queue, Error> {
    Ok(within!(tx, c => sqlx::query_as(include_str!("queue.sql")).fetch_one(c).await)?)
}

/// Hands over the whole chain, link after link: the link, the id of its entry, and the entry if there is one.
async fn each(
    tx: &mut Tx,
    mut to: impl FnMut(Link, String, Option<Record>) -> Result<(), Error>,
) -> Result<(), Error> {
    within!(tx, c => {
        let mut rows = sqlx::query_as::<_, ChainRow>(include_str!("chain.sql")).fetch(c);
        while let Some(row) = rows.try_next().await? {
            let (link, id, record) = row.parts();
            to(link, id, record)?;
        }
    });
    Ok(())
}

#[derive(sqlx::FromRow)]
struct ChainRow {
    seq: i64,
    hash: String,
    linked_at: i64,
    entry_id: String,
    at: Option<i64>,
    account_id: Option<i64>,
    account_name: Option<String>,
    office_id: Option<i64>,
    action: Option<String>,
    subject_kind: Option<String>,
    subject_id: Option<String>,
    division: Option<String>,
    detail: Option<String>,
    request: Option<String>,
    address: Option<String>,
}

impl ChainRow {
    /// An entry has an instant; without one there is no entry.
    fn parts(self) -> (Link, String, Option<Record>) {
        let link = Link { seq: self.seq, linked_at: self.linked_at, hash: self.hash };
        let id = self.entry_id;
        let record = self.at.map(|at| Record {
            id: id.clone(),
            at,
            account: self.account_id,
            account_name: self.account_name.unwrap_or_default(),
            office: self.office_id,
            action: self.action.unwrap_or_default(),
            subject_kind: self.subject_kind.unwrap_or_default(),
            subject_id: self.subject_id.unwrap_or_default(),
            division: self.division,
            detail: self.detail.unwrap_or_default(),
            request: self.request.unwrap_or_default(),
            address: self.address,
        });
        (link, id, record)
    }
}
