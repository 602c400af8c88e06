//! Asks the database and reads what it answers.

use super::text::{self, Query};
use super::{Ask, Column, Cursor, Kind, Value};
use crate::db::Db;
use crate::error::Error;
use sqlx::{AssertSqlSafe, ColumnIndex, Database, Decode, Row, Type};

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Rows with the values of the source's columns, in their order.
    pub rows: Vec<Vec<Value>>,
    /// Are there rows before?
    pub has_before: bool,
    /// Are there rows behind?
    pub has_after: bool,
}

/// How many rows there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Exactly(usize),
    /// More than that; counting on would take long.
    MoreThan(usize),
}

impl Page {
    /// Where the next page begins.
    pub fn after(&self, ask: &Ask<'_>) -> Option<Cursor> {
        self.cursor(ask, self.rows.last().filter(|_| self.has_after)?, false)
    }

    /// Where the page before begins.
    pub fn before(&self, ask: &Ask<'_>) -> Option<Cursor> {
        self.cursor(ask, self.rows.first().filter(|_| self.has_before)?, true)
    }

    fn cursor(&self, ask: &Ask<'_>, row: &[Value], is_back: bool) -> Option<Cursor> {
        let at = |key: &str| ask.source.columns.iter().position(|column| column.key == key);
        let (value, id) = (row.get(at(&ask.sort.key)?)?, row.get(at(ask.source.id)?)?);
        Some(Cursor { is_back, value: value.clone(), id: id.clone() })
    }
}

/// A page.
///
/// # Errors
/// [`Error::Refused`] where a column does not exist or is compared with another kind; the database cannot be read.
pub async fn page(db: &Db, ask: &Ask<'_>) -> Result<Page, Error> {
    let mut rows = rows(db, &text::page(ask)?, ask.source.columns).await?;
    let has_more = rows.len() > ask.size;
    rows.truncate(ask.size);
    let (has_before, has_after) = match &ask.cursor {
        None => (false, has_more),
        Some(cursor) if cursor.is_back => {
            rows.reverse();
            (has_more, true)
        }
        Some(_) => (true, has_more),
    };
    Ok(Page { rows, has_before, has_after })
}

/// How many rows there are, exactly up to `bound`.
///
/// # Errors
/// As [`page`].
pub async fn count(db: &Db, ask: &Ask<'_>, bound: usize) -> Result<Count, Error> {
    let query = text::count(ask, bound)?;
    let found = rows(db, &query, &[Column::number("count")]).await?;
    let found = found.first().and_then(|row| row.first()?.number()).unwrap_or(0);
    let found = usize::try_from(found).unwrap_or(0);
    Ok(if found > bound { Count::MoreThan(bound) } else { Count::Exactly(found) })
}

/// The first rows, whatever page is asked for: for a preview.
///
/// # Errors
/// As [`page`].
pub async fn sample(db: &Db, ask: &Ask<'_>, size: usize) -> Result<Vec<Vec<Value>>, Error> {
    let ask = Ask { cursor: None, size, ..ask.clone() };
    Ok(page(db, &ask).await?.rows)
}

/// How the database would find a page, for the golden plans of the tests: one line a step.
///
/// # Errors
/// As [`page`].
pub async fn plan(db: &Db, ask: &Ask<'_>) -> Result<Vec<String>, Error> {
    let Query { text, binds } = text::page(ask)?;
    let (query, column) = match db {
        Db::Sqlite(_) => (format!("explain query plan {text}"), "detail"),
        Db::Postgres(_) => (format!("explain (costs off) {text}"), "QUERY PLAN"),
    };
    let lines = rows(db, &Query { text: query, binds }, &[Column::text(column)]).await?;
    Ok(lines.into_iter().flatten().filter_map(|value| value.text().map(str::to_owned)).collect())
}

async fn rows(db: &Db, query: &Query, columns: &[Column]) -> Result<Vec<Vec<Value>>, Error> {
    // Safe: the text holds a source's own SQL, names of columns that stand in the source, signs of comparison and
    // numbers of placeholders (see text.rs), and the scope, which casework puts together from fixed texts. Every
    // value a user gave is bound below.
    let safe = AssertSqlSafe(query.text.clone());
    match db {
        Db::Sqlite(pools) => {
            let mut asked = sqlx::query(safe);
            for value in &query.binds {
                asked = match value {
                    Value::Text(text) => asked.bind(text.clone()),
                    Value::Number(number) => asked.bind(*number),
                    Value::Flag(flag) => asked.bind(*flag),
                    Value::Null => asked.bind(None::<String>),
                };
            }
            let found = asked.fetch_all(&pools.read).await?;
            found.iter().map(|row| values(row, columns)).collect()
        }
        Db::Postgres(pool) => {
            let mut asked = sqlx::query(safe);
            for value in &query.binds {
                asked = match value {
                    Value::Text(text) => asked.bind(text.clone()),
                    Value::Number(number) => asked.bind(*number),
                    Value::Flag(flag) => asked.bind(*flag),
                    Value::Null => asked.bind(None::<String>),
                };
            }
            let found = asked.fetch_all(pool).await?;
            found.iter().map(|row| values(row, columns)).collect()
        }
    }
}

fn values<R>(row: &R, columns: &[Column]) -> Result<Vec<Value>, Error>
where
    R: Row,
    for<'a> &'a str: ColumnIndex<R>,
    for<'a> Option<String>: Decode<'a, R::Database> + Type<R::Database>,
    for<'a> Option<i64>: Decode<'a, R::Database> + Type<R::Database>,
    for<'a> Option<bool>: Decode<'a, R::Database> + Type<R::Database>,
    R::Database: Database,
{
    columns
        .iter()
        .map(|column| {
            let found = match column.kind {
                Kind::Text => row.try_get::<Option<String>, _>(column.key)?.map(Value::Text),
                Kind::Number => row.try_get::<Option<i64>, _>(column.key)?.map(Value::Number),
                Kind::Flag => row.try_get::<Option<bool>, _>(column.key)?.map(Value::Flag),
            };
            Ok(found.unwrap_or(Value::Null))
        })
        .collect()
}
