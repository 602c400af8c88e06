//! Roles that people hold in offices, each for a time.

use super::changed;
use crate::{Db, Error, Tx, on, within, written};
use mingjing_model::id::{AccountId, OfficeId};
use mingjing_model::time::Micros;

/// A role that is held today: what a person acts as.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Post {
    /// The role's word.
    pub role: String,
    /// The office.
    pub office_id: i64,
    /// Kind of its agency.
    pub agency: String,
    /// Its division.
    pub division: String,
}

/// A role held or once held.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Grant {
    /// Its number.
    pub id: i64,
    /// Who holds it.
    pub account_id: i64,
    /// The holder's name.
    pub account_name: String,
    /// The role's word.
    pub role: String,
    /// The office.
    pub office_id: i64,
    /// Name of the office.
    pub office_name: String,
    /// Kind of its agency.
    pub agency: String,
    /// Its division.
    pub division: String,
    /// First day.
    pub since_day: String,
    /// Last day; none: until taken back.
    pub until_day: Option<String>,
    /// Who granted it; none: on the command line.
    pub granted_by: Option<i64>,
    /// The name of who did.
    pub granted_by_name: Option<String>,
    /// When.
    pub granted_at: i64,
    /// Who took it back.
    pub revoked_by: Option<i64>,
    /// When.
    pub revoked_at: Option<i64>,
    /// For optimistic locking.
    pub version: i64,
}

impl Grant {
    /// Is it held on a day, or from a later day on?
    pub fn is_open(&self, day: &str) -> bool {
        self.revoked_at.is_none() && self.until_day.as_deref().is_none_or(|until| until >= day)
    }
}

/// A role before it is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGrant {
    /// Who is to hold it.
    pub account: AccountId,
    /// The role's word.
    pub role: String,
    /// In which office.
    pub office: OfficeId,
    /// First day.
    pub since_day: String,
    /// Last day; none: until taken back.
    pub until_day: Option<String>,
}

/// The roles a person holds on a day, in open offices.
///
/// # Errors
/// The database cannot be read.
pub async fn posts(db: &Db, account: AccountId, day: &str) -> Result<Vec<Post>, Error> {
    Ok(on!(db, p => sqlx::query_as(include_str!("posts.sql")).bind(account.0).bind(day).fetch_all(p).await)?)
}

/// All roles a person ever held, the newest first.
///
/// # Errors
/// The database cannot be read.
pub async fn grants(db: &Db, account: AccountId) -> Result<Vec<Grant>, Error> {
    Ok(on!(db, p => sqlx::query_as(include_str!("grants.sql")).bind(account.0).fetch_all(p).await)?)
}

/// One role held.
///
/// # Errors
/// The database cannot be read.
pub async fn grant(db: &Db, id: i64) -> Result<Option<Grant>, Error> {
    Ok(on!(db, p => sqlx::query_as(include_str!("grant.sql")).bind(id).fetch_optional(p).await)?)
}

/// Grants a role.
///
/// # Errors
/// The database refused.
pub async fn insert_grant(
    tx: &mut Tx,
    new: &NewGrant,
    by: Option<AccountId>,
    now: Micros,
) -> Result<i64, Error> {
    Ok(within!(tx, c => sqlx::query_scalar(include_str!("insert_grant.sql"))
        .bind(new.account.0).bind(&new.role).bind(new.office.0).bind(&new.since_day).bind(&new.until_day)
        .bind(by.map(|id| id.0)).bind(now)
        .fetch_one(c).await)?)
}

/// Takes a role back (`at` is given) or lets it be held again.
///
/// # Errors
/// [`Error::Changed`]; the database refused.
pub async fn set_revoked(
    tx: &mut Tx,
    id: i64,
    version: i64,
    by: Option<AccountId>,
    at: Option<Micros>,
) -> Result<(), Error> {
    let rows = written!(tx, include_str!("set_revoked.sql"), id, version, by.map(|id| id.0), at)?;
    changed(rows, "role_grant", id)
}

/// How many people who may sign in hold a role on a day.
///
/// # Errors
/// The database cannot be read.
pub async fn holders(db: &Db, role: &str, day: &str) -> Result<i64, Error> {
    Ok(on!(db, p => sqlx::query_scalar(include_str!("holders.sql")).bind(role).bind(day).fetch_one(p).await)?)
}
