//! The address of a list, read into filters, order, columns and page, and written again. Every state of a list is an
//! address; what cannot be read stays in its field with a sentence beside it.

use super::{Filter, Spec};
use mingjing_model::id::AccountId;
use mingjing_model::time::{Micros, day_text, parse_day};
use mingjing_store::list::{self, Cursor, Sort, Value};

/// Characters of a value at most.
const VALUE_MAX: usize = 200;
/// A day in microseconds.
const DAY: Micros = 86_400_000_000;
/// Midnight in Shanghai is so much before midnight in UTC (all year since 1992).
const SHANGHAI: Micros = 8 * 3_600_000_000;

/// Names that are no filters.
const RESERVED: [&str; 7] = ["q", "sort", "cols", "after", "before", "filters", "csrf"];

/// An address, as typed: names and values in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    pairs: Vec<(String, String)>,
}

impl State {
    /// Of the query part of an address. What the list does not know is left out.
    pub fn read(spec: &Spec, query: &str) -> State {
        let all: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
        let is_known = |name: &str| {
            RESERVED.contains(&name)
                || spec.filters.iter().any(|filter| {
                    name.strip_prefix(filter.key()).is_some_and(|end| ["", "_from", "_to"].contains(&end))
                })
        };
        let pairs = all
            .into_iter()
            .filter(|(name, value)| is_known(name) && name != "csrf" && !value.trim().is_empty())
            .map(|(name, value)| (name, value.trim().chars().take(VALUE_MAX).collect()))
            .collect();
        State { pairs }
    }

    /// The value of a name; empty if there is none.
    pub fn one(&self, name: &str) -> &str {
        self.pairs.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
    }

    /// All values of a name.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.pairs.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect()
    }

    /// Names and values, for hidden fields.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// Without these names.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> State {
        State {
            pairs: self.pairs.iter().filter(|(name, _)| !names.contains(&name.as_str())).cloned().collect(),
        }
    }

    /// With this value instead of all others of the name.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> State {
        let mut state = self.without(&[name]);
        state.pairs.push((name.to_owned(), value.to_owned()));
        state
    }

    /// Without one value of a name.
    #[must_use]
    pub fn minus(&self, name: &str, value: &str) -> State {
        let is_it = |pair: &&(String, String)| !(pair.0 == name && pair.1 == value);
        State { pairs: self.pairs.iter().filter(is_it).cloned().collect() }
    }

    /// Without page.
    #[must_use]
    pub fn first_page(&self) -> State {
        self.without(&["after", "before"])
    }

    /// The query part of the address.
    pub fn query(&self) -> String {
        serde_urlencoded::to_string(&self.pairs).unwrap_or_default()
    }

    /// The address.
    pub fn href(&self, path: &str) -> String {
        match self.pairs.is_empty() {
            true => path.to_owned(),
            false => format!("{path}?{}", self.query()),
        }
    }

    /// Does it narrow the list?
    pub fn is_filtered(&self) -> bool {
        self.pairs
            .iter()
            .any(|(name, _)| !["sort", "cols", "after", "before", "filters"].contains(&name.as_str()))
    }
}

/// What an address asks for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which rows.
    pub filters: Vec<list::Filter>,
    /// In which order.
    pub sort: Sort,
    /// From where.
    pub cursor: Option<Cursor>,
    /// Keys of the columns.
    pub columns: Vec<&'static str>,
    /// What could not be read: name in the address, key of the sentence.
    pub wrong: Vec<(String, &'static str)>,
}

impl Asked {
    /// Of an address, for this reader.
    pub fn of(spec: &Spec, state: &State, reader: AccountId) -> Asked {
        let mut asked = Asked {
            filters: Vec::new(),
            sort: sort(spec, state.one("sort")),
            cursor: None,
            columns: columns(spec, &state.all("cols")),
            wrong: Vec::new(),
        };
        asked.cursor = cursor(state);
        let q = state.one("q");
        if !q.is_empty() && !spec.words.is_empty() {
            // All words must be there, each in one of the columns.
            for word in q.split_whitespace().take(8) {
                let keys = spec.words.iter().map(|key| (*key).to_owned()).collect();
                asked.filters.push(list::Filter::Contains(keys, word.to_owned()));
            }
        }
        for filter in spec.filters {
            asked.filter(filter, state, reader);
        }
        asked
    }

