//! Changes that can be taken back: what a row was before and after. Taking back is a change of its own that names
//! what it undoes, and can itself be taken back.
//!
//! How a thing is brought back is its owner's business; here it is only kept that it was, and that it is once.

use crate::error::Error;
use crate::{Db, Tx, on, within, written};
use mingjing_model::id::AccountId;
use mingjing_model::time::Micros;
use serde_json::Value;

/// A change that is made.
#[derive(Clone, Debug, PartialEq)]
pub struct NewChange {
    /// Kind of the thing.
    pub subject_kind: String,
    /// Which one.
    pub subject_id: String,
    /// What was done, a word of the audit log.
    pub action: String,
    /// What it was; none when it did not exist. Never values of case data.
    pub before: Option<Value>,
    /// What it is; none when it exists no longer.
    pub after: Option<Value>,
    /// Who did it.
    pub account: Option<AccountId>,
    /// When.
    pub at: Micros,
}

/// A change as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its number.
    pub id: i64,
    /// What was done.
    pub change: NewChange,
    /// Name of who did it, as it is now.
    pub account_name: Option<String>,
    /// The change that took it back.
    pub undone_by: Option<i64>,
    /// The change that it takes back.
    pub undoes: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    subject_kind: String,
    subject_id: String,
    action: String,
    before_value: Option<String>,
    after_value: Option<String>,
    account_id: Option<i64>,
    account_name: Option<String>,
    at: i64,
    undone_by: Option<i64>,
    undoes: Option<i64>,
}

impl Row {
    fn change(self) -> Result<Change, Error> {
        let json = |text: Option<String>| {
            text.map(|text| serde_json::from_str(&text))
                .transpose()
                .map_err(|e| Error::Stored { what: "change_event", why: e.to_string() })
        };
        Ok(Change {
            id: self.id,
            change: NewChange {
                before: json(self.before_value)?,
                after: json(self.after_value)?,
                subject_kind: self.subject_kind,
                subject_id: self.subject_id,
                action: self.action,
                account: self.account_id.map(AccountId),
                at: self.at,
            },
            account_name: self.account_name,
            undone_by: self.undone_by,
            undoes: self.undoes,
        })
    }
}

/// Keeps a change, in the transaction that makes it. Gives its number.
///
/// # Errors
/// The database refused.
pub async fn create(tx: &mut Tx, new: &NewChange) -> Result<i64, Error> {
    insert(tx, new, None).await
}

/// Keeps that a change was taken back, in the transaction that does so. Gives the number of the taking back.
///
/// # Errors
/// [`Error::Changed`] when it was taken back before; the database refused.
pub async fn undo(tx: &mut Tx, undoes: i64, new: &NewChange) -> Result<i64, Error> {
    let id = insert(tx, new, Some(undoes)).await?;
    if written!(tx, include_str!("change/undone.sql"), undoes, id)? == 0 {
        return Err(Error::Changed { kind: "change_event", id: undoes.to_string() });
    }
    Ok(id)
}

async fn insert(tx: &mut Tx, new: &NewChange, undoes: Option<i64>) -> Result<i64, Error> {
    let text = |value: &Option<Value>| value.as_ref().map(Value::to_string);
    Ok(within!(tx, c => sqlx::query_scalar(include_str!("change/insert.sql"))
        .bind(&new.subject_kind).bind(&new.subject_id).bind(&new.action).bind(text(&new.before))
        .bind(text(&new.after)).bind(new.account.map(|id| id.0)).bind(new.at).bind(undoes)
        .fetch_one(c).await)?)
}

/// A change.
///
/// # Errors
/// There is no such one, or the database cannot be read.
pub async fn read(db: &Db, id: i64) -> Result<Change, Error> {
    on!(db, p => sqlx::query_as::<_, Row>(include_str!("change/read.sql")).bind(id).fetch_optional(p).await)?
        .ok_or_else(|| Error::Missing { kind: "change_event", id: id.to_string() })?
        .change()
}

/// The changes of a thing, the newest first.
///
/// # Errors
/// The database cannot be read.
pub async fn of_subject(db: &Db, kind: &str, id: &str, most: i64) -> Result<Vec<Change>, Error> {
    let rows = on!(db, p => sqlx::query_as::<_, Row>(include_str!("change/of_subject.sql"))
        .bind(kind).bind(id).bind(most).fetch_all(p).await)?;
    rows.into_iter().map(Row::change).collect()
}

/// Forgets the changes of a thing whose term has ended. Gives how many.
///
/// # Errors
/// The database refused.
pub async fn delete_of_subject(tx: &mut Tx, kind: &str, id: &str) -> Result<u64, Error> {
    written!(tx, include_str!("change/delete_links.sql"), kind, id)?;
    written!(tx, include_str!("change/delete.sql"), kind, id)
}
