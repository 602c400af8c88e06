//! Pages of the persons of a result, filtered and sorted, straight from `persons.parquet`.
//!
//! A page is found in one pass over the columns that decide it (the one sorted by, those filtered by), holding the
//! rows of the page alone; then the rows of the page are read whole. A page goes on behind a cursor, so the last
//! page costs what the first does. Time grows with the persons, memory does not. Unknown values stand last.

use super::{Persons, Table};
use crate::Error;
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Date32Type, Decimal128Type, Int64Type};
use mingjing_network::figures::PersonFigures;
use parquet::arrow::ProjectionMask;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// The most rows of a page.
pub const PAGE_ROWS_MAX: usize = 1_000;

/// A column of `persons.parquet` that persons can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum PersonColumn {
    Person,
    Accounts,
    Persons,
    Levels,
    DirectPersons,
    PaidIn,
    Bonus,
    Withdrawn,
    TeamPaidIn,
    TeamPaidInOthers,
    Net,
    FloorMetOn,
}

impl PersonColumn {
    /// All of them, in the order of the file.
    pub const ALL: [PersonColumn; 12] = [
        PersonColumn::Person,
        PersonColumn::Accounts,
        PersonColumn::Persons,
        PersonColumn::Levels,
        PersonColumn::DirectPersons,
        PersonColumn::PaidIn,
        PersonColumn::Bonus,
        PersonColumn::Withdrawn,
        PersonColumn::TeamPaidIn,
        PersonColumn::TeamPaidInOthers,
        PersonColumn::Net,
        PersonColumn::FloorMetOn,
    ];

    /// Its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            PersonColumn::Person => "person",
            PersonColumn::Accounts => "accounts",
            PersonColumn::Persons => "persons",
            PersonColumn::Levels => "levels",
            PersonColumn::DirectPersons => "direct_persons",
            PersonColumn::PaidIn => "paid_in",
            PersonColumn::Bonus => "bonus",
            PersonColumn::Withdrawn => "withdrawn",
            PersonColumn::TeamPaidIn => "team_paid_in",
            PersonColumn::TeamPaidInOthers => "team_paid_in_others",
            PersonColumn::Net => "net",
            PersonColumn::FloorMetOn => "floor_met_on",
        }
    }

    /// The column of that name.
    pub fn named(name: &str) -> Option<PersonColumn> {
        PersonColumn::ALL.into_iter().find(|column| column.name() == name)
    }

    /// Its place in the file.
    fn place(self) -> usize {
        match self {
            PersonColumn::FloorMetOn => 12,
            other => other as usize,
        }
    }
}

/// Which persons: all that is given must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PersonFilter {
    /// Meets the floor of persons and levels.
    pub floor_met: Option<bool>,
    /// Meets the grave number of persons.
    pub grave_persons: Option<bool>,
    /// Meets the grave amount; an unknown amount is neither.
    pub grave_amount: Option<bool>,
    /// At least so many accounts held.
    pub accounts_min: Option<i64>,
    /// At least so many persons.
    pub persons_min: Option<i64>,
    /// At least so many levels.
    pub levels_min: Option<i64>,
}

/// Where a page ended: the value sorted by (`None`: unknown) and the person, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Value of the last row: a number, fen, or days since 1970.
    pub value: Option<i64>,
    /// Person of the last row.
    pub person: u32,
}

/// A page that is wanted.
#[derive(Clone, Copy, Debug)]
pub struct PersonQuery {
    /// Which.
    pub filter: PersonFilter,
    /// Sorted by what.
    pub sort: PersonColumn,
    /// Falling instead of rising.
    pub falling: bool,
    /// Behind which row; `None`: the first page.
    pub after: Option<Cursor>,
    /// How many rows, at most [`PAGE_ROWS_MAX`].
    pub rows: usize,
}

/// A page.
#[derive(Clone, Debug)]
pub struct PersonPage {
    /// Its rows.
    pub rows: Vec<PersonFigures>,
    /// How many persons the filter lets through, on all pages.
    pub matching: u64,
    /// Where the next page goes on; `None`: this is the last.
    pub next: Option<Cursor>,
}

/// A row's place in the order: of two, the smaller stands first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    value: Option<i64>,
    person: u32,
    falling: bool,
}