    fn filter(&mut self, filter: &Filter, state: &State, reader: AccountId) {
        let key = filter.key();
        match filter {
            Filter::Contains(_) => {
                let text = state.one(key);
                if !text.is_empty() {
                    self.filters.push(list::Filter::Contains(vec![key.to_owned()], text.to_owned()));
                }
            }
            Filter::OneOf(_, words, _) => {
                let chosen = state.all(key);
                let known = chosen.iter().filter(|word| words.contains(word));
                let values: Vec<Value> = known.map(|word| Value::Text((*word).to_owned())).collect();
                if !values.is_empty() {
                    self.filters.push(list::Filter::OneOf(key.to_owned(), values));
                } else if !chosen.is_empty() {
                    self.wrong.push((key.to_owned(), "list.wrong.word"));
                }
            }
            Filter::Mine(_) => {
                if !state.one(key).is_empty() {
                    self.filters.push(list::Filter::OneOf(key.to_owned(), vec![Value::Number(reader.0)]));
                }
            }
            Filter::Moments(_) => self.range(key, state, "list.wrong.day", |text, is_end| {
                let start = i64::from(parse_day(text)?) * DAY - SHANGHAI;
                Some(Value::Number(if is_end { start + DAY - 1 } else { start }))
            }),
            Filter::Days(_) => self.range(key, state, "list.wrong.day", |text, _| {
                Some(Value::Text(day_text(parse_day(text)?)?))
            }),
            Filter::Numbers(_) => self.range(key, state, "list.wrong.number", |text, _| {
                text.replace([',', '，'], "").parse().ok().map(Value::Number)
            }),
            Filter::Yuan(_) => {
                self.range(key, state, "list.wrong.yuan", |text, _| fen(text).map(Value::Number))
            }
        }
    }

    fn range(
        &mut self,
        key: &str,
        state: &State,
        wrong: &'static str,
        read: impl Fn(&str, bool) -> Option<Value>,
    ) {
        for is_end in [false, true] {
            let name = format!("{key}{}", if is_end { "_to" } else { "_from" });
            let text = state.one(&name);
            if text.is_empty() {
                continue;
            }
            match (read(text, is_end), is_end) {
                (Some(value), false) => self.filters.push(list::Filter::From(key.to_owned(), value)),
                (Some(value), true) => self.filters.push(list::Filter::To(key.to_owned(), value)),
                (None, _) => self.wrong.push((name, wrong)),
            }
        }
    }
}

/// `1,234.5` yuan in fen.
fn fen(text: &str) -> Option<i64> {
    let text = text.replace([',', '，'], "");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || part.len() > 2 || !is_digits(whole) || !is_digits(part) {
        return None;
    }
    let part = format!("{part:0<2}").parse::<i64>().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(part)
}

/// `-created_at`: a column that may be sorted by, `-` for from the largest down.
fn sort(spec: &Spec, text: &str) -> Sort {
    let (key, is_descending) = text.strip_prefix('-').map_or((text, false), |key| (key, true));
    match spec.columns.iter().find(|column| column.key == key && column.may_sort) {
        Some(column) => Sort { key: column.key.to_owned(), is_descending },
        None => Sort { key: spec.sort.0.to_owned(), is_descending: spec.sort.1 },
    }
}

/// `cols=state&cols=title`, or with commas between.
fn columns(spec: &Spec, chosen: &[&str]) -> Vec<&'static str> {
    let chosen: Vec<&str> = chosen.iter().flat_map(|text| text.split(',')).collect();
    let is_shown = |(at, column): (usize, &super::Column)| {
        let is_chosen = if chosen.is_empty() { column.is_usual } else { chosen.contains(&column.key) };
        // The first column leads to the row and always stays.
        (at == 0 || is_chosen).then_some(column.key)
    };
    spec.columns.iter().enumerate().filter_map(is_shown).collect()
}

