//! Which columns the tables have, and how each is filled from the count: the one place where they are named.

use arrow::array::{ArrayRef, BooleanArray, Date32Array, Decimal64Array, Int64Array, StringBuilder};
use mingjing_network::count::{AccountMoney, Count, NO_DAY, PersonSums};
use mingjing_network::figures::Thresholds;
use mingjing_network::rows::Fen;
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

type Fill = fn(&Source, Range<usize>) -> ArrayRef;

/// One column.
pub(super) struct Column {
    pub name: &'static str,
    pub kind: Kind,
    pub nullable: bool,
    pub fill: Fill,
}

/// What the columns are filled from.
pub(super) struct Source<'a> {
    pub count: &'a Count,
    pub thresholds: &'a Thresholds,
}

const fn key(name: &'static str, fill: Fill) -> Column {
    Column { name, kind: Kind::Key, nullable: false, fill }
}
const fn text(name: &'static str, nullable: bool, fill: Fill) -> Column {
    Column { name, kind: Kind::Text, nullable, fill }
}
const fn count(name: &'static str, fill: Fill) -> Column {
    Column { name, kind: Kind::Count, nullable: false, fill }
}
const fn yuan(name: &'static str, fill: Fill) -> Column {
    Column { name, kind: Kind::Yuan, nullable: true, fill }
}
const fn flag(name: &'static str, nullable: bool, fill: Fill) -> Column {
    Column { name, kind: Kind::Flag, nullable, fill }
}

/// Columns of `accounts.parquet`.
pub(super) static ACCOUNTS: [Column; 12] = [
    key("account", |s, r| account_texts(s, r)),
    text("person", false, |s, r| person_texts(s.count.person[r].iter().copied())),
    count("depth", |s, r| counts(&s.count.structure.depth[r])),
    count("directs", |s, r| counts(&s.count.directs[r])),
    count("accounts", |s, r| counts(&s.count.structure.accounts[r])),
    count("persons", |s, r| counts(&s.count.structure.persons[r])),
    count("levels", |s, r| counts(&s.count.structure.levels[r])),
    count("person_levels", |s, r| counts(&s.count.structure.person_levels[r])),
    yuan("paid_in", |s, r| account_money(s, r, |m| &m.paid_in)),
    yuan("bonus", |s, r| account_money(s, r, |m| &m.bonus)),
    yuan("withdrawn", |s, r| account_money(s, r, |m| &m.withdrawn)),
    yuan("team_paid_in", |s, r| account_money(s, r, |m| &m.team_paid_in)),
];

/// Columns of `persons.parquet`.
pub(super) static PERSONS: [Column; 16] = [
    key("person", |_, r| person_texts(r.map(|p| p as u32))),
    count("accounts", |s, r| counts(&s.count.territories.accounts[r])),
    count("persons", |s, r| counts(&s.count.territories.persons[r])),
    count("levels", |s, r| counts(&s.count.territories.levels[r])),
    count("direct_persons", |s, r| counts(&s.count.territories.direct_persons[r])),
    yuan("paid_in", |s, r| person_money(s, r, |m| m.paid_in)),
    yuan("bonus", |s, r| person_money(s, r, |m| m.bonus)),
    yuan("withdrawn", |s, r| person_money(s, r, |m| m.withdrawn)),
    yuan("team_paid_in", |s, r| person_money(s, r, |m| m.team_paid_in)),
    yuan("team_paid_in_others", |s, r| person_money(s, r, |m| m.team_paid_in_others)),
    yuan("net", |s, r| person_money(s, r, |m| m.net)),
    flag("floor_met", false, |s, r| {
        let (t, of) = (s.thresholds, &s.count.territories);
        flags(r.map(|p| of.persons[p] >= t.floor_persons && of.levels[p] >= t.floor_levels))
    }),
    Column { name: "floor_met_on", kind: Kind::Date, nullable: true, fill: |s, r| days(s, r) },
    flag("grave_persons", false, |s, r| {
        flags(r.map(|p| s.count.territories.persons[p] >= s.thresholds.grave_persons))
    }),
    flag("grave_amount", true, |s, r| grave_money(s, r, |m| m.team_paid_in)),
    flag("grave_amount_others", true, |s, r| grave_money(s, r, |m| m.team_paid_in_others)),
];

/// Columns of `identities.parquet`, filled by [`identities`].
pub(super) static IDENTITIES: [(&str, Kind, bool); 3] =
    [("person", Kind::Text, false), ("identity", Kind::Text, true), ("accounts", Kind::Count, false)];

/// The three columns for a range of persons: a row for each number, one without a number for a person who has none.
pub(super) fn identities(count: &Count, persons: Range<usize>) -> [ArrayRef; 3] {
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
    let accounts = holders.iter().map(|&person| i64::from(count.territories.accounts[person as usize]));
    let accounts = Int64Array::from_iter_values(accounts);
    [person_texts(holders.into_iter()), Arc::new(numbers.finish()), Arc::new(accounts)]
}

fn account_texts(s: &Source, r: Range<usize>) -> ArrayRef {
    let mut texts = StringBuilder::with_capacity(r.len(), r.len() * 12);
    r.for_each(|account| texts.append_value(&*s.count.names.text(account as u32)));
    Arc::new(texts.finish())
}

/// `P1`, `P2`, … of persons numbered from 0; by hand, because there are three for each account.
fn person_texts(persons: impl ExactSizeIterator<Item = u32>) -> ArrayRef {
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
    Arc::new(texts.finish())
}

fn counts(values: &[u32]) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values.iter().map(|&value| i64::from(value))))
}

fn flags(values: impl Iterator<Item = bool>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<BooleanArray>())
}

fn days(s: &Source, r: Range<usize>) -> ArrayRef {
    let day = |&day| if day == NO_DAY { None } else { Some(day) };
    Arc::new(s.count.floor_met_on[r].iter().map(day).collect::<Date32Array>())
}

fn fen(values: Option<&[Fen]>, rows: usize) -> ArrayRef {
    let array = match values {
        Some(values) => Decimal64Array::from_iter_values(values.iter().copied()),
        None => Decimal64Array::new_null(rows),
    };
    Arc::new(
        array.with_precision_and_scale(18, 2).expect("18 digits with 2 decimals is a decimal of 64 bits"),
    )
}

fn account_money(s: &Source, r: Range<usize>, of: fn(&AccountMoney) -> &Vec<Fen>) -> ArrayRef {
    let rows = r.len();
    fen(s.count.money.as_ref().map(|money| &of(money)[r]), rows)
}

/// A sum of each person; `None` without a ledger.
fn person_sums(s: &Source, r: Range<usize>, of: fn(PersonSums) -> Fen) -> Option<Vec<Fen>> {
    r.map(|p| s.count.person_sums(p).map(of)).collect()
}

fn person_money(s: &Source, r: Range<usize>, of: fn(PersonSums) -> Fen) -> ArrayRef {
    let rows = r.len();
    fen(person_sums(s, r, of).as_deref(), rows)
}

fn grave_money(s: &Source, r: Range<usize>, of: fn(PersonSums) -> Fen) -> ArrayRef {
    let rows = r.len();
    match person_sums(s, r, of) {
        Some(sums) => flags(sums.iter().map(|&amount| amount >= s.thresholds.grave_amount)),
        None => Arc::new(BooleanArray::new_null(rows)),
    }
}
