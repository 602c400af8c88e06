//! The tables as the database itself knows them, and the texts that read and write any of them.
//!
//! Names come from the database's own catalogue, never from outside; a backup's names must be among them.

use crate::error::Error;
use crate::{Db, Tx, within};
use sqlx::AssertSqlSafe;

/// What a value can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Whole,
    Text,
    Truth,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    /// Does the database give out its `id`?
    has_ids: bool,
}

/// All tables, by name.
pub(super) async fn all(tx: &mut Tx) -> Result<Vec<Table>, Error> {
    let sql = match tx {
        Tx::Sqlite(_) => include_str!("columns_sqlite.sql"),
        Tx::Postgres(_) => include_str!("columns_postgres.sql"),
    };
    let rows: Vec<(String, String, String, bool)> = within!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?;
    let mut tables: Vec<Table> = Vec::new();
    for (table, name, kind, is_given) in rows {
        let kind = match kind.to_lowercase().as_str() {
            "bigint" | "integer" => Kind::Whole,
            "text" => Kind::Text,
            "boolean" => Kind::Truth,
            other => return Err(Error::Stored { what: "schema", why: format!("{table}.{name} is {other}") }),
        };
        if tables.last().is_none_or(|last| last.name != table) {
            tables.push(Table { name: table, columns: Vec::new(), has_ids: false });
        }
        let last = tables.last_mut().expect("one was pushed");
        last.has_ids |= is_given;
        last.columns.push(Column { name, kind });
    }
    Ok(tables)
}

impl Table {
    /// Reads all rows, each as a JSON array.
    pub(super) fn select(&self, db: &Db) -> String {
        let value = |column: &Column| match (db, column.kind) {
            (Db::Sqlite(_), Kind::Truth) => {
                let name = &column.name;
                format!("json(case when {name} is null then 'null' when {name} then 'true' else 'false' end)")
            }
            _ => column.name.clone(),
        };
        let values = self.columns.iter().map(value).collect::<Vec<_>>().join(", ");
        match db {
            Db::Sqlite(_) => format!("select json_array({values}) from {}", self.name),
            Db::Postgres(_) => format!("select json_build_array({values})::text from {}", self.name),
        }
    }

    /// Writes rows: a JSON list of arrays. `columns` is their order in the arrays.
    pub(super) fn insert(&self, db: &Db, columns: &[String]) -> Option<String> {
        let mut values = Vec::new();
        for (place, name) in columns.iter().enumerate() {
            let column = self.columns.iter().find(|column| column.name == *name)?;
            values.push(match (db, column.kind) {
                (Db::Sqlite(_), _) | (_, Kind::Text) => format!("value ->> {place}"),
                (Db::Postgres(_), Kind::Whole) => format!("(value ->> {place})::bigint"),
                (Db::Postgres(_), Kind::Truth) => format!("(value ->> {place})::boolean"),
            });
        }
        let from = match db {
            Db::Sqlite(_) => "json_each($1)",
            Db::Postgres(_) => "json_array_elements($1::json)",
        };
        let (names, values) = (columns.join(", "), values.join(", "));
        Some(format!("insert into {} ({names}) select {values} from {from}", self.name))
    }

    /// The highest number that was given out; none where none is, or none was yet.
    pub(super) async fn last_id(&self, tx: &mut Tx) -> Result<Option<i64>, Error> {
        if !self.has_ids {
            return Ok(None);
        }
        let highest = AssertSqlSafe(format!("select max(id) from {}", self.name));
        let highest: Option<i64> = within!(&mut *tx, c => sqlx::query_scalar(highest).fetch_one(c).await)?;
        let given = match tx {
            Tx::Sqlite(_) => "select max(seq) from sqlite_sequence where name = $1",
            Tx::Postgres(_) => "select pg_sequence_last_value(pg_get_serial_sequence($1, 'id')::regclass)",
        };
        let given: Option<i64> =
            within!(tx, c => sqlx::query_scalar(given).bind(&self.name).fetch_one(c).await)?;
        Ok(highest.max(given))
    }

    /// From here on numbers above this one are given out.
    pub(super) async fn set_last_id(&self, tx: &mut Tx, last: i64) -> Result<(), Error> {
        let statements: &[&'static str] = match tx {
            Tx::Sqlite(_) => &[
                "delete from sqlite_sequence where name = $1 and $2 > 0",
                "insert into sqlite_sequence (name, seq) values ($1, $2)",
            ],
            Tx::Postgres(_) => &["select setval(pg_get_serial_sequence($1, 'id'), $2)"],
        };
        for &sql in statements {
            crate::written!(&mut *tx, sql, &self.name, last)?;
        }
        Ok(())
    }
}
