//! What reading found: counts by file, the rows that were rejected, the times that could not be read.

use crate::field::Field;
use mingjing_network::rows::Class;
use std::collections::BTreeMap;

/// A row or value that was not taken, where and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Which of the inputs, from 0.
    pub file: u32,
    /// Row number in that file.
    pub row: u64,
    /// The field, where one field is to blame.
    pub field: Option<Field>,
    /// The value as given (at most 80 characters), masked where the field is personal; for a ragged row the counts.
    pub value: String,
    /// Why.
    pub reason: Reason,
}

/// Why a row or value was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// No account number.
    BlankAccount,
    /// Another number of cells than the table has columns: cells may be shifted.
    RaggedRow,
    /// A quote that opens or closes inside a cell.
    StrayQuote,
    /// A quoted cell that holds whole rows: a quote was not closed where it should.
    SwallowedRows,
    /// The headings once more.
    RepeatedHeading,
    /// A control character (NUL or U+001F) in a cell: the file is damaged there.
    ControlCharacter,
    /// A key held as a binary number beyond what such a number holds exactly: its last digits are lost.
    DigitsLost,
    /// A line of JSON lines that is no object, a nested value in a field, or a key twice.
    BadJson,
    /// An amount that cannot be read.
    BadAmount,
    /// A time that cannot be read; the row is kept, its time unknown.
    BadTime,
}

impl Reason {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Reason::BlankAccount => "blank_account",
            Reason::RaggedRow => "ragged_row",
            Reason::StrayQuote => "stray_quote",
            Reason::SwallowedRows => "swallowed_rows",
            Reason::RepeatedHeading => "repeated_heading",
            Reason::ControlCharacter => "control_character",
            Reason::DigitsLost => "digits_lost",
            Reason::BadJson => "bad_json",
            Reason::BadAmount => "bad_amount",
            Reason::BadTime => "bad_time",
        }
    }
}

/// What one reading of a table found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows read of each file, rejected ones included, blank ones not.
    pub rows_read: Vec<u64>,
    /// Rows without any content, of each file: passed over, but they have row numbers.
    pub blank_rows: Vec<u64>,
    /// Rejected rows in input order; read = accepted + rejected.
    pub rejected: Vec<Reject>,
    /// Times that could not be read, in input order: their rows are kept.
    pub bad_times: Vec<Reject>,
    /// Kinds as given, with class and number of accepted rows.
    pub kinds: BTreeMap<String, (Class, u64)>,
}

impl Tally {
    /// Rows read of all files.
    pub fn read(&self) -> u64 {
        self.rows_read.iter().sum()
    }

    /// Rows handed on.
    pub fn accepted(&self) -> u64 {
        self.read() - self.rejected.len() as u64
    }

    /// Rejected rows with an amount that cannot be read (`bad_amounts`).
    pub fn bad_amounts(&self) -> u64 {
        self.rejected.iter().filter(|r| r.reason == Reason::BadAmount).count() as u64
    }
}

/// Progress and the wish to stop.
pub trait Watch: Sync {
    /// Told on the calling thread after each batch: bytes of the inputs that were read, of how many; rows so far.
    fn progress(&self, bytes_done: u64, bytes_total: u64, rows: u64);
    /// Asked at each batch.
    fn stopped(&self) -> bool;
}

/// Watches nothing.
pub struct Unwatched;

impl Watch for Unwatched {
    fn progress(&self, _: u64, _: u64, _: u64) {}
    fn stopped(&self) -> bool {
        false
    }
}