impl Ord for Key {
    fn cmp(&self, other: &Key) -> Ordering {
        let by_value = match (self.value, other.value) {
            (Some(a), Some(b)) if self.falling => b.cmp(&a),
            (Some(a), Some(b)) => a.cmp(&b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        by_value.then(self.person.cmp(&other.person))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Persons {
    /// One page of the persons.
    ///
    /// # Errors
    /// Damaged file, or the system refuses.
    pub fn page(&self, query: &PersonQuery) -> Result<PersonPage, Error> {
        let rows = query.rows.clamp(1, PAGE_ROWS_MAX);
        let key = |value, person| Key { value, person, falling: query.falling };
        let after = query.after.map(|cursor| key(cursor.value, cursor.person));
        // The greatest of those kept stands on top and leaves first; one more than wanted tells of a next page.
        let mut kept: BinaryHeap<Key> = BinaryHeap::with_capacity(rows + 2);
        let mut matching = 0;
        self.scan(query, |value, person| {
            matching += 1;
            let key = key(value, person);
            let is_behind = after.is_none_or(|after| key > after);
            if is_behind && (kept.len() <= rows || kept.peek().is_some_and(|last| key < *last)) {
                kept.push(key);
                if kept.len() > rows + 1 {
                    kept.pop();
                }
            }
        })?;
        let mut keys = kept.into_sorted_vec();
        let has_more = keys.len() > rows;
        keys.truncate(rows);
        let last = keys.last().map(|last| Cursor { value: last.value, person: last.person });
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            let row = self.find(key.person)?;
            found.push(row.ok_or_else(|| Error::broken(&self.0.path, "a row is gone"))?);
        }
        Ok(PersonPage { rows: found, matching, next: last.filter(|_| has_more) })
    }

    /// Tells the sorted value and the number of every person that the filter lets through, in the order of the file.
    fn scan(&self, query: &PersonQuery, mut tell: impl FnMut(Option<i64>, u32)) -> Result<(), Error> {
        let filter = query.filter;
        let wanted = [
            (true, query.sort.place()),
            (filter.accounts_min.is_some(), 1),
            (filter.persons_min.is_some(), 2),
            (filter.levels_min.is_some(), 3),
            (filter.floor_met.is_some(), 11),
            (filter.grave_persons.is_some(), 13),
            (filter.grave_amount.is_some(), 14),
        ];
        let mut places: Vec<usize> = wanted.iter().filter(|(is, _)| *is).map(|(_, place)| *place).collect();
        if query.sort == PersonColumn::Person {
            // The number of a person is his row: no text needs to be read, any column tells how many rows there are.
            places[0] = 1;
        }
        places.sort_unstable();
        places.dedup();
        let table = &self.0;
        let mask = ProjectionMask::leaves(table.footer.parquet_schema(), places.iter().copied());
        let mut person = 0u32;
        for batch in table.read(0..table.rows(), Some(mask))? {
            let batch = batch.map_err(|e| Error::broken(&table.path, e.to_string()))?;
            let at = |place: usize| places.iter().position(|own| *own == place);
            let lets = lets_through(&batch, table, &filter, &at)?;
            let values = values(&batch, table, query.sort, &at)?;
            for row in 0..batch.num_rows() {
                person += 1;
                if lets(row) {
                    let value = if query.sort == PersonColumn::Person {
                        Some(i64::from(person))
                    } else {
                        values(row)
                    };
                    tell(value, person);
                }
            }
        }
        Ok(())
    }
}

type At<'a> = &'a dyn Fn(usize) -> Option<usize>;

fn array<'a>(batch: &'a RecordBatch, table: &Table, column: usize) -> Result<&'a dyn Array, Error> {
    batch.columns().get(column).map(AsRef::as_ref).ok_or_else(|| super::wrong(table, column))
}

/// Does the filter let a row of the batch through?
fn lets_through<'a>(
    batch: &'a RecordBatch,
    table: &'a Table,
    filter: &PersonFilter,
    at: At<'_>,
) -> Result<impl Fn(usize) -> bool + 'a, Error> {
    let mut least = Vec::new();
    for (min, place) in [(filter.accounts_min, 1), (filter.persons_min, 2), (filter.levels_min, 3)] {
        if let (Some(min), Some(column)) = (min, at(place)) {
            let values = array(batch, table, column)?.as_primitive_opt::<Int64Type>();
            least.push((values.ok_or_else(|| super::wrong(table, column))?, min));
        }
    }
    let mut flags = Vec::new();
    for (flag, place) in [(filter.floor_met, 11), (filter.grave_persons, 13), (filter.grave_amount, 14)] {
        if let (Some(flag), Some(column)) = (flag, at(place)) {
            flags.push((
                array(batch, table, column)?.as_boolean_opt().ok_or_else(|| super::wrong(table, column))?,
                flag,
            ));
        }
    }
    Ok(move |row| {
        least.iter().all(|(values, min)| values.value(row) >= *min)
            && flags.iter().all(|(values, flag)| values.is_valid(row) && values.value(row) == *flag)
    })
}

/// The values sorted by.
fn values<'a>(
    batch: &'a RecordBatch,
    table: &'a Table,
    sort: PersonColumn,
    at: At<'_>,
) -> Result<Box<dyn Fn(usize) -> Option<i64> + 'a>, Error> {
    if sort == PersonColumn::Person {
        return Ok(Box::new(|_| None));
    }
    let column = at(sort.place()).ok_or_else(|| super::wrong(table, sort.place()))?;
    let any = array(batch, table, column)?;
    if let Some(values) = any.as_primitive_opt::<Int64Type>() {
        return Ok(Box::new(|row| values.is_valid(row).then(|| values.value(row))));
    }
    if let Some(values) = any.as_primitive_opt::<Decimal128Type>() {
        return Ok(Box::new(|row| values.is_valid(row).then(|| values.value(row) as i64)));
    }
    let values = any.as_primitive_opt::<Date32Type>().ok_or_else(|| super::wrong(table, column))?;
    Ok(Box::new(|row| values.is_valid(row).then(|| i64::from(values.value(row)))))
}
