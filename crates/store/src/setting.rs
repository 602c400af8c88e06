//! Settings that are changed on a page. What is not here is as file, environment or program say.

use crate::error::Error;
use crate::{Db, Tx, on, written};
use mingjing_model::id::AccountId;
use mingjing_model::time::Micros;
use serde_json::Value;

/// A setting that was changed on a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// When it was changed last.
    pub changed_at: Micros,
    /// By whom.
    pub changed_by: Option<AccountId>,
    /// For the next change.
    pub version: i64,
}

type Row = (String, String, i64, Option<i64>, i64);

fn setting((name, value, changed_at, by, version): Row) -> Result<Setting, Error> {
    let value = serde_json::from_str(&value)
        .map_err(|e| Error::Stored { what: "setting.value", why: format!("{name}: {e}") })?;
    Ok(Setting { name, value, changed_at, changed_by: by.map(AccountId), version })
}

/// All settings that were changed on a page, by name.
///
/// # Errors
/// The database cannot be read.
pub async fn all(db: &Db) -> Result<Vec<Setting>, Error> {
    let rows: Vec<Row> = on!(db, p => sqlx::query_as(include_str!("setting/all.sql")).fetch_all(p).await)?;
    rows.into_iter().map(setting).collect()
}

/// A setting; none when it was not changed.
///
/// # Errors
/// The database cannot be read.
pub async fn read(db: &Db, name: &str) -> Result<Option<Setting>, Error> {
    let row: Option<Row> = on!(db, p => sqlx::query_as(include_str!("setting/read.sql"))
        .bind(name).fetch_optional(p).await)?;
    row.map(setting).transpose()
}

/// Changes a setting. `version` is the one that was seen, none when there was no such row.
///
/// # Errors
/// [`Error::Changed`] when somebody changed it in between; the database refused.
pub async fn put(
    tx: &mut Tx,
    name: &str,
    value: &Value,
    by: Option<AccountId>,
    now: Micros,
    version: Option<i64>,
) -> Result<(), Error> {
    let (value, by) = (value.to_string(), by.map(|id| id.0));
    let rows = match version {
        None => written!(tx, include_str!("setting/insert.sql"), name, &value, now, by)?,
        Some(version) => written!(tx, include_str!("setting/update.sql"), name, &value, now, by, version)?,
    };
    changed(rows, name)
}

/// Takes a setting back to what file, environment or program say.
///
/// # Errors
/// [`Error::Changed`] when somebody changed it in between; the database refused.
pub async fn delete(tx: &mut Tx, name: &str, version: i64) -> Result<(), Error> {
    changed(written!(tx, include_str!("setting/delete.sql"), name, version)?, name)
}

fn changed(rows: u64, name: &str) -> Result<(), Error> {
    if rows > 0 { Ok(()) } else { Err(Error::Changed { kind: "setting", id: name.to_owned() }) }
}
