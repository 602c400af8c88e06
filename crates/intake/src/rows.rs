//! Cells to typed rows, the same for every format: fingerprints, amounts, times, classes, rejects.

use crate::batch::{Batch, Entry, Member, Span};
use crate::columns::{ABSENT, Plan};
use crate::field::{Field, Table, fold};
use crate::kinds::Kinds;
use crate::mapping::Mapping;
use crate::tally::{Reason, Reject};
use crate::values::{self, Zone};
use mingjing_model::identity::is_blank;
use mingjing_network::rows::{Class, Fen, Micros};
use mingjing_network::run::WantsSerial;
use std::collections::{HashMap, HashSet};
use xxhash_rust::xxh3::xxh3_64;

/// Between the cells of a row where it is compared.
pub(crate) const SEPARATOR: u8 = 0x1F;

/// How much of a row is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// What is counted. Phones and cards may be left empty.
    Quick,
    /// Of members the phone and card, by row; all else may be left empty, the account too.
    Contacts,
    /// Phones, cards and the exact row too.
    Exact,
}

/// What is the same for all batches of one reading.
pub(crate) struct Terms {
    pub table: Table,
    pub pass: Pass,
    /// Of an exact pass: may a ledger row with this serial number be wanted? Others need not be made.
    pub serial: Option<WantsSerial>,
    /// May fingerprints be made in a way of the format's own, because all files have one format?
    pub is_one_format: bool,
    pub zone: Zone,
    kinds: HashMap<String, Class>,
    paid: HashMap<String, bool>,
    cny: HashSet<String>,
}

impl Terms {
    pub fn new(table: Table, pass: Pass, is_one_format: bool, mapping: &Mapping) -> Terms {
        let words = table.words();
        let flags =
            words.paid.iter().flat_map(|(yes, list)| list.iter().map(move |w| (fold(w), yes == "yes")));
        Terms {
            table,
            pass,
            is_one_format,
            serial: None,
            zone: Zone::new(mapping.zone()),
            kinds: mapping.kinds(),
            paid: flags.collect(),
            cny: words.cny.iter().map(|w| fold(w)).collect(),
        }
    }

    /// The class of a kind as it is written.
    pub fn class(&self, kind: &[u8]) -> Option<Class> {
        std::str::from_utf8(kind).ok().and_then(|kind| self.kinds.get(&fold(kind)).copied())
    }

    pub fn is_paid(&self, word: &[u8]) -> Option<bool> {
        match word {
            b"" => None,
            b"1" => Some(true),
            b"0" => Some(false),
            other => self.paid.get(&fold(std::str::from_utf8(other).ok()?)).copied(),
        }
    }

    pub fn is_foreign(&self, word: &[u8]) -> bool {
        match word {
            b"" | b"CNY" => false,
            other => std::str::from_utf8(other).is_ok_and(|w| !is_blank(w) && !self.cny.contains(&fold(w))),
        }
    }
}

/// What a format knows of a row beyond its texts.
#[derive(Clone, Copy, Default)]
pub(crate) struct Known {
    /// The amount, read from a number: `Some(None)` where it is none.
    pub amount: Option<Option<Fen>>,
    /// The time, read from a typed cell.
    pub time: Option<Option<Micros>>,
    /// A key field whose digits are lost.
    pub digits_lost: Option<Field>,
    /// The fingerprint, where it does not come from the joined row.
    pub content: Option<u64>,
}

/// Stands the text for no account? `0` may be one.
#[inline]
pub(crate) fn is_blank_account(text: &[u8]) -> bool {
    text.len() <= 4 && text != b"0" && std::str::from_utf8(text).is_ok_and(is_blank)
}

/// Makes the rows of one batch.
pub(crate) struct Maker<'a> {
    terms: &'a Terms,
    plan: &'a Plan,
    file: u32,
    /// First buffer: the chunk as read, where the format has one.
    pub first: Vec<u8>,
    /// Second buffer: cells that could not stay where they were, rows joined.
    pub second: Vec<u8>,
    /// Cells of the row at hand, in the order of the file, trimmed.
    pub cells: Vec<Span>,
    /// What is compared beyond the columns of the row at hand.
    pub tail: Vec<u8>,
    members: Vec<Member>,
    entries: Vec<Entry>,
    read: u64,
    blank: u64,
    rejected: Vec<Reject>,
    bad_times: Vec<Reject>,
    kinds: Kinds,
}