fn cursor(state: &State) -> Option<Cursor> {
    let (text, is_back) = match (state.one("after"), state.one("before")) {
        ("", "") => return None,
        ("", before) => (before, true),
        (after, _) => (after, false),
    };
    let (value, id) = text.split_once('~')?;
    Some(Cursor { is_back, value: value_of(value)?, id: value_of(id)? })
}

/// A cursor as it stands in the address: kind and value of the sorted column, then of the id.
pub fn cursor_text(cursor: &Cursor) -> String {
    format!("{}~{}", value_text(&cursor.value), value_text(&cursor.id))
}

fn value_text(value: &Value) -> String {
    match value {
        Value::Null => "z".to_owned(),
        Value::Number(number) => format!("n{number}"),
        Value::Flag(flag) => format!("f{}", u8::from(*flag)),
        Value::Text(text) => format!("t{}", hex::encode(text)),
    }
}

fn value_of(text: &str) -> Option<Value> {
    let rest = text.get(1..)?;
    Some(match text.as_bytes().first()? {
        b'z' => Value::Null,
        b'n' => Value::Number(rest.parse().ok()?),
        b'f' => Value::Flag(rest == "1"),
        // PostgreSQL has no text with NUL in it.
        b't' => {
            Value::Text(String::from_utf8(hex::decode(rest).ok()?).ok().filter(|text| !text.contains('\0'))?)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::jobs::LIST;
    use super::*;

    fn asked(query: &str) -> Asked {
        Asked::of(&LIST, &State::read(&LIST, query), AccountId(7))
    }

    #[test]
    fn an_address_is_read_into_filters() {
        let read = asked(
            "q=a+b&state=failed&state=done&created_at_from=2026-06-30&created_at_to=2026-06-30&owner=1",
        );
        assert!(read.wrong.is_empty(), "{:?}", read.wrong);
        assert_eq!(read.filters.len(), 6);
        let day = 1_782_748_800_000_000; // midnight of 2026-06-30 in Shanghai
        assert!(read.filters.contains(&list::Filter::From("created_at".to_owned(), Value::Number(day))));
        assert!(
            read.filters.contains(&list::Filter::To("created_at".to_owned(), Value::Number(day + DAY - 1)))
        );
        assert!(read.filters.contains(&list::Filter::OneOf("owner".to_owned(), vec![Value::Number(7)])));
    }

    #[test]
    fn what_cannot_be_read_is_said_and_kept_in_its_field() {
        let query =
            "created_at_from=gestern&state=nothing&sort=-drop&after=q1~x&unknown=1&created_at_to=2026-02-31";
        let state = State::read(&LIST, query);
        let read = Asked::of(&LIST, &state, AccountId(7));
        assert_eq!(read.wrong.len(), 3, "{:?}", read.wrong);
        assert!(read.filters.is_empty() && read.cursor.is_none());
        assert_eq!(read.sort.key, "created_at");
        assert_eq!(state.one("created_at_from"), "gestern");
        assert!(!state.query().contains("unknown"));
    }

    #[test]
    fn a_cursor_survives_its_way_through_the_address() {
        for value in [Value::Null, Value::Number(-5), Value::Flag(true), Value::Text("~ä𠮷&=".to_owned())]
        {
            let cursor = Cursor { is_back: false, value, id: Value::Number(9) };
            let state = State::default().with("after", &cursor_text(&cursor));
            assert_eq!(super::cursor(&State::read(&LIST, &state.query())), Some(cursor));
        }
    }

    #[test]
    fn yuan_become_fen_exactly() {
        for (text, expected) in [
            ("1,234.5", Some(123_450)),
            ("0.07", Some(7)),
            ("5", Some(500)),
            ("1.234", None),
            ("-1", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(fen(text), expected, "{text}");
        }
    }
}
