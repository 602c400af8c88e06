//! Rows of a source within what the asker may see, a page at a time; for the API and simple lists.

use crate::fault::Fault;
use chrono::{DateTime, SecondsFormat, Utc};
use mingjing_casework::permission::{Bind, Columns, Scope};
use mingjing_store::list::{Ask, Condition, Cursor, Filter, Kind, Page, Sort, Source, Value};
use mingjing_store::{Db, list};
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

/// Rows of a page at most.
pub const SIZE_MAX: usize = 200;

/// A page of rows and where the next begins.
pub struct Rows {
    /// By column.
    pub items: Vec<Map<String, serde_json::Value>>,
    /// The cursor of the next page.
    pub next: Option<String>,
    /// The cursor of the page before.
    pub before: Option<String>,
}

/// What is asked of a source.
pub struct Wanted {
    /// All must hold.
    pub filters: Vec<Filter>,
    /// A column, with `-` before it from the largest down.
    pub sort: String,
    /// As an earlier page gave it.
    pub cursor: Option<String>,
    /// Rows of a page.
    pub size: usize,
}

/// A page of what a scope shows.
///
/// # Errors
/// [`Fault::User`] for a cursor or a column that is none; the database cannot be read.
pub async fn page(
    db: &Db,
    source: &Source,
    scope: &Scope,
    columns: &Columns<'_>,
    wanted: Wanted,
) -> Result<Rows, Fault> {
    let (key, is_descending) = match wanted.sort.strip_prefix('-') {
        Some(key) => (key, true),
        None => (wanted.sort.as_str(), false),
    };
    let sort = source.column(key).map_err(|_| Fault::field("sort", "sort", "api.wrong_sort"))?;
    let cursor = wanted.cursor.as_deref().filter(|text| !text.is_empty());
    let cursor = cursor.map(|text| {
        let cursor = Mark::read(text);
        let fits = |cursor: &Cursor| {
            fits(&cursor.value, sort.kind) || (sort.has_nulls && cursor.value == Value::Null)
        };
        cursor.filter(fits).ok_or(Fault::field("cursor", "cursor", "api.wrong_cursor"))
    });
    let ask = Ask {
        source,
        scope: condition(scope, columns),
        filters: wanted.filters,
        sort: Sort { key: key.to_owned(), is_descending },
        cursor: cursor.transpose()?,
        size: wanted.size.clamp(1, SIZE_MAX),
    };
    let found = list::page(db, &ask).await.map_err(refused)?;
    let next = found.after(&ask).filter(|_| found.has_after).map(|cursor| Mark::text(&cursor));
    let before = found.before(&ask).filter(|_| found.has_before).map(|cursor| Mark::text(&cursor));
    Ok(Rows { items: items(source, found), next, before })
}

/// What a value cannot be compared with is the asker's mistake, not the world's.
fn refused(error: mingjing_store::Error) -> Fault {
    match error {
        mingjing_store::Error::Refused(_) => Fault::user("question", "api.wrong_question"),
        other => other.into(),
    }
}

fn fits(value: &Value, kind: Kind) -> bool {
    matches!(
        (value, kind),
        (Value::Text(_), Kind::Text) | (Value::Number(_), Kind::Number) | (Value::Flag(_), Kind::Flag)
    )
}

/// A scope as a condition over the columns of a source.
pub fn condition(scope: &Scope, columns: &Columns<'_>) -> Condition {
    let (sql, binds) = scope.to_sql(columns, 1);
    let value = |bind| match bind {
        Bind::Text(text) => Value::Text(text),
        Bind::Number(number) => Value::Number(number),
    };
    Condition::new(sql, binds.into_iter().map(value).collect())
}

fn items(source: &Source, page: Page) -> Vec<Map<String, serde_json::Value>> {
    let item = |row: Vec<Value>| {
        let cells = source.columns.iter().zip(row);
        cells.map(|(column, value)| (column.key.to_owned(), cell(column.key, value))).collect()
    };
    page.rows.into_iter().map(item).collect()
}

/// Instants as people and machines read them, `2026-06-30T01:02:03.000004Z`; structures as they are.
fn cell(key: &str, value: Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Number(at) if key == "at" || key.ends_with("_at") => instant(at),
        Value::Number(number) => json!(number),
        Value::Flag(is) => json!(is),
        Value::Text(text) if matches!(key, "detail" | "result" | "arguments") => {
            serde_json::from_str(&text).unwrap_or(json!(text))
        }
        Value::Text(text) => json!(text),
    }
}

/// An instant in ISO 8601.
pub fn instant(at: i64) -> serde_json::Value {
    let at = DateTime::<Utc>::from_timestamp_micros(at);
    at.map_or(serde_json::Value::Null, |at| json!(at.to_rfc3339_opts(SecondsFormat::Micros, true)))
}

/// A cursor as it travels: hex of JSON. Whoever changes one gets another page of what they may see anyway.
#[derive(Serialize, Deserialize)]
struct Mark {
    b: bool,
    v: serde_json::Value,
    i: serde_json::Value,
}

impl Mark {
    fn text(cursor: &Cursor) -> String {
        let json = |value: &Value| match value {
            Value::Null => json!(null),
            Value::Text(text) => json!(text),
            Value::Number(number) => json!(number),
            Value::Flag(is) => json!(is),
        };
        let mark = Mark { b: cursor.is_back, v: json(&cursor.value), i: json(&cursor.id) };
        hex::encode(serde_json::to_vec(&mark).unwrap_or_default())
    }

    fn read(text: &str) -> Option<Cursor> {
        let value = |json: serde_json::Value| match json {
            serde_json::Value::Null => Some(Value::Null),
            serde_json::Value::String(text) => Some(Value::Text(text)),
            serde_json::Value::Number(number) => number.as_i64().map(Value::Number),
            serde_json::Value::Bool(is) => Some(Value::Flag(is)),
            _ => None,
        };
        let mark: Mark = serde_json::from_slice(&hex::decode(text).ok()?).ok()?;
        Some(Cursor { is_back: mark.b, value: value(mark.v)?, id: value(mark.i)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went_and_nonsense_is_none() {
        let cursor =
            Cursor { is_back: true, value: Value::Text("甲' or 1=1".to_owned()), id: Value::Number(7) };
        assert_eq!(Mark::read(&Mark::text(&cursor)), Some(cursor));
        assert_eq!(Mark::read("zz"), None);
        assert_eq!(Mark::read(&hex::encode("{\"b\":true,\"v\":[1],\"i\":1}")), None);
    }
}
