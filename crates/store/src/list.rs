//! Lists for people: filtered, sorted, paged, counted. One machine for all of them.
//!
//! A list is a [`Source`]: a select in a file and the columns it gives. Here it becomes a query: what is written into
//! the SQL are the source's own text, names of its columns found in the source, and numbers of placeholders. What a
//! user typed is only ever bound. Pages are found by the last row seen (keyset), so a page costs the same at the
//! beginning and at the end of a million rows, and rows that come or go in between move no page.
//!
//! Texts are compared as the database orders them; letter case is ignored for `a` to `z` when a text is sought.

mod read;
mod sources;
mod text;

pub use read::{Count, Page, count, page, plan, sample};
pub use sources::{ANALYSES, JOBS};

use crate::error::Error;

/// What a database knows of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, codes and days.
    Text,
    /// A whole number: counts, fen, instants.
    Number,
    /// Yes or no.
    Flag,
}

/// A column that a source gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the select.
    pub key: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Can it be null? Sorting by one that can costs a sort; rows without a value come last in both directions.
    pub has_nulls: bool,
}

impl Column {
    /// A text that is always there.
    pub const fn text(key: &'static str) -> Column {
        Column { key, kind: Kind::Text, has_nulls: false }
    }

    /// A number that is always there.
    pub const fn number(key: &'static str) -> Column {
        Column { key, kind: Kind::Number, has_nulls: false }
    }

    /// A yes or no that is always there.
    pub const fn flag(key: &'static str) -> Column {
        Column { key, kind: Kind::Flag, has_nulls: false }
    }

    /// That may be missing.
    pub const fn nullable(self) -> Column {
        Column { has_nulls: true, ..self }
    }
}

/// Where the rows of a list come from.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// A select without order and limit, the same text for both databases; its columns have the names below.
    pub sql: &'static str,
    /// The column that tells rows apart, never null; it breaks ties of the sort.
    pub id: &'static str,
    /// All columns that may be shown, filtered or sorted by.
    pub columns: &'static [Column],
}

impl Source {
    /// A column by its name.
    ///
    /// # Errors
    /// There is none: whoever asked is told which.
    pub fn column(&self, key: &str) -> Result<&'static Column, Error> {
        let found = self.columns.iter().find(|column| column.key == key);
        found.ok_or_else(|| Error::Refused(format!("the list has no column {key:?}")))
    }
}

/// A value of a row, or one to compare with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// None.
    Null,
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
}

impl Value {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    /// The number, if it is one.
    pub fn number(&self) -> Option<i64> {
        if let Value::Number(number) = self { Some(*number) } else { None }
    }

    fn is_of(&self, kind: Kind) -> bool {
        matches!(
            (self, kind),
            (Value::Text(_), Kind::Text) | (Value::Number(_), Kind::Number) | (Value::Flag(_), Kind::Flag)
        )
    }
}

/// What a row must fulfil.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// One of these columns contains the text.
    Contains(Vec<String>, String),
    /// The column is one of the values.
    OneOf(String, Vec<Value>),
    /// At or above.
    From(String, Value),
    /// At or below.
    To(String, Value),
    /// Below.
    Below(String, Value),
    /// Is there no value (true), or some (false)?
    IsNull(String, bool),
}

/// A condition that does not come from the user: the rows one may see. Made by `casework::permission`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// SQL over the columns of the source; placeholders begin with `$1`.
    sql: String,
    binds: Vec<Value>,
}

impl Condition {
    /// `sql` must be put together from fixed texts; its placeholders are `$1` to `$n` for the `n` values.
    pub fn new(sql: String, binds: Vec<Value>) -> Condition {
        Condition { sql, binds }
    }

    /// All rows.
    pub fn everything() -> Condition {
        Condition { sql: "1 = 1".to_owned(), binds: Vec::new() }
    }
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// By which column.
    pub key: String,
    /// From the largest down.
    pub is_descending: bool,
}

/// From where a page goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Towards the beginning.
    pub is_back: bool,
    /// The sorted column of the row at which the other page ended.
    pub value: Value,
    /// Its id.
    pub id: Value,
}

/// A question to a list.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// Which list.
    pub source: &'a Source,
    /// The rows one may see.
    pub scope: Condition,
    /// All must hold.
    pub filters: Vec<Filter>,
    /// The order.
    pub sort: Sort,
    /// None for the first page.
    pub cursor: Option<Cursor>,
    /// Rows of a page.
    pub size: usize,
}
