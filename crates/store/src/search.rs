//! Saved and shared searches.

use crate::error::Error;
use crate::{Db, Tx, on, within, written};
use mingjing_model::id::{AccountId, OfficeId};
use mingjing_model::time::Micros;

/// What a kept search holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSearch {
    /// Whose it is.
    pub account: AccountId,
    /// Shared with this office; none with everybody.
    pub office: Option<OfficeId>,
    /// Name of the list.
    pub list: String,
    /// What people call it.
    pub name: String,
    /// The query part of the list's address.
    pub query: String,
    /// May others use it?
    pub is_shared: bool,
}

/// A kept search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// Its number.
    pub id: i64,
    /// Name of whose it is.
    pub account_name: String,
    /// What it holds.
    pub search: NewSearch,
    /// When it was kept.
    pub created_at: Micros,
    /// For the next change.
    pub version: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    account_id: i64,
    account_name: String,
    office_id: Option<i64>,
    list: String,
    name: String,
    query: String,
    is_shared: bool,
    created_at: i64,
    version: i64,
}

impl From<Row> for Search {
    fn from(row: Row) -> Search {
        Search {
            id: row.id,
            account_name: row.account_name,
            search: NewSearch {
                account: AccountId(row.account_id),
                office: row.office_id.map(OfficeId),
                list: row.list,
                name: row.name,
                query: row.query,
                is_shared: row.is_shared,
            },
            created_at: row.created_at,
            version: row.version,
        }
    }
}

/// Keeps a search. Gives its number.
///
/// # Errors
/// The database refused.
pub async fn create(tx: &mut Tx, new: &NewSearch, now: Micros) -> Result<i64, Error> {
    Ok(within!(tx, c => sqlx::query_scalar(include_str!("search/insert.sql"))
        .bind(new.account.0).bind(new.office.map(|id| id.0)).bind(&new.list).bind(&new.name).bind(&new.query)
        .bind(new.is_shared).bind(now).fetch_one(c).await)?)
}

/// A kept search.
///
/// # Errors
/// There is no such one, or the database cannot be read.
pub async fn read(db: &Db, id: i64) -> Result<Search, Error> {
    on!(db, p => sqlx::query_as::<_, Row>(include_str!("search/read.sql")).bind(id).fetch_optional(p).await)?
        .map(Search::from)
        .ok_or_else(|| Error::Missing { kind: "saved_search", id: id.to_string() })
}

/// The searches of a list that a person may use: own ones, and those shared with everybody or with the office.
///
/// # Errors
/// The database cannot be read.
pub async fn of_list(
    db: &Db,
    list: &str,
    account: AccountId,
    office: OfficeId,
) -> Result<Vec<Search>, Error> {
    let rows = on!(db, p => sqlx::query_as::<_, Row>(include_str!("search/of_list.sql"))
        .bind(list).bind(account.0).bind(office.0).fetch_all(p).await)?;
    Ok(rows.into_iter().map(Search::from).collect())
}

/// Changes name, query and whom it is shared with; owner and list stay.
///
/// # Errors
/// [`Error::Changed`] when somebody changed or deleted it in between; the database refused.
pub async fn change(tx: &mut Tx, id: i64, version: i64, to: &NewSearch) -> Result<(), Error> {
    let office = to.office.map(|id| id.0);
    let sql = include_str!("search/update.sql");
    changed(written!(tx, sql, id, version, &to.name, &to.query, to.is_shared, office)?, id)
}

/// Forgets it.
///
/// # Errors
/// [`Error::Changed`] when somebody changed or deleted it in between; the database refused.
pub async fn delete(tx: &mut Tx, id: i64, version: i64) -> Result<(), Error> {
    changed(written!(tx, include_str!("search/delete.sql"), id, version)?, id)
}

fn changed(rows: u64, id: i64) -> Result<(), Error> {
    if rows > 0 { Ok(()) } else { Err(Error::Changed { kind: "saved_search", id: id.to_string() }) }
}
