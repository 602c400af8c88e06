//! People who sign in: accounts, recovery codes, roles they hold.
//!
//! Holds hashes and sealed secrets as they are stored; what they mean is the business of `casework::sign_in`.

mod grant;

pub use grant::{Grant, NewGrant, Post, grant, grants, holders, insert_grant, posts, set_revoked};

use crate::{Db, Error, Tx, on, within, written};
use mingjing_model::id::{AccountId, OfficeId};
use mingjing_model::time::Micros;

/// An account with the office it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Account {
    /// Its number.
    pub id: i64,
    /// The name its holder signs in by, folded.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The office.
    pub office_id: i64,
    /// Name of the office.
    pub office_name: String,
    /// Kind of the office's agency.
    pub agency: String,
    /// Division of the office.
    pub division: String,
    /// Office telephone.
    pub telephone: Option<String>,
    /// `zh-CN` or `en`.
    pub language: String,
    /// `auto`, `light`, `dark`.
    pub theme: String,
    /// Argon2id in PHC form; none for people of a directory.
    pub password_hash: Option<String>,
    /// When the password was set.
    pub password_changed_at: Option<i64>,
    /// Must it be changed at the next sign-in?
    pub must_change_password: bool,
    /// Sealed secret of the second factor.
    pub totp_sealed: Option<String>,
    /// Step of the last code that was used.
    pub totp_last_step: Option<i64>,
    /// Since when there is a second factor.
    pub totp_since: Option<i64>,
    /// Subject in the city's directory.
    pub directory_subject: Option<String>,
    /// Failed sign-ins in a row.
    pub failures: i64,
    /// Until when sign-ins are refused.
    pub locked_until: Option<i64>,
    /// Since when the account is disabled.
    pub disabled_at: Option<i64>,
    /// Why.
    pub disabled_reason: Option<String>,
    /// When it was made.
    pub created_at: i64,
    /// For optimistic locking.
    pub version: i64,
}

impl Account {
    /// Its number.
    pub fn id(&self) -> AccountId {
        AccountId(self.id)
    }

    /// The office it belongs to.
    pub fn office(&self) -> OfficeId {
        OfficeId(self.office_id)
    }
}

/// An account before it has a number. Its password must be changed at the first sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    /// The folded login.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The office.
    pub office: OfficeId,
    /// Office telephone.
    pub telephone: Option<String>,
    /// `zh-CN` or `en`.
    pub language: String,
    /// Hash of the first password.
    pub password_hash: Option<String>,
}

/// What those who look after an account change.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Care {
    /// The person's name.
    pub name: String,
    /// The office.
    pub office: OfficeId,
    /// Office telephone.
    pub telephone: Option<String>,
    /// Subject in the city's directory.
    pub directory_subject: Option<String>,
    /// Since when it is disabled.
    pub disabled_at: Option<Micros>,
    /// Why.
    pub disabled_reason: Option<String>,
}

/// What a person changes of the own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Office telephone.
    pub telephone: Option<String>,
    /// `zh-CN` or `en`.
    pub language: String,
    /// `auto`, `light`, `dark`.
    pub theme: String,
}

/// What decides a sign-in, read while the row is held.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Held {
    /// Failed sign-ins in a row.
    pub failures: i64,
    /// Until when sign-ins are refused.
    pub locked_until: Option<i64>,
    /// Since when the account is disabled.
    pub disabled_at: Option<i64>,
    /// The password's hash.
    pub password_hash: Option<String>,
    /// The sealed second factor.
    pub totp_sealed: Option<String>,
}

pub(crate) fn changed(rows: u64, kind: &'static str, id: impl ToString) -> Result<(), Error> {
    if rows == 1 { Ok(()) } else { Err(Error::Changed { kind, id: id.to_string() }) }
}

/// An account.
///
/// # Errors
/// The database cannot be read.
pub async fn find(db: &Db, id: AccountId) -> Result<Option<Account>, Error> {
    const SQL: &str = include_str!("account/find.sql");
    Ok(on!(db, p => sqlx::query_as(SQL).bind(id.0).fetch_optional(p).await)?)
}

