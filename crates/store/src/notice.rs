//! Notices to people. A notice is a key of `data/text` with its arguments, so that it is read in the reader's language.

use crate::error::Error;
use crate::{Db, Tx, on, within, written};
use mingjing_model::id::AccountId;
use mingjing_model::time::Micros;
use serde_json::Value;

/// Something to tell somebody.
#[derive(Clone, Debug, PartialEq)]
pub struct NewNotice {
    /// Whom.
    pub account: AccountId,
    /// Key of the sentence.
    pub text_key: String,
    /// What stands in its gaps, by name; references, never values of case data.
    pub arguments: Value,
    /// The page to go to; a path of this server.
    pub href: String,
    /// Day by which something is to be done, `2026-06-30`.
    pub due_day: Option<String>,
}

/// A notice.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Its number; the higher the newer.
    pub id: i64,
    /// What it says.
    pub notice: NewNotice,
    /// When.
    pub created_at: Micros,
    /// When it was read.
    pub read_at: Option<Micros>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    account_id: i64,
    text_key: String,
    arguments: String,
    href: String,
    due_day: Option<String>,
    created_at: i64,
    read_at: Option<i64>,
}

impl Row {
    fn notice(self) -> Result<Notice, Error> {
        let arguments = serde_json::from_str(&self.arguments)
            .map_err(|e| Error::Stored { what: "notice.arguments", why: e.to_string() })?;
        let notice = NewNotice {
            account: AccountId(self.account_id),
            text_key: self.text_key,
            arguments,
            href: self.href,
            due_day: self.due_day,
        };
        Ok(Notice { id: self.id, notice, created_at: self.created_at, read_at: self.read_at })
    }
}

/// Tells somebody something. Gives the number.
///
/// # Errors
/// The database refused.
pub async fn create(tx: &mut Tx, new: &NewNotice, now: Micros) -> Result<i64, Error> {
    Ok(within!(tx, c => sqlx::query_scalar(include_str!("notice/insert.sql"))
        .bind(new.account.0).bind(&new.text_key).bind(new.arguments.to_string()).bind(&new.href)
        .bind(&new.due_day).bind(now).fetch_one(c).await)?)
}

/// A person's notices, the newest first. The next page is below the last number of this one.
///
/// # Errors
/// The database cannot be read.
pub async fn of_account(
    db: &Db,
    account: AccountId,
    below: Option<i64>,
    most: i64,
) -> Result<Vec<Notice>, Error> {
    let rows = on!(db, p => sqlx::query_as::<_, Row>(include_str!("notice/of_account.sql"))
        .bind(account.0).bind(below.unwrap_or(i64::MAX)).bind(most).fetch_all(p).await)?;
    rows.into_iter().map(Row::notice).collect()
}

/// What a person has not read: what has a day first, by day, then the newest.
///
/// # Errors
/// The database cannot be read.
pub async fn unread(db: &Db, account: AccountId, most: i64) -> Result<Vec<Notice>, Error> {
    let rows = on!(db, p => sqlx::query_as::<_, Row>(include_str!("notice/unread.sql"))
        .bind(account.0).bind(most).fetch_all(p).await)?;
    rows.into_iter().map(Row::notice).collect()
}

/// How much a person has not read.
///
/// # Errors
/// The database cannot be read.
pub async fn unread_count(db: &Db, account: AccountId) -> Result<i64, Error> {
    Ok(on!(db, p => sqlx::query_scalar(include_str!("notice/unread_count.sql"))
        .bind(account.0).fetch_one(p).await)?)
}

/// A notice of this person.
///
/// # Errors
/// There is no such one, or the database cannot be read.
pub async fn read(db: &Db, id: i64, account: AccountId) -> Result<Notice, Error> {
    on!(db, p => sqlx::query_as::<_, Row>(include_str!("notice/read.sql"))
        .bind(id).bind(account.0).fetch_optional(p).await)?
    .ok_or_else(|| Error::Missing { kind: "notice", id: id.to_string() })?
    .notice()
}

/// The person read it. False when there is no such one or it was read before.
///
/// # Errors
/// The database refused.
pub async fn mark_read(tx: &mut Tx, id: i64, account: AccountId, now: Micros) -> Result<bool, Error> {
    Ok(written!(tx, include_str!("notice/mark.sql"), id, account.0, now)? > 0)
}

/// The person read all up to this number; later ones have not been seen yet. Gives how many.
///
/// # Errors
/// The database refused.
pub async fn mark_all_read(tx: &mut Tx, up_to: i64, account: AccountId, now: Micros) -> Result<u64, Error> {
    written!(tx, include_str!("notice/mark_all.sql"), up_to, account.0, now)
}

/// The person throws it away. False when there is no such one.
///
/// # Errors
/// The database refused.
pub async fn delete(tx: &mut Tx, id: i64, account: AccountId) -> Result<bool, Error> {
    Ok(written!(tx, include_str!("notice/delete.sql"), id, account.0)? > 0)
}

/// Throws away what was read before. Gives how many.
///
/// # Errors
/// The database refused.
pub async fn delete_read_before(tx: &mut Tx, before: Micros) -> Result<u64, Error> {
    written!(tx, include_str!("notice/delete_old.sql"), before)
}
