//! Sessions of the browser.
//!
//! Kept under the SHA-256 of the cookie's value, so that whoever reads the database cannot sign in with what he
//! finds. What `data` holds is the web's business.

use crate::error::Error;
use crate::{Db, Tx, on, written};
use mingjing_model::id::AccountId;
use mingjing_model::time::Micros;

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie's value, hexadecimal.
    pub token_hash: String,
    /// Who is signed in; none before.
    pub account: Option<AccountId>,
    /// JSON of the web.
    pub data: String,
    /// When it began.
    pub created_at: Micros,
    /// When it was used last.
    pub seen_at: Micros,
    /// Until when it holds, that instant excluded.
    pub expires_at: Micros,
    /// Network address of the client.
    pub address: Option<String>,
    /// The browser, as it names itself.
    pub agent: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    token_hash: String,
    account_id: Option<i64>,
    data: String,
    created_at: i64,
    seen_at: i64,
    expires_at: i64,
    address: Option<String>,
    agent: Option<String>,
}

impl From<Row> for Session {
    fn from(row: Row) -> Session {
        Session {
            token_hash: row.token_hash,
            account: row.account_id.map(AccountId),
            data: row.data,
            created_at: row.created_at,
            seen_at: row.seen_at,
            expires_at: row.expires_at,
            address: row.address,
            agent: row.agent,
        }
    }
}

/// Writes a session, new or again; when it began stays as it was.
///
/// # Errors
/// The database refused.
pub async fn put(tx: &mut Tx, session: &Session) -> Result<(), Error> {
    written!(
        tx,
        include_str!("session/put.sql"),
        &session.token_hash,
        session.account.map(|id| id.0),
        &session.data,
        session.created_at,
        session.seen_at,
        session.expires_at,
        &session.address,
        &session.agent,
    )
    .map(drop)
}

/// A session that still holds.
///
/// # Errors
/// The database cannot be read.
pub async fn read(db: &Db, token_hash: &str, now: Micros) -> Result<Option<Session>, Error> {
    let row = on!(db, p => sqlx::query_as::<_, Row>(include_str!("session/read.sql"))
        .bind(token_hash).bind(now).fetch_optional(p).await)?;
    Ok(row.map(Session::from))
}

/// A session was used: it holds until `expires_at`. False when it holds no longer.
///
/// # Errors
/// The database refused.
pub async fn touch(tx: &mut Tx, token_hash: &str, now: Micros, expires_at: Micros) -> Result<bool, Error> {
    Ok(written!(tx, include_str!("session/touch.sql"), token_hash, now, expires_at)? > 0)
}

/// A person's sessions that still hold, the last used first.
///
/// # Errors
/// The database cannot be read.
pub async fn of_account(db: &Db, account: AccountId, now: Micros) -> Result<Vec<Session>, Error> {
    let rows = on!(db, p => sqlx::query_as::<_, Row>(include_str!("session/of_account.sql"))
        .bind(account.0).bind(now).fetch_all(p).await)?;
    Ok(rows.into_iter().map(Session::from).collect())
}

/// Ends a session. False when there was none.
///
/// # Errors
/// The database refused.
pub async fn delete(tx: &mut Tx, token_hash: &str) -> Result<bool, Error> {
    Ok(written!(tx, include_str!("session/delete.sql"), token_hash)? > 0)
}

/// Ends a person's sessions, all or all but one. Gives how many.
///
/// # Errors
/// The database refused.
pub async fn delete_of_account(tx: &mut Tx, account: AccountId, but: Option<&str>) -> Result<u64, Error> {
    written!(tx, include_str!("session/delete_of_account.sql"), account.0, but)
}

/// Removes sessions that hold no longer. Gives how many.
///
/// # Errors
/// The database refused.
pub async fn delete_expired(tx: &mut Tx, now: Micros) -> Result<u64, Error> {
    written!(tx, include_str!("session/delete_expired.sql"), now)
}