/// The account as the transaction sees it.
///
/// # Errors
/// The database cannot be read.
pub async fn find_in(tx: &mut Tx, id: AccountId) -> Result<Option<Account>, Error> {
    const SQL: &str = include_str!("account/find.sql");
    Ok(within!(tx, c => sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?)
}

/// The account of a folded login.
///
/// # Errors
/// The database cannot be read.
pub async fn by_login(db: &Db, login: &str) -> Result<Option<Account>, Error> {
    const SQL: &str = include_str!("account/by_login.sql");
    Ok(on!(db, p => sqlx::query_as(SQL).bind(login).fetch_optional(p).await)?)
}

/// The account of a subject in the city's directory.
///
/// # Errors
/// The database cannot be read.
pub async fn by_subject(db: &Db, subject: &str) -> Result<Option<Account>, Error> {
    const SQL: &str = include_str!("account/by_subject.sql");
    Ok(on!(db, p => sqlx::query_as(SQL).bind(subject).fetch_optional(p).await)?)
}

/// All accounts, by login. For the command line; pages list by [`crate::list`].
///
/// # Errors
/// The database cannot be read.
pub async fn all(db: &Db) -> Result<Vec<Account>, Error> {
    Ok(on!(db, p => sqlx::query_as(include_str!("account/all.sql")).fetch_all(p).await)?)
}

/// The accounts that belong to an office, by login.
///
/// # Errors
/// The database cannot be read.
pub async fn of_office(db: &Db, office: OfficeId) -> Result<Vec<Account>, Error> {
    const SQL: &str = include_str!("account/of_office.sql");
    Ok(on!(db, p => sqlx::query_as(SQL).bind(office.0).fetch_all(p).await)?)
}

/// A new account.
///
/// # Errors
/// [`Error::Taken`] for the login; the database refused.
pub async fn insert(tx: &mut Tx, new: &NewAccount, now: Micros) -> Result<AccountId, Error> {
    let id: i64 = within!(tx, c => sqlx::query_scalar(include_str!("account/insert.sql"))
        .bind(&new.login).bind(&new.name).bind(new.office.0).bind(&new.telephone).bind(&new.language)
        .bind(&new.password_hash).bind(now)
        .fetch_one(c).await)?;
    Ok(AccountId(id))
}

/// Changes what those who look after an account may change.
///
/// # Errors
/// [`Error::Changed`], [`Error::Taken`] for the directory's subject; the database refused.
pub async fn update(tx: &mut Tx, id: AccountId, version: i64, care: &Care) -> Result<(), Error> {
    let rows = written!(
        tx,
        include_str!("account/update.sql"),
        id.0,
        version,
        &care.name,
        care.office.0,
        &care.telephone,
        &care.directory_subject,
        care.disabled_at,
        &care.disabled_reason,
    )?;
    changed(rows, "account", id)
}

/// Changes what a person may change of the own account.
///
/// # Errors
/// [`Error::Changed`]; the database refused.
pub async fn set_profile(tx: &mut Tx, id: AccountId, version: i64, profile: &Profile) -> Result<(), Error> {
    let Profile { telephone, language, theme } = profile;
    let rows =
        written!(tx, include_str!("account/set_profile.sql"), id.0, version, telephone, language, theme)?;
    changed(rows, "account", id)
}

/// Sets a password; failures and lock are over.
///
/// # Errors
/// The database refused.
pub async fn set_password(
    tx: &mut Tx,
    id: AccountId,
    hash: &str,
    now: Micros,
    must_change: bool,
) -> Result<(), Error> {
    written!(tx, include_str!("account/set_password.sql"), id.0, hash, now, must_change).map(drop)
}

/// Keeps the same password by another hash, unless it was changed in between.
///
/// # Errors
/// The database refused.
pub async fn rehash(tx: &mut Tx, id: AccountId, old: &str, new: &str) -> Result<(), Error> {
    written!(tx, include_str!("account/rehash.sql"), id.0, old, new).map(drop)
}

/// Holds the account's row until the transaction ends, so that attempts to sign in are counted one by one.
///
/// # Errors
/// [`Error::Missing`]; the database refused.
pub async fn hold(tx: &mut Tx, id: AccountId) -> Result<Held, Error> {
    let held = within!(tx, c => sqlx::query_as(include_str!("account/hold.sql"))
        .bind(id.0).fetch_optional(c).await)?;
    held.ok_or_else(|| Error::Missing { kind: "account", id: id.to_string() })
}

/// Writes failed sign-ins in a row and the lock they led to.
///
/// # Errors
/// The database refused.
pub async fn set_failures(
    tx: &mut Tx,
    id: AccountId,
    failures: i64,
    locked_until: Option<Micros>,
) -> Result<(), Error> {
    written!(tx, include_str!("account/set_failures.sql"), id.0, failures, locked_until).map(drop)
}

/// Sets a second factor with the step of the code that confirmed it, or takes it away.
///
/// # Errors
/// The database refused.
pub async fn set_totp(
    tx: &mut Tx,
    id: AccountId,
    sealed: Option<&str>,
    step: Option<i64>,
    now: Micros,
) -> Result<(), Error> {
    let since = sealed.map(|_| now);
    written!(tx, include_str!("account/set_totp.sql"), id.0, sealed, step, since).map(drop)
}

/// Uses up a code of the second factor by its step. False: this or a later one was used before.
///
/// # Errors
/// The database refused.
pub async fn use_step(tx: &mut Tx, id: AccountId, step: i64) -> Result<bool, Error> {
    Ok(written!(tx, include_str!("account/use_step.sql"), id.0, step)? == 1)
}

/// Replaces all recovery codes by these, given as hashes.
///
/// # Errors
/// The database refused.
pub async fn set_codes(tx: &mut Tx, id: AccountId, hashes: &[String]) -> Result<(), Error> {
    written!(tx, include_str!("account/delete_codes.sql"), id.0)?;
    for hash in hashes {
        written!(tx, include_str!("account/insert_code.sql"), id.0, hash)?;
    }
    Ok(())
}

/// Uses up a recovery code by its hash. False: there is none, or it was used before.
///
/// # Errors
/// The database refused.
pub async fn use_code(tx: &mut Tx, id: AccountId, hash: &str, now: Micros) -> Result<bool, Error> {
    Ok(written!(tx, include_str!("account/use_code.sql"), id.0, hash, now)? > 0)
}

/// How many recovery codes are left, as the transaction sees it.
///
/// # Errors
/// The database cannot be read.
pub async fn codes_left_in(tx: &mut Tx, id: AccountId) -> Result<i64, Error> {
    const SQL: &str = include_str!("account/codes_left.sql");
    Ok(within!(tx, c => sqlx::query_scalar(SQL).bind(id.0).fetch_one(c).await)?)
}

/// How many recovery codes are left.
///
/// # Errors
/// The database cannot be read.
pub async fn codes_left(db: &Db, id: AccountId) -> Result<i64, Error> {
    const SQL: &str = include_str!("account/codes_left.sql");
    Ok(on!(db, p => sqlx::query_scalar(SQL).bind(id.0).fetch_one(p).await)?)
}
