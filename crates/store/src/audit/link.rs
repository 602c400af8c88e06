//! The linker: gives waiting entries their places in the chain, a batch in one transaction.
//!
//! Any number of servers may call [`link`] at any time: on PostgreSQL an advisory lock that ends with the
//! transaction lets one of them work and sends the others away; on SQLite there is one writer anyway. Number and
//! entry of a link are unique besides, so a second chain cannot arise even without the lock.

use super::read::{RecordRow, head, head_in};
use crate::error::Error;
use crate::{Db, Tx, on, within};
use mingjing_model::time::Micros;
use mingjing_verify::Head;
use mingjing_verify::record::hash;

/// Chains up to `most` waiting entries, the oldest first. Gives how many, and the head after them.
///
/// 0 with a head means nothing waits; none means that another server is chaining just now.
///
/// # Errors
/// The database refused; nothing of the batch stays.
pub async fn link(db: &Db, now: Micros, most: i64) -> Result<Option<(usize, Head)>, Error> {
    if !on!(db, p => sqlx::query_scalar(include_str!("is_waiting.sql")).fetch_one(p).await)? {
        return Ok(Some((0, head(db).await?)));
    }
    let mut tx = db.begin().await?;
    if let Tx::Postgres(inner) = &mut tx {
        let sql = include_str!("lock_postgres.sql");
        if !sqlx::query_scalar::<_, bool>(sql).fetch_one(&mut **inner).await? {
            return Ok(None);
        }
    }
    let tx_ref = &mut tx;
    let rows = within!(tx_ref, c => sqlx::query_as::<_, RecordRow>(include_str!("waiting.sql"))
        .bind(most).fetch_all(c).await)?;
    let mut head = head_in(&mut tx).await?;
    if rows.is_empty() {
        return Ok(Some((0, head)));
    }
    let count = rows.len();
    let links: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let record = row.record();
            let seq = head.seq + 1;
            head = Head { seq, hash: hash(&head.hash, seq, now, &record.canonical()), at: now };
            serde_json::json!([seq, record.id, head.hash, now])
        })
        .collect();
    let links = serde_json::Value::Array(links).to_string();
    let statements = match &tx {
        Tx::Sqlite(_) => [include_str!("link_sqlite.sql"), include_str!("linked_sqlite.sql")],
        Tx::Postgres(_) => [include_str!("link_postgres.sql"), include_str!("linked_postgres.sql")],
    };
    for sql in statements {
        let tx = &mut tx;
        within!(tx, c => sqlx::query(sql).bind(&links).execute(c).await.map(drop))?;
    }
    tx.commit().await?;
    Ok(Some((count, head)))
}
