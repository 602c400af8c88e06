//! What one person holds: his accounts, and the identity numbers behind him.
//!
//! Accounts are found in one pass over the column of persons; identity numbers by the place of the row, which is
//! never before the person's number, because each person has one row or more.

use super::{Accounts, Table, text, wrong};
use crate::{Error, tables};
use arrow::array::Array;
use mingjing_network::figures::AccountFigures;
use parquet::arrow::ProjectionMask;

/// Rows of `identities.parquet` that are read at once.
const ROWS_AT_ONCE: usize = 64;

impl Accounts {
    /// The accounts of a person (from 1), in the order of their numbers, at most `limit`; and how many there are.
    ///
    /// # Errors
    /// Damaged file, or the system refuses.
    pub fn held(&self, person: u32, limit: usize) -> Result<(Vec<AccountFigures>, u64), Error> {
        let table = &self.0;
        let name = format!("P{person}");
        let mask = ProjectionMask::leaves(table.footer.parquet_schema(), [1]);
        let (mut rows, mut total, mut row) = (Vec::new(), 0, 0);
        for batch in table.read(0..table.rows(), Some(mask))? {
            let batch = batch.map_err(|e| Error::broken(&table.path, e.to_string()))?;
            let texts = text(&batch, 0, table)?;
            for i in (0..texts.len()).filter(|&i| texts.value(i) == name) {
                total += 1;
                if rows.len() < limit {
                    rows.push(row + i);
                }
            }
            row += batch.num_rows();
        }
        let mut held = Vec::with_capacity(rows.len());
        for row in rows {
            held.extend(self.rows(row..row + 1)?.next().transpose()?);
        }
        Ok((held, total))
    }
}

/// `identities.parquet` opened for look-ups. Whoever shows what it gives answers for that.
pub struct Identities(Table);

impl Identities {
    /// Opens the table of a result directory.
    ///
    /// # Errors
    /// Missing or damaged file, or the system refuses.
    pub fn open(dir: &std::path::Path) -> Result<Identities, Error> {
        Table::open(dir, tables::IDENTITIES).map(Identities)
    }

    /// The identity numbers of a person (from 1); empty where none is usable.
    ///
    /// # Errors
    /// Damaged file, or the system refuses.
    pub fn of(&self, person: u32) -> Result<Vec<String>, Error> {
        let table = &self.0;
        let (mut found, mut row) = (Vec::new(), person.saturating_sub(1) as usize);
        while row < table.rows() {
            let end = table.rows().min(row + ROWS_AT_ONCE);
            for batch in table.read(row..end, None)? {
                let batch = batch.map_err(|e| Error::broken(&table.path, e.to_string()))?;
                let (persons, numbers) = (text(&batch, 0, table)?, text(&batch, 1, table)?);
                for i in 0..batch.num_rows() {
                    let own =
                        persons.value(i).strip_prefix('P').and_then(|digits| digits.parse::<u32>().ok());
                    match own.ok_or_else(|| wrong(table, 0))?.cmp(&person) {
                        std::cmp::Ordering::Less => {}
                        std::cmp::Ordering::Equal if numbers.is_valid(i) => {
                            found.push(numbers.value(i).to_owned())
                        }
                        std::cmp::Ordering::Equal => {}
                        std::cmp::Ordering::Greater => return Ok(found),
                    }
                }
            }
            row = end;
        }
        Ok(found)
    }
}
