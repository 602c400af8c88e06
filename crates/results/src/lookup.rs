//! Rows of the Parquet tables found again: by account number, by person, or one after the other.
//!
//! Only the footer and the pages that hold the row are read: the account numbers stand in order, so the page
//! statistics of that column name the page. Holds nothing but the footer in memory.

mod held;
mod pages;

pub use held::Identities;
pub use pages::{Cursor, PAGE_ROWS_MAX, PersonColumn, PersonFilter, PersonPage, PersonQuery};

use crate::{Error, tables};
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Date32Type, Decimal128Type, Int64Type};
use mingjing_network::figures::{AccountFigures, PersonFigures};
use mingjing_network::rows::Fen;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
    RowSelection,
};
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// `accounts.parquet` opened for look-ups.
pub struct Accounts(Table);

/// `persons.parquet` opened for look-ups.
pub struct Persons(Table);

impl Accounts {
    /// Opens the table of a result directory.
    ///
    /// # Errors
    /// Missing or damaged file, or the system refuses.
    pub fn open(dir: &Path) -> Result<Accounts, Error> {
        Table::open(dir, tables::ACCOUNTS).map(Accounts)
    }

    /// How many accounts.
    pub fn len(&self) -> usize {
        self.0.rows()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The account with that number, compared as given.
    ///
    /// # Errors
    /// Damaged file, or the system refuses.
    pub fn find(&self, account: &str) -> Result<Option<AccountFigures>, Error> {
        for page in self.0.pages_with(account)? {
            let start = page.start;
            let column = ProjectionMask::leaves(self.0.footer.parquet_schema(), [0]);
            let mut row = start;
            for batch in self.0.read(page, Some(column))? {
                let batch = batch.map_err(|e| Error::broken(&self.0.path, e.to_string()))?;
                let texts = text(&batch, 0, &self.0)?;
                if let Some(at) = (0..texts.len()).find(|&i| texts.value(i) == account) {
                    return self.rows(row + at..row + at + 1)?.next().transpose();
                }
                row += batch.num_rows();
            }
        }
        Ok(None)
    }

    /// The rows with these places, in the order of the account numbers, read piece by piece.
    ///
    /// # Errors
    /// Damaged file, or the system refuses.
    pub fn rows(
        &self,
        range: Range<usize>,
    ) -> Result<impl Iterator<Item = Result<AccountFigures, Error>> + '_, Error> {
        self.0.decoded(range, account_rows)
    }
}

impl Persons {
    /// Opens the table of a result directory.
    ///
    /// # Errors
    /// Missing or damaged file, or the system refuses.
    pub fn open(dir: &Path) -> Result<Persons, Error> {
        Table::open(dir, tables::PERSONS).map(Persons)
    }

    /// How many persons.
    pub fn len(&self) -> usize {
        self.0.rows()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The person with that running number, from 1.
    ///
    /// # Errors
    /// Damaged file, or the system refuses.
    pub fn find(&self, person: u32) -> Result<Option<PersonFigures>, Error> {
        let row = person as usize;
        if row == 0 || row > self.len() { Ok(None) } else { self.rows(row - 1..row)?.next().transpose() }
    }

    /// The rows with these places (person number less one), read piece by piece.
    ///
    /// # Errors
    /// Damaged file, or the system refuses.
    pub fn rows(
        &self,
        range: Range<usize>,
    ) -> Result<impl Iterator<Item = Result<PersonFigures, Error>> + '_, Error> {
        self.0.decoded(range, person_rows)
    }
}

struct Table {
    path: PathBuf,
    file: File,
    footer: ArrowReaderMetadata,
}

impl Table {
    fn open(dir: &Path, name: &str) -> Result<Table, Error> {
        let (path, file) = crate::open(dir, name)?;
        let options = ArrowReaderOptions::new()
            .with_skip_arrow_metadata(true)
            .with_page_index_policy(PageIndexPolicy::Required);
        let footer =
            ArrowReaderMetadata::load(&file, options).map_err(|e| Error::parquet(&path, "read", e))?;
        Ok(Table { path, file, footer })
    }

    fn rows(&self) -> usize {
        self.footer.metadata().file_metadata().num_rows().max(0) as usize
    }

