//! Which columns the tables have, and how each is filled from the count: the one place where they are named.

use super::packed::Packed;
use arrow::array::{ArrayRef, BooleanArray, Date32Array, Decimal64Array, StringBuilder};
use mingjing_network::count::{Count, PersonSums};
use mingjing_network::figures::Thresholds;
use mingjing_network::forest::Node;
use mingjing_network::rows::Fen;
use mingjing_network::territory::Territory;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The text that names the row; rows stand in its order.
    Key,
    /// Another text.
    Text,
    /// A number from 0.
    Count,
    /// Money, Decimal(18,2).
    Yuan,
    /// A calendar date.
    Date,
    /// Yes or no.
    Flag,
}

/// One column; it is filled from a range of rows.
pub(super) struct Column<R> {
    pub name: &'static str,
    pub kind: Kind,
    pub nullable: bool,
    pub fill: fn(&R) -> Filled,
}

/// The values of a column.
#[derive(Clone)]
pub(super) enum Filled {
    /// Numbers without a null.
    Numbers(Packed),
    /// Anything else.
    Array(ArrayRef),
}

/// A range of accounts. What stands by place in the count is fetched once for all columns.
pub(super) struct Accounts<'a> {
    count: &'a Count,
    range: Range<usize>,
    nodes: Vec<Node>,
    team: Option<Vec<Fen>>,
}

impl<'a> Accounts<'a> {
    pub fn of(count: &'a Count, range: Range<usize>) -> Accounts<'a> {
        let accounts = range.start as u32..range.end as u32;
        let (s, money) = (&count.structure, count.money.as_ref());
        let row = |account: u32| {
            let (node, team) = s.node_at(s.place(account));
            (node, team.unwrap_or_else(|| money.map_or(0, |money| money.paid_in[account as usize])))
        };
        let (nodes, team) = accounts.into_par_iter().map(row).unzip();
        Accounts { count, range, nodes, team: money.map(|_| team) }
    }

    fn counts(&self, of: fn(&Node) -> u32) -> Filled {
        counts(self.nodes.len(), |row| of(&self.nodes[row]))
    }

    fn texts(&self) -> Filled {
        let mut texts = StringBuilder::with_capacity(self.range.len(), self.range.len() * 12);
        self.range.clone().for_each(|account| texts.append_value(&*self.count.names.text(account as u32)));
        Filled::Array(Arc::new(texts.finish()))
    }

    fn money(&self, column: impl Fn(&'a mingjing_network::count::AccountMoney) -> &'a [Fen]) -> Filled {
        fen(
            self.count.money.as_ref().map(|money| &column(money)[self.range.clone()]),
            self.range.len(),
            |own| *own,
        )
    }
}

/// A range of persons, with all that is asked of each.
pub(super) struct Persons<'a> {
    count: &'a Count,
    thresholds: &'a Thresholds,
    range: Range<usize>,
    territories: Vec<Territory>,
    sums: Option<Vec<PersonSums>>,
}

impl<'a> Persons<'a> {
    pub fn of(count: &'a Count, thresholds: &'a Thresholds, range: Range<usize>) -> Persons<'a> {
        let row = |p| {
            let (territory, sums) = count.person(p);
            (territory, sums.unwrap_or_default())
        };
        let (territories, sums) = range.clone().into_par_iter().map(row).unzip();
        Persons { count, thresholds, range, territories, sums: count.money.as_ref().map(|_| sums) }
    }

    fn counts(&self, of: fn(&Territory) -> u32) -> Filled {
        counts(self.territories.len(), |row| of(&self.territories[row]))
    }

    fn money(&self, of: fn(&PersonSums) -> Fen) -> Filled {
        fen(self.sums.as_deref(), self.range.len(), of)
    }

    fn tests(&self, test: impl Fn(&Territory) -> bool) -> Filled {
        flags(self.territories.iter().map(test))
    }

    fn grave(&self, of: fn(&PersonSums) -> Fen) -> Filled {
        match &self.sums {
            Some(sums) => flags(sums.iter().map(|sums| of(sums) >= self.thresholds.grave_amount)),
            None => Filled::Array(Arc::new(BooleanArray::new_null(self.range.len()))),
        }
    }

    fn days(&self) -> Filled {
        let met = self.range.clone().zip(&self.territories);
        let days = met.map(|(p, t)| self.count.floor_met_on(p).filter(|_| t.meets_floor(self.thresholds)));
        Filled::Array(Arc::new(days.collect::<Date32Array>()))
    }
}

const fn key<R>(name: &'static str, fill: fn(&R) -> Filled) -> Column<R> {
    Column { name, kind: Kind::Key, nullable: false, fill }
}
const fn text<R>(name: &'static str, fill: fn(&R) -> Filled) -> Column<R> {
    Column { name, kind: Kind::Text, nullable: false, fill }
}
const fn count<R>(name: &'static str, fill: fn(&R) -> Filled) -> Column<R> {
    Column { name, kind: Kind::Count, nullable: false, fill }
}
const fn yuan<R>(name: &'static str, fill: fn(&R) -> Filled) -> Column<R> {
    Column { name, kind: Kind::Yuan, nullable: true, fill }
}
const fn flag<R>(name: &'static str, nullable: bool, fill: fn(&R) -> Filled) -> Column<R> {
    Column { name, kind: Kind::Flag, nullable, fill }
}

