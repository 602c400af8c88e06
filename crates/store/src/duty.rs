//! Duty lists: posts and who holds them.

use crate::account::changed;
use crate::{Db, Error, Tx, on, within, written};
use mingjing_model::id::{AccountId, OfficeId};
use mingjing_model::time::Micros;

/// Something an office answers for.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Post {
    /// Its number.
    pub id: i64,
    /// The office.
    pub office_id: i64,
    /// Name of the office.
    pub office_name: String,
    /// Kind of its agency.
    pub agency: String,
    /// Its division.
    pub division: String,
    /// What is to be done.
    pub task: String,
    /// Since when nobody answers for it any longer.
    pub closed_at: Option<i64>,
    /// For optimistic locking.
    pub version: i64,
}

/// A person who answers for a post, for a time.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Holder {
    /// Its number.
    pub id: i64,
    /// The post.
    pub post_id: i64,
    /// Who.
    pub account_id: i64,
    /// The name.
    pub account_name: String,
    /// Since when that account is disabled.
    pub disabled_at: Option<i64>,
    /// In whose stead.
    pub stands_in_for: Option<i64>,
    /// The name.
    pub stands_in_for_name: Option<String>,
    /// First day.
    pub since_day: String,
    /// Last day; none: until further notice.
    pub until_day: Option<String>,
    /// For optimistic locking.
    pub version: i64,
}

/// A holder before it has a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHolder {
    /// The post.
    pub post: i64,
    /// Who.
    pub account: AccountId,
    /// In whose stead.
    pub stands_in_for: Option<AccountId>,
    /// First day.
    pub since_day: String,
    /// Last day; none: until further notice.
    pub until_day: Option<String>,
}

/// Open posts of all open offices, from the city down.
///
/// # Errors
/// The database cannot be read.
pub async fn posts(db: &Db) -> Result<Vec<Post>, Error> {
    Ok(on!(db, p => sqlx::query_as(include_str!("duty/posts.sql")).fetch_all(p).await)?)
}

/// A post.
///
/// # Errors
/// The database cannot be read.
pub async fn post(db: &Db, id: i64) -> Result<Option<Post>, Error> {
    Ok(on!(db, p => sqlx::query_as(include_str!("duty/post.sql")).bind(id).fetch_optional(p).await)?)
}

/// A new post.
///
/// # Errors
/// The database refused.
pub async fn insert_post(tx: &mut Tx, office: OfficeId, task: &str) -> Result<i64, Error> {
    const SQL: &str = include_str!("duty/insert_post.sql");
    Ok(within!(tx, c => sqlx::query_scalar(SQL).bind(office.0).bind(task).fetch_one(c).await)?)
}

/// Changes what a post is there for, closes or opens it.
///
/// # Errors
/// [`Error::Changed`]; the database refused.
pub async fn set_post(
    tx: &mut Tx,
    id: i64,
    version: i64,
    task: &str,
    closed_at: Option<Micros>,
) -> Result<(), Error> {
    changed(written!(tx, include_str!("duty/set_post.sql"), id, version, task, closed_at)?, "duty", id)
}

/// Who ever held a post, the newest first.
///
/// # Errors
/// The database cannot be read.
pub async fn holders(db: &Db, post: i64) -> Result<Vec<Holder>, Error> {
    Ok(on!(db, p => sqlx::query_as(include_str!("duty/holders.sql")).bind(post).fetch_all(p).await)?)
}

/// Who is on duty on a day, over all posts; nobody whose account is disabled.
///
/// # Errors
/// The database cannot be read.
pub async fn on_duty(db: &Db, day: &str) -> Result<Vec<Holder>, Error> {
    Ok(on!(db, p => sqlx::query_as(include_str!("duty/on_duty.sql")).bind(day).fetch_all(p).await)?)
}

/// A holder.
///
/// # Errors
/// The database cannot be read.
pub async fn holder(db: &Db, id: i64) -> Result<Option<Holder>, Error> {
    Ok(on!(db, p => sqlx::query_as(include_str!("duty/holder.sql")).bind(id).fetch_optional(p).await)?)
}

/// A person takes up a post.
///
/// # Errors
/// The database refused.
pub async fn insert_holder(tx: &mut Tx, new: &NewHolder) -> Result<i64, Error> {
    Ok(within!(tx, c => sqlx::query_scalar(include_str!("duty/insert_holder.sql"))
        .bind(new.post).bind(new.account.0).bind(new.stands_in_for.map(|id| id.0)).bind(&new.since_day)
        .bind(&new.until_day)
        .fetch_one(c).await)?)
}

/// Sets the last day of a holding; none: until further notice.
///
/// # Errors
/// [`Error::Changed`]; the database refused.
pub async fn set_until(tx: &mut Tx, id: i64, version: i64, until: Option<&str>) -> Result<(), Error> {
    changed(written!(tx, include_str!("duty/set_until.sql"), id, version, until)?, "duty_holder", id)
}

/// Takes a holding away as if it had never been; for taking back an assignment.
///
/// # Errors
/// [`Error::Changed`]; the database refused.
pub async fn delete_holder(tx: &mut Tx, id: i64, version: i64) -> Result<(), Error> {
    changed(written!(tx, include_str!("duty/delete_holder.sql"), id, version)?, "duty_holder", id)
}
