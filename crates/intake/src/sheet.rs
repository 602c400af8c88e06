//! Rows that a format has taken apart on the reading thread, on their way to the workers.

use crate::batch::{Batch, Span};
use crate::columns::Plan;
use crate::field::{Field, Table};
use crate::parquet::{KEY_FIELDS, WHOLE_DOUBLE_MAX};
use crate::rows::{Known, Maker, SEPARATOR, Terms};
use crate::tally::Reason;
use crate::values::amount_of_double;
use memchr::memchr2;

/// What a cell was, beside its text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    /// Nothing but text.
    Text,
    /// A binary number.
    Number(f64),
    /// A naive time in microseconds.
    Naive(i64),
}

/// Some rows; each has exactly as many cells as the plan is wide, unless it is marked.
#[derive(Default)]
pub(crate) struct Cells {
    text: Vec<u8>,
    /// End of each cell in `text`, and what it was.
    cells: Vec<(u32, Value)>,
    /// Row number, number of cells, and what is wrong with their number where the format itself says so.
    rows: Vec<(u64, u32, Option<Box<str>>)>,
}

impl Cells {
    /// Begins a cell's text; [`Cells::end_cell`] ends it.
    pub fn text(&mut self) -> &mut Vec<u8> {
        &mut self.text
    }

    /// Ends the cell at hand.
    pub fn end_cell(&mut self, value: Value) {
        self.cells.push((self.text.len() as u32, value));
    }

    /// Ends the row at hand, which has `count` cells.
    pub fn end_row(&mut self, row: u64, count: usize) {
        self.rows.push((row, count as u32, None));
    }

    /// A row without cells here, ragged where it stands.
    pub fn ragged_row(&mut self, row: u64, what: String) {
        self.rows.push((row, 0, Some(what.into())));
    }

    /// Is it time to hand these rows on?
    pub fn is_full(&self) -> bool {
        self.text.len() >= 1 << 20 || self.rows.len() >= crate::parquet::BATCH_ROWS
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows as a batch.
    pub fn batch(self, terms: &Terms, plan: &Plan, file: u32) -> Batch {
        let mut maker = Maker::new(terms, plan, file, Vec::new());
        let (mut at, mut start) = (0, 0);
        for (row, count, ragged) in &self.rows {
            let (row, count) = (*row, *count as usize);
            if let Some(what) = ragged {
                maker.reject(row, None, what.to_string(), Reason::RaggedRow);
                continue;
            }
            let cells = &self.cells[at..at + count];
            at += count;
            let mut control = false;
            maker.cells.clear();
            for &(end, _) in cells {
                let raw = &self.text[start..end as usize];
                let (from, to) = crate::csv::trimmed(raw, 0, raw.len());
                control |= memchr2(SEPARATOR, 0, raw).is_some();
                let span: Span = maker.keep(&raw[from..to]);
                maker.cells.push(span);
                start = end as usize;
            }
            if maker.is_blank() {
                maker.pass_blank();
            } else if control {
                maker.reject(row, None, String::new(), Reason::ControlCharacter);
            } else if cells.len() != plan.width {
                let value = format!("{} cells, {} expected", cells.len(), plan.width);
                maker.reject(row, None, value, Reason::RaggedRow);
            } else {
                maker.finish(row, None, known(cells, terms, plan));
            }
        }
        maker.close().unwrap_or_else(|_| unreachable!("nothing is put into the first buffer"))
    }
}

fn known(cells: &[(u32, Value)], terms: &Terms, plan: &Plan) -> Known {
    let value = |field: Field| cells.get(plan.fields[field as usize]).map(|(_, value)| *value);
    let time = if terms.table == Table::Members { Field::Joined } else { Field::Time };
    let is_lost = |f: &Field| matches!(value(*f), Some(Value::Number(v)) if v.abs() >= WHOLE_DOUBLE_MAX);
    Known {
        amount: match value(Field::Amount) {
            Some(Value::Number(yuan)) => Some(amount_of_double(yuan)),
            _ => None,
        },
        time: match value(time) {
            Some(Value::Naive(micros)) => Some(terms.zone.naive(micros)),
            _ => None,
        },
        digits_lost: KEY_FIELDS.into_iter().find(is_lost),
        content: None,
    }
}