/// Columns of `accounts.parquet`.
pub(super) fn accounts<'a>() -> [Column<Accounts<'a>>; 12] {
    [
        key("account", |s| s.texts()),
        text("person", |s| person_texts(s.count.person[s.range.clone()].iter().copied())),
        count("depth", |s| s.counts(|own| own.depth)),
        count("directs", |s| s.counts(|own| own.directs)),
        count("accounts", |s| s.counts(|own| own.accounts)),
        count("persons", |s| s.counts(|own| own.persons)),
        count("levels", |s| s.counts(|own| own.levels)),
        count("person_levels", |s| s.counts(|own| own.person_levels)),
        yuan("paid_in", |s| s.money(|money| &money.paid_in)),
        yuan("bonus", |s| s.money(|money| &money.bonus)),
        yuan("withdrawn", |s| s.money(|money| &money.withdrawn)),
        yuan("team_paid_in", |s| fen(s.team.as_deref(), s.range.len(), |team| *team)),
    ]
}

/// Columns of `persons.parquet`.
pub(super) fn persons<'a>() -> [Column<Persons<'a>>; 16] {
    [
        key("person", |s| person_texts(s.range.clone().map(|p| p as u32))),
        count("accounts", |s| s.counts(|t| t.accounts)),
        count("persons", |s| s.counts(|t| t.persons)),
        count("levels", |s| s.counts(|t| t.levels)),
        count("direct_persons", |s| s.counts(|t| t.direct_persons)),
        yuan("paid_in", |s| s.money(|m| m.paid_in)),
        yuan("bonus", |s| s.money(|m| m.bonus)),
        yuan("withdrawn", |s| s.money(|m| m.withdrawn)),
        yuan("team_paid_in", |s| s.money(|m| m.team_paid_in)),
        yuan("team_paid_in_others", |s| s.money(|m| m.team_paid_in_others)),
        yuan("net", |s| s.money(|m| m.net)),
        flag("floor_met", false, |s| s.tests(|t| t.meets_floor(s.thresholds))),
        Column { name: "floor_met_on", kind: Kind::Date, nullable: true, fill: |s| s.days() },
        flag("grave_persons", false, |s| s.tests(|t| t.persons >= s.thresholds.grave_persons)),
        flag("grave_amount", true, |s| s.grave(|m| m.team_paid_in)),
        flag("grave_amount_others", true, |s| s.grave(|m| m.team_paid_in_others)),
    ]
}

/// Columns of `identities.parquet`, filled by [`identities`].
pub(super) static IDENTITIES: [(&str, Kind, bool); 3] =
    [("person", Kind::Text, false), ("identity", Kind::Text, true), ("accounts", Kind::Count, false)];

/// The three columns for a range of persons: a row for each number, one without a number for a person who has none.
pub(super) fn identities(count: &Count, persons: Range<usize>) -> [Filled; 3] {
    let mut holders = Vec::with_capacity(persons.len());
    let mut numbers = StringBuilder::with_capacity(persons.len(), persons.len() * 18);
    for person in persons {
        let held = count.identities.of(person as u32);
        if held.is_empty() {
            numbers.append_null();
            holders.push(person as u32);
        }
        for number in held {
            numbers.append_value(&*number);
            holders.push(person as u32);
        }
    }
    let accounts = counts(holders.len(), |row| count.territory(holders[row] as usize).accounts);
    [person_texts(holders.into_iter()), Filled::Array(Arc::new(numbers.finish())), accounts]
}

/// `P1`, `P2`, … of persons numbered from 0; by hand, because there are three for each account.
fn person_texts(persons: impl ExactSizeIterator<Item = u32>) -> Filled {
    let mut texts = StringBuilder::with_capacity(persons.len(), persons.len() * 9);
    let mut bytes = [0u8; 11];
    for person in persons {
        let (mut left, mut at) = (u64::from(person) + 1, bytes.len());
        while left > 0 {
            at -= 1;
            bytes[at] = b'0' + (left % 10) as u8;
            left /= 10;
        }
        at -= 1;
        bytes[at] = b'P';
        texts.append_value(std::str::from_utf8(&bytes[at..]).expect("a letter and digits are text"));
    }
    Filled::Array(Arc::new(texts.finish()))
}

fn counts(rows: usize, value: impl Fn(usize) -> u32) -> Filled {
    Filled::Numbers(Packed::of(rows, |row| i64::from(value(row))))
}

fn flags(values: impl Iterator<Item = bool>) -> Filled {
    Filled::Array(Arc::new(values.map(Some).collect::<BooleanArray>()))
}

/// Money; null in every row without a ledger.
fn fen<T>(values: Option<&[T]>, rows: usize, of: impl Fn(&T) -> Fen) -> Filled {
    let Some(values) = values else {
        let nulls = Decimal64Array::new_null(rows).with_precision_and_scale(18, 2);
        let nulls = nulls.expect("18 digits with 2 decimals is a decimal of 64 bits");
        return Filled::Array(Arc::new(nulls));
    };
    Filled::Numbers(Packed::of(values.len(), |row| of(&values[row])))
}