    /// The ranges of rows whose pages may hold the key `text` (column 0).
    fn pages_with(&self, text: &str) -> Result<Vec<Range<usize>>, Error> {
        let metadata = self.footer.metadata();
        let no_index = || Error::broken(&self.path, "no page index");
        let (pages, places) =
            (metadata.column_index().ok_or_else(no_index)?, metadata.offset_index().ok_or_else(no_index)?);
        let (mut start, mut found) = (0, Vec::new());
        for (group, facts) in metadata.row_groups().iter().enumerate() {
            let rows = facts.num_rows().max(0) as usize;
            if let (Some(ColumnIndexMetaData::BYTE_ARRAY(index)), Some(offsets)) =
                (pages[group].first(), places[group].first())
            {
                let firsts: Vec<usize> =
                    offsets.page_locations().iter().map(|page| page.first_row_index as usize).collect();
                for (page, &first) in firsts.iter().enumerate() {
                    let above = index.min_value(page).is_none_or(|least| least <= text.as_bytes());
                    let below = index.max_value(page).is_none_or(|most| most >= text.as_bytes());
                    if above && below {
                        let end = firsts.get(page + 1).copied().unwrap_or(rows);
                        found.push(start + first..start + end);
                    }
                }
            }
            start += rows;
        }
        Ok(found)
    }

    /// Reads rows; all columns without a mask.
    fn read(
        &self,
        rows: Range<usize>,
        mask: Option<ProjectionMask>,
    ) -> Result<ParquetRecordBatchReader, Error> {
        let file = self.file.try_clone().map_err(|e| Error::io(&self.path, "read", e))?;
        let (mut groups, mut start, mut first) = (Vec::new(), 0, None);
        for (group, facts) in self.footer.metadata().row_groups().iter().enumerate() {
            let end = start + facts.num_rows().max(0) as usize;
            if start < rows.end && rows.start < end {
                groups.push(group);
                first.get_or_insert(start);
            }
            start = end;
        }
        let first = first.unwrap_or(0);
        let within = rows.start.saturating_sub(first)..rows.end.min(start).saturating_sub(first);
        let total = groups.iter().map(|&g| self.footer.metadata().row_group(g).num_rows() as usize).sum();
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.footer.clone())
            .with_row_groups(groups)
            .with_row_selection(RowSelection::from_consecutive_ranges(std::iter::once(within), total));
        if let Some(mask) = mask {
            builder = builder.with_projection(mask);
        }
        builder.build().map_err(|e| Error::parquet(&self.path, "read", e))
    }

    fn decoded<'a, T: 'a>(
        &'a self,
        rows: Range<usize>,
        decode: fn(&RecordBatch, &Table) -> Result<Vec<T>, Error>,
    ) -> Result<impl Iterator<Item = Result<T, Error>> + 'a, Error> {
        let batches = self.read(rows, None)?;
        Ok(batches.flat_map(move |batch| {
            let decoded =
                batch.map_err(|e| Error::broken(&self.path, e.to_string())).and_then(|b| decode(&b, self));
            match decoded {
                Ok(rows) => rows.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            }
        }))
    }
}

fn wrong(table: &Table, column: usize) -> Error {
    Error::broken(&table.path, format!("column {} is not of its type", column + 1))
}

fn text<'a>(
    batch: &'a RecordBatch,
    column: usize,
    table: &Table,
) -> Result<&'a arrow::array::StringArray, Error> {
    (column < batch.num_columns())
        .then(|| batch.column(column).as_string_opt::<i32>())
        .flatten()
        .ok_or_else(|| wrong(table, column))
}

/// The columns of one batch, by place, each read as what it must hold.
struct Columns<'a> {
    batch: &'a RecordBatch,
    table: &'a Table,
}

