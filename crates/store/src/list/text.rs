//! A question as SQL: its text from fixed parts, its values apart.

use super::{Ask, Column, Cursor, Filter, Kind, Value};
use crate::error::Error;
use std::fmt::Write;

/// SQL with the values of its placeholders, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Query {
    pub text: String,
    pub binds: Vec<Value>,
}

/// The rows of a page and one more.
pub(super) fn page(ask: &Ask<'_>) -> Result<Query, Error> {
    let source = ask.source;
    let (sort, id) = (source.column(&ask.sort.key)?, source.column(source.id)?);
    let mut query = filtered(ask)?;
    let is_back = ask.cursor.as_ref().is_some_and(|cursor| cursor.is_back);
    if let Some(cursor) = &ask.cursor {
        let condition = after(&mut query, cursor, sort, id, ask.sort.is_descending)?;
        let _ = write!(query.text, "\n  and {condition}");
    }
    let direction = if ask.sort.is_descending != is_back { "desc" } else { "asc" };
    query.text.push_str("\norder by ");
    if sort.has_nulls {
        let nulls = if is_back { "desc" } else { "asc" };
        let _ = write!(query.text, "({} is null) {nulls}, ", sort.key);
    }
    if sort.key != id.key {
        let _ = write!(query.text, "{} {direction}, ", sort.key);
    }
    let _ = write!(query.text, "{} {direction}\nlimit {}", id.key, ask.size.saturating_add(1));
    let columns: Vec<&str> = source.columns.iter().map(|column| column.key).collect();
    query.text.insert_str(0, &format!("select {}\n", columns.join(", ")));
    Ok(query)
}

/// How many rows there are, at most one more than `bound`.
pub(super) fn count(ask: &Ask<'_>, bound: usize) -> Result<Query, Error> {
    let Query { text, binds } = filtered(ask)?;
    let text = format!(
        "select count(*) as count from (select 1 as one\n{text}\nlimit {}) as counted",
        bound.saturating_add(1)
    );
    Ok(Query { text, binds })
}

/// `from` and `where`: scope first, then the filters.
fn filtered(ask: &Ask<'_>) -> Result<Query, Error> {
    let source = ask.source.sql.trim().trim_end_matches(';');
    let mut query = Query {
        text: format!("from (\n{source}\n) as row_of\nwhere {}", ask.scope.sql),
        binds: ask.scope.binds.clone(),
    };
    for filter in &ask.filters {
        let condition = condition(&mut query, ask, filter)?;
        let _ = write!(query.text, "\n  and {condition}");
    }
    Ok(query)
}

impl Query {
    fn bind(&mut self, value: Value) -> String {
        self.binds.push(value);
        format!("${}", self.binds.len())
    }

    fn bind_as(&mut self, column: &Column, value: &Value) -> Result<String, Error> {
        match value.is_of(column.kind) {
            true => Ok(self.bind(value.clone())),
            false => {
                Err(Error::Refused(format!("column {:?} cannot be compared with {value:?}", column.key)))
            }
        }
    }
}

fn condition(query: &mut Query, ask: &Ask<'_>, filter: &Filter) -> Result<String, Error> {
    let column = |key: &str| ask.source.column(key);
    Ok(match filter {
        Filter::Contains(keys, text) => contains(query, ask, keys, text)?,
        Filter::OneOf(key, values) => {
            let column = column(key)?;
            let places: Result<Vec<String>, Error> =
                values.iter().map(|value| query.bind_as(column, value)).collect();
            match places? {
                places if places.is_empty() => "1 = 0".to_owned(),
                places => format!("{} in ({})", column.key, places.join(", ")),
            }
        }
        Filter::From(key, value) => compared(query, column(key)?, ">=", value)?,
        Filter::To(key, value) => compared(query, column(key)?, "<=", value)?,
        Filter::Below(key, value) => compared(query, column(key)?, "<", value)?,
        Filter::IsNull(key, true) => format!("{} is null", column(key)?.key),
        Filter::IsNull(key, false) => format!("{} is not null", column(key)?.key),
    })
}

fn compared(query: &mut Query, column: &Column, sign: &str, value: &Value) -> Result<String, Error> {
    let place = query.bind_as(column, value)?;
    Ok(format!("{} {sign} {place}", column.key))
}

fn contains(query: &mut Query, ask: &Ask<'_>, keys: &[String], text: &str) -> Result<String, Error> {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars().filter(|&c| c != '\0') {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c.to_ascii_lowercase());
    }
    pattern.push('%');
    let place = query.bind(Value::Text(pattern));
    let mut parts = Vec::with_capacity(keys.len());
    for key in keys {
        let column = ask.source.column(key)?;
        if column.kind != Kind::Text {
            return Err(Error::Refused(format!("column {key:?} is no text to look into")));
        }
        parts.push(format!("lower({}) like {place} escape '\\'", column.key));
    }
    Ok(match parts.is_empty() {
        true => format!("{place} = '' and 1 = 0"),
        false => format!("({})", parts.join(" or ")),
    })
}

