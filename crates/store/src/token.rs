//! Tokens of the API, and answers kept by idempotency key.
//!
//! A token is kept as the SHA-256 of its text only; the text is shown once, by `casework::people`.

use crate::{Db, Error, Tx, on, within, written};
use mingjing_model::id::AccountId;
use mingjing_model::time::Micros;

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub account: AccountId,
    /// What its holder calls it.
    pub name: String,
    /// What it may be used for, such as `analysis:read`.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Micros,
    /// Until when it holds, that instant excluded.
    pub expires_at: Micros,
    /// When it was used last, to the minute.
    pub last_used_at: Option<Micros>,
    /// Since when it holds no longer.
    pub revoked_at: Option<Micros>,
}

/// A token before it has a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// Whose it is.
    pub account: AccountId,
    /// What its holder calls it.
    pub name: String,
    /// SHA-256 of its text, hexadecimal.
    pub token_hash: String,
    /// What it may be used for; no blanks within.
    pub scopes: Vec<String>,
    /// Until when it holds.
    pub expires_at: Micros,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    account_id: i64,
    name: String,
    scopes: String,
    created_at: i64,
    expires_at: i64,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl From<Row> for Token {
    fn from(row: Row) -> Token {
        Token {
            id: row.id,
            account: AccountId(row.account_id),
            name: row.name,
            scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// What is known of a write by idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It is new: do it, then [`finish`].
    New,
    /// It was done: answer this again.
    Answered {
        /// Status of the answer.
        status: u16,
        /// Its body.
        body: String,
    },
    /// It is being done by another request.
    Busy,
    /// The key was used for another request: the user's fault.
    Other,
}

/// A new token.
///
/// # Errors
/// The database refused.
pub async fn insert(tx: &mut Tx, new: &NewToken, now: Micros) -> Result<i64, Error> {
    Ok(within!(tx, c => sqlx::query_scalar(include_str!("token/insert.sql"))
        .bind(new.account.0).bind(&new.name).bind(&new.token_hash).bind(new.scopes.join(" ")).bind(now)
        .bind(new.expires_at)
        .fetch_one(c).await)?)
}

/// The token of a hash, if it holds and its holder may sign in.
///
/// # Errors
/// The database cannot be read.
pub async fn by_hash(db: &Db, token_hash: &str, now: Micros) -> Result<Option<Token>, Error> {
    let row = on!(db, p => sqlx::query_as::<_, Row>(include_str!("token/by_hash.sql"))
        .bind(token_hash).bind(now).fetch_optional(p).await)?;
    Ok(row.map(Token::from))
}

/// A token.
///
/// # Errors
/// The database cannot be read.
pub async fn find(db: &Db, id: i64) -> Result<Option<Token>, Error> {
    let row = on!(db, p => sqlx::query_as::<_, Row>(include_str!("token/find.sql"))
        .bind(id).fetch_optional(p).await)?;
    Ok(row.map(Token::from))
}

/// All tokens of a person, the newest first.
///
/// # Errors
/// The database cannot be read.
pub async fn of_account(db: &Db, account: AccountId) -> Result<Vec<Token>, Error> {
    let rows = on!(db, p => sqlx::query_as::<_, Row>(include_str!("token/of_account.sql"))
        .bind(account.0).fetch_all(p).await)?;
    Ok(rows.into_iter().map(Token::from).collect())
}

/// A token was used; written at most once a minute.
///
/// # Errors
/// The database refused.
pub async fn used(tx: &mut Tx, id: i64, now: Micros) -> Result<(), Error> {
    written!(tx, include_str!("token/used.sql"), id, now).map(drop)
}

/// A token holds no longer. False: it was revoked before.
///
/// # Errors
/// The database refused.
pub async fn revoke(tx: &mut Tx, id: i64, now: Micros) -> Result<bool, Error> {
    Ok(written!(tx, include_str!("token/revoke.sql"), id, now)? == 1)
}

/// No token of a person holds any longer. Gives how many did.
///
/// # Errors
/// The database refused.
pub async fn revoke_all(tx: &mut Tx, account: AccountId, now: Micros) -> Result<u64, Error> {
    written!(tx, include_str!("token/revoke_all.sql"), account.0, now)
}

/// A write begins under an idempotency key. One that ended without an answer before `given_up` is begun again.
///
/// Call it in a transaction of its own, before the write, so that others see it.
///
/// # Errors
/// The database refused.
pub async fn begin(
    tx: &mut Tx,
    account: AccountId,
    key: &str,
    request_hash: &str,
    now: Micros,
    given_up: Micros,
) -> Result<Begun, Error> {
    if written!(tx, include_str!("token/begin_answer.sql"), account.0, key, request_hash, now)? == 1 {
        return Ok(Begun::New);
    }
    if written!(tx, include_str!("token/retry.sql"), account.0, key, request_hash, now, given_up)? == 1 {
        return Ok(Begun::New);
    }
    let (hash, status, body, _): (String, Option<i64>, Option<String>, i64) = within!(tx, c => sqlx::query_as(include_str!("token/answer.sql"))
            .bind(account.0).bind(key).fetch_one(c).await)?;
    Ok(match (hash == request_hash, status) {
        (false, _) => Begun::Other,
        (true, None) => Begun::Busy,
        (true, Some(status)) => Begun::Answered {
            status: u16::try_from(status)
                .map_err(|e| Error::Stored { what: "api_answer.status", why: e.to_string() })?,
            body: body.unwrap_or_default(),
        },
    })
}

/// Keeps the answer of a write, in the transaction that does it.
///
/// # Errors
/// The database refused.
pub async fn finish(
    tx: &mut Tx,
    account: AccountId,
    key: &str,
    status: u16,
    body: &str,
) -> Result<(), Error> {
    written!(tx, include_str!("token/set_answer.sql"), account.0, key, i64::from(status), body).map(drop)
}

/// Answers from before an instant are no longer kept. Gives how many.
///
/// # Errors
/// The database refused.
pub async fn forget_answers(tx: &mut Tx, before: Micros) -> Result<u64, Error> {
    written!(tx, include_str!("token/forget_answers.sql"), before)
}