impl Columns<'_> {
    fn person(&self, column: usize) -> Result<impl Fn(usize) -> u32, Error> {
        let texts = text(self.batch, column, self.table)?;
        let number = |i| texts.value(i).strip_prefix('P').and_then(|digits| digits.parse().ok());
        let numbers: Option<Vec<u32>> = (0..texts.len()).map(number).collect();
        let numbers = numbers.ok_or_else(|| wrong(self.table, column))?;
        Ok(move |i: usize| numbers[i])
    }

    fn count(&self, column: usize) -> Result<impl Fn(usize) -> u32, Error> {
        let values = self.at(column)?.as_primitive_opt::<Int64Type>();
        let values = values.ok_or_else(|| wrong(self.table, column))?;
        if values.values().iter().any(|&value| u32::try_from(value).is_err()) {
            return Err(wrong(self.table, column));
        }
        Ok(|i| values.value(i) as u32)
    }

    fn yuan(&self, column: usize) -> Result<impl Fn(usize) -> Option<Fen>, Error> {
        let values = self.at(column)?.as_primitive_opt::<Decimal128Type>();
        let values = values.ok_or_else(|| wrong(self.table, column))?;
        Ok(|i| values.is_valid(i).then(|| values.value(i) as Fen))
    }

    fn flag(&self, column: usize) -> Result<impl Fn(usize) -> Option<bool>, Error> {
        let values = self.at(column)?.as_boolean_opt().ok_or_else(|| wrong(self.table, column))?;
        Ok(|i| values.is_valid(i).then(|| values.value(i)))
    }

    fn date(&self, column: usize) -> Result<impl Fn(usize) -> Option<i32>, Error> {
        let values = self.at(column)?.as_primitive_opt::<Date32Type>();
        let values = values.ok_or_else(|| wrong(self.table, column))?;
        Ok(|i| values.is_valid(i).then(|| values.value(i)))
    }

    fn at(&self, column: usize) -> Result<&dyn Array, Error> {
        if column < self.batch.num_columns() {
            Ok(self.batch.column(column).as_ref())
        } else {
            Err(wrong(self.table, column))
        }
    }
}

fn account_rows(batch: &RecordBatch, table: &Table) -> Result<Vec<AccountFigures>, Error> {
    let c = Columns { batch, table };
    let (account, person) = (text(batch, 0, table)?, c.person(1)?);
    let (depth, directs, accounts) = (c.count(2)?, c.count(3)?, c.count(4)?);
    let (persons, levels, person_levels) = (c.count(5)?, c.count(6)?, c.count(7)?);
    let (paid_in, bonus, withdrawn, team_paid_in) = (c.yuan(8)?, c.yuan(9)?, c.yuan(10)?, c.yuan(11)?);
    let row = |i| AccountFigures {
        account: account.value(i).to_owned(),
        person: person(i),
        depth: depth(i),
        directs: directs(i),
        accounts: accounts(i),
        persons: persons(i),
        levels: levels(i),
        person_levels: person_levels(i),
        paid_in: paid_in(i),
        bonus: bonus(i),
        withdrawn: withdrawn(i),
        team_paid_in: team_paid_in(i),
    };
    Ok((0..batch.num_rows()).map(row).collect())
}

fn person_rows(batch: &RecordBatch, table: &Table) -> Result<Vec<PersonFigures>, Error> {
    let c = Columns { batch, table };
    let person = c.person(0)?;
    let (accounts, persons, levels, direct_persons) = (c.count(1)?, c.count(2)?, c.count(3)?, c.count(4)?);
    let (paid_in, bonus, withdrawn) = (c.yuan(5)?, c.yuan(6)?, c.yuan(7)?);
    let (team_paid_in, team_paid_in_others, net) = (c.yuan(8)?, c.yuan(9)?, c.yuan(10)?);
    let (floor_met, floor_met_on, grave_persons) = (c.flag(11)?, c.date(12)?, c.flag(13)?);
    let (grave_amount, grave_amount_others) = (c.flag(14)?, c.flag(15)?);
    let row = |i| PersonFigures {
        person: person(i),
        accounts: accounts(i),
        persons: persons(i),
        levels: levels(i),
        direct_persons: direct_persons(i),
        paid_in: paid_in(i),
        bonus: bonus(i),
        withdrawn: withdrawn(i),
        team_paid_in: team_paid_in(i),
        team_paid_in_others: team_paid_in_others(i),
        net: net(i),
        floor_met: floor_met(i) == Some(true),
        floor_met_on: floor_met_on(i),
        grave_persons: grave_persons(i) == Some(true),
        grave_amount: grave_amount(i),
        grave_amount_others: grave_amount_others(i),
    };
    Ok((0..batch.num_rows()).map(row).collect())
}