/// Rows behind the one of the cursor, in the direction of reading. Without nulls it is one comparison of pairs, for
/// which an index over both columns serves.
fn after(
    query: &mut Query,
    cursor: &Cursor,
    sort: &Column,
    id: &Column,
    is_descending: bool,
) -> Result<String, Error> {
    let sign = if is_descending != cursor.is_back { "<" } else { ">" };
    let (key, id_key) = (sort.key, id.key);
    if key == id_key {
        let place = query.bind_as(id, &cursor.id)?;
        return Ok(format!("{id_key} {sign} {place}"));
    }
    if !sort.has_nulls {
        let (value, id) = (query.bind_as(sort, &cursor.value)?, query.bind_as(id, &cursor.id)?);
        return Ok(format!("({key}, {id_key}) {sign} ({value}, {id})"));
    }
    if cursor.value == Value::Null {
        let id = query.bind_as(id, &cursor.id)?;
        return Ok(match cursor.is_back {
            true => format!("({key} is not null or {id_key} {sign} {id})"),
            false => format!("({key} is null and {id_key} {sign} {id})"),
        });
    }
    let (value, id) = (query.bind_as(sort, &cursor.value)?, query.bind_as(id, &cursor.id)?);
    let ahead = format!("{key} {sign} {value} or ({key} = {value} and {id_key} {sign} {id})");
    Ok(match cursor.is_back {
        true => format!("({ahead})"),
        false => format!("({ahead} or {key} is null)"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Condition, Sort, Source};
    use super::*;

    const SOURCE: Source = Source {
        sql: "select id, name, due from thing",
        id: "id",
        columns: &[Column::number("id"), Column::text("name"), Column::text("due").nullable()],
    };

    fn ask(filters: Vec<Filter>, sort: &str) -> Ask<'static> {
        let scope = Condition::new("(id = $1)".to_owned(), vec![Value::Number(7)]);
        let sort = Sort { key: sort.to_owned(), is_descending: false };
        Ask { source: &SOURCE, scope, filters, sort, cursor: None, size: 10 }
    }

    #[test]
    fn what_is_typed_is_bound_and_never_written() {
        let typed = "x'; drop table thing; --%_\\";
        let filters = vec![
            Filter::Contains(vec!["name".to_owned()], typed.to_owned()),
            Filter::OneOf("name".to_owned(), vec![Value::Text(typed.to_owned())]),
        ];
        let query = page(&ask(filters, "name")).unwrap();
        assert!(!query.text.contains("drop"), "{}", query.text);
        assert_eq!(query.binds.len(), 3);
        assert_eq!(query.binds[1], Value::Text("%x'; drop table thing; --\\%\\_\\\\%".to_owned()));
    }

    #[test]
    fn a_column_that_is_not_there_is_refused_wherever_it_is_named() {
        let key = "id; drop table thing".to_owned();
        let value = Value::Number(1);
        for filter in [
            Filter::Contains(vec![key.clone()], "x".to_owned()),
            Filter::OneOf(key.clone(), vec![value.clone()]),
            Filter::From(key.clone(), value.clone()),
            Filter::To(key.clone(), value.clone()),
            Filter::Below(key.clone(), value),
            Filter::IsNull(key.clone(), true),
        ] {
            assert!(matches!(page(&ask(vec![filter], "id")), Err(Error::Refused(_))));
        }
        assert!(matches!(page(&ask(vec![], &key)), Err(Error::Refused(_))));
    }

    #[test]
    fn a_value_of_another_kind_is_refused_before_the_database_sees_it() {
        let filter = Filter::From("id".to_owned(), Value::Text("1".to_owned()));
        assert!(matches!(page(&ask(vec![filter], "id")), Err(Error::Refused(_))));
        let mut asked = ask(vec![], "name");
        asked.cursor = Some(Cursor { is_back: false, value: Value::Number(1), id: Value::Number(1) });
        assert!(matches!(page(&asked), Err(Error::Refused(_))));
    }

    #[test]
    fn pairs_are_compared_as_pairs_where_nothing_is_null() {
        let mut asked = ask(vec![], "name");
        asked.cursor =
            Some(Cursor { is_back: false, value: Value::Text("b".to_owned()), id: Value::Number(3) });
        let query = page(&asked).unwrap();
        assert!(query.text.contains("(name, id) > ($2, $3)"), "{}", query.text);
        assert!(query.text.ends_with("order by name asc, id asc\nlimit 11"), "{}", query.text);
    }
}