impl<'a> Maker<'a> {
    pub fn new(terms: &'a Terms, plan: &'a Plan, file: u32, first: Vec<u8>) -> Maker<'a> {
        Maker {
            terms,
            plan,
            file,
            first,
            second: Vec::new(),
            cells: Vec::with_capacity(plan.width),
            tail: Vec::new(),
            members: Vec::new(),
            entries: Vec::new(),
            read: 0,
            blank: 0,
            rejected: Vec::new(),
            bad_times: Vec::new(),
            kinds: Kinds::default(),
        }
    }

    #[inline]
    pub fn bytes(&self, span: Span) -> &[u8] {
        let buffer = if span.is_second() { &self.second } else { &self.first };
        &buffer[span.range()]
    }

    #[inline]
    fn cell(&self, field: Field) -> Span {
        match self.plan.fields[field as usize] {
            ABSENT => Span::default(),
            at => self.cells[at],
        }
    }

    /// Appends a trimmed text to the second buffer.
    pub fn keep(&mut self, text: &[u8]) -> Span {
        let start = self.second.len();
        self.second.extend_from_slice(text);
        Span::second(start, self.second.len())
    }

    /// Rejects the row at hand.
    pub fn reject(&mut self, row: u64, field: Option<Field>, value: String, reason: Reason) {
        self.read += 1;
        self.rejected.push(Reject { file: self.file, row, field, value, reason });
    }

    /// Counts a row without content.
    pub fn pass_blank(&mut self) {
        self.blank += 1;
    }

    /// Is every cell of the row at hand empty?
    #[inline]
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|c| c.is_empty())
    }

    /// Does the row at hand repeat the headings?
    #[inline]
    pub fn repeats_heading(&self) -> bool {
        let headings = &self.plan.headings;
        !headings.is_empty()
            && self.cells.len() >= headings.len()
            && headings.iter().zip(&self.cells).all(|(h, c)| h.as_bytes() == self.bytes(*c))
    }

    /// Takes the row whose cells are in `cells`, one for each column of the file. `joined` is the row with
    /// its separators where it already stands so in a buffer, in the order of the table's columns.
    #[inline]
    pub fn finish(&mut self, row: u64, joined: Option<Span>, known: Known) {
        if self.is_blank() {
            return self.pass_blank();
        }
        if self.repeats_heading() {
            return self.reject(row, None, String::new(), Reason::RepeatedHeading);
        }
        if let Some(field) = known.digits_lost {
            let value = field.shown(&String::from_utf8_lossy(self.bytes(self.cell(field))));
            return self.reject(row, Some(field), value, Reason::DigitsLost);
        }
        let account = self.cell(Field::Account);
        let text = self.bytes(account);
        if is_blank_account(text) {
            let value = String::from_utf8_lossy(text).into_owned();
            return self.reject(row, Some(Field::Account), value, Reason::BlankAccount);
        }
        let exact = joined.unwrap_or_else(|| self.join());
        match self.terms.table {
            Table::Members => self.member(row, account, exact, known),
            Table::Ledger => {
                // A serial number tells rows apart by itself.
                let content = known.content.unwrap_or_else(|| match self.cell(Field::Serial).is_empty() {
                    true => xxh3_64(self.bytes(exact)),
                    false => 0,
                });
                self.entry(row, account, exact, content, known);
            }
        }
    }

    /// Writes the row at hand into the second buffer, cells in the order of the table's columns.
    fn join(&mut self) -> Span {
        let start = self.second.len();
        for (i, &at) in self.plan.order.iter().enumerate() {
            if i > 0 {
                self.second.push(SEPARATOR);
            }
            if at == ABSENT {
                continue;
            }
            let span = self.cells[at];
            if !span.is_second() {
                self.second.extend_from_slice(&self.first[span.range()]);
            } else {
                self.second.extend_from_within(span.range());
            }
        }
        self.second.extend_from_slice(&self.tail);
        Span::second(start, self.second.len())
    }

    fn member(&mut self, row: u64, account: Span, exact: Span, known: Known) {
        let joined = self.time(row, Field::Joined, known);
        self.read += 1;
        self.members.push(Member {
            account,
            referrer: self.cell(Field::Referrer),
            placement: self.cell(Field::Placement),
            identity: self.cell(Field::Identity),
            joined,
            mobile: self.cell(Field::Mobile),
            bank_card: self.cell(Field::BankCard),
            paid: self.terms.is_paid(self.bytes(self.cell(Field::Paid))),
            has_identity: self.plan.fields[Field::Identity as usize] != ABSENT,
            exact,
            row,
        });
    }

    fn entry(&mut self, row: u64, account: Span, exact: Span, content: u64, known: Known) {
        let cell = self.bytes(self.cell(Field::Amount));
        let Some(amount) = known.amount.unwrap_or_else(|| values::amount(cell)) else {
            let value = Field::Amount.shown(&String::from_utf8_lossy(cell));
            return self.reject(row, Some(Field::Amount), value, Reason::BadAmount);
        };
        let Some(class) = self.class(row) else { return };
        let time = self.time(row, Field::Time, known);
        self.read += 1;
        self.entries.push(Entry {
            account,
            class,
            foreign: self.terms.is_foreign(self.bytes(self.cell(Field::Currency))),
            amount,
            time,
            serial: self.cell(Field::Serial),
            content,
            exact,
            row,
        });
    }

    #[inline]
    fn time(&mut self, row: u64, field: Field, known: Known) -> Option<Micros> {
        let span = self.cell(field);
        let cell = self.bytes(span);
        if cell.is_empty() && known.time.is_none() {
            return None;
        }
        let time = known.time.unwrap_or_else(|| self.terms.zone.instant(cell));
        if time.is_none() && !std::str::from_utf8(cell).is_ok_and(is_blank) {
            let value = field.shown(&String::from_utf8_lossy(cell));
            let reason = Reason::BadTime;
            self.bad_times.push(Reject { file: self.file, row, field: Some(field), value, reason });
        }
        time
    }

    /// The class of the row's kind, counted; `None` for a kind without one.
    #[inline]
    fn class(&mut self, row: u64) -> Option<Class> {
        let span = self.cell(Field::Kind);
        let buffer = if span.is_second() { &self.second } else { &self.first };
        self.kinds.class(&buffer[span.range()], row, self.terms)
    }

    /// Closes the batch. `Err` holds what stands in the first buffer before its first byte that is no UTF-8.
    pub fn close(self) -> Result<Batch, Vec<u8>> {
        let first = String::from_utf8(self.first).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            bytes.truncate(valid);
            bytes
        })?;
        let second = String::from_utf8(self.second)
            .expect("the second buffer holds whole pieces of texts, and the first is valid");
        Ok(Batch {
            first,
            second,
            members: self.members,
            entries: self.entries,
            lean: None,
            lazy: None,
            file: self.file,
            read: self.read,
            blank: self.blank,
            rejected: self.rejected,
            bad_times: self.bad_times,
            kinds: self.kinds.close(),
        })
    }
}
