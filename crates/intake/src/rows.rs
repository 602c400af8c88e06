//! Cells to typed rows, the same for every format: fingerprints, amounts, times, classes, rejects.

use crate::columns::{ABSENT, Plan};
use crate::field::{Field, Table, fold};
use crate::mapping::Mapping;
use crate::tally::{Reason, Reject};
use crate::values::{self, Zone};
use mingjing_model::identity::is_blank;
use mingjing_network::rows::{Class, Fen, LedgerRow, MemberRow, Micros};
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
    /// Of members the account, phone and card; all else may be left empty.
    Contacts,
    /// Phones, cards and the exact row too.
    Exact,
}

/// A piece of text in one of the two buffers of a batch; the top bit of `start` names the second.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    start: u32,
    len: u32,
}

const SECOND_BUFFER: u32 = 1 << 31;

impl Span {
    /// In the first buffer.
    #[inline]
    pub fn first(start: usize, end: usize) -> Span {
        Span { start: start as u32, len: (end - start) as u32 }
    }

    /// In the second buffer.
    #[inline]
    pub fn second(start: usize, end: usize) -> Span {
        Span { start: start as u32 | SECOND_BUFFER, len: (end - start) as u32 }
    }

    #[inline]
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    #[inline]
    fn range(self) -> std::ops::Range<usize> {
        let start = (self.start & !SECOND_BUFFER) as usize;
        start..start + self.len as usize
    }
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

    fn is_paid(&self, word: &[u8]) -> Option<bool> {
        match word {
            b"" => None,
            b"1" => Some(true),
            b"0" => Some(false),
            other => self.paid.get(&fold(std::str::from_utf8(other).ok()?)).copied(),
        }
    }

    fn is_foreign(&self, word: &[u8]) -> bool {
        match word {
            b"" | b"CNY" => false,
            other => std::str::from_utf8(other).is_ok_and(|w| !is_blank(w) && !self.cny.contains(&fold(w))),
        }
    }
}

#[derive(Clone, Copy)]
struct Member {
    account: Span,
    referrer: Span,
    placement: Span,
    identity: Span,
    joined: Option<Micros>,
    mobile: Span,
    bank_card: Span,
    paid: Option<bool>,
    has_identity: bool,
    exact: Span,
    row: u64,
}

#[derive(Clone, Copy)]
struct Entry {
    account: Span,
    class: Class,
    foreign: bool,
    amount: Fen,
    time: Option<Micros>,
    serial: Span,
    content: u64,
    exact: Span,
    row: u64,
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

/// A finished batch with what was found on the way.
#[derive(Default)]
pub(crate) struct Batch {
    first: String,
    second: String,
    members: Vec<Member>,
    entries: Vec<Entry>,
    /// Where the exact row is made when it is asked for.
    pub lazy: Option<crate::parquet::Lazy>,
    pub file: u32,
    pub read: u64,
    pub blank: u64,
    pub rejected: Vec<Reject>,
    pub bad_times: Vec<Reject>,
    /// Kind as given, class, rows, first row.
    pub kinds: Vec<(String, Option<Class>, u64, u64)>,
}

struct Kind {
    text: Box<[u8]>,
    class: Option<Class>,
    count: u64,
    first_row: u64,
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
    kinds: Vec<Kind>,
    kind_index: HashMap<Box<[u8]>, usize>,
    last_kind: usize,
}

/// Kinds that are looked for one after the other before the index is asked.
const KINDS_IN_ROW: usize = 12;

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
            kinds: Vec::new(),
            kind_index: HashMap::new(),
            last_kind: 0,
        }
    }

    #[inline]
    pub fn bytes(&self, span: Span) -> &[u8] {
        let buffer = if span.start & SECOND_BUFFER == 0 { &self.first } else { &self.second };
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
        if text.len() <= 4 && text != b"0" && std::str::from_utf8(text).is_ok_and(is_blank) {
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
            if span.start & SECOND_BUFFER == 0 {
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
        let text = self.bytes(span);
        let is_it = |kind: &Kind| &*kind.text == text;
        let at = if self.kinds.get(self.last_kind).is_some_and(is_it) {
            self.last_kind
        } else if let Some(at) = self.kinds.iter().take(KINDS_IN_ROW).position(is_it) {
            at
        } else if let Some(&at) = self.kind_index.get(text) {
            at
        } else {
            let text: Box<[u8]> = text.into();
            self.new_kind(text, row)
        };
        self.last_kind = at;
        self.kinds[at].count += 1;
        self.kinds[at].class
    }

    fn new_kind(&mut self, text: Box<[u8]>, row: u64) -> usize {
        let class = std::str::from_utf8(&text).ok().and_then(|t| self.terms.kinds.get(&fold(t)).copied());
        let at = self.kinds.len();
        self.kind_index.insert(text.clone(), at);
        self.kinds.push(Kind { text, class, count: 0, first_row: row });
        at
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
        let text = |t: &[u8]| String::from_utf8_lossy(t).into_owned();
        Ok(Batch {
            first,
            second,
            members: self.members,
            entries: self.entries,
            lazy: None,
            file: self.file,
            read: self.read,
            blank: self.blank,
            rejected: self.rejected,
            bad_times: self.bad_times,
            kinds: self.kinds.iter().map(|k| (text(&k.text), k.class, k.count, k.first_row)).collect(),
        })
    }
}

impl Batch {
    /// Frees the rows once they have been prepared; what was found stays.
    pub fn drop_rows(&mut self) {
        (self.first, self.second) = (String::new(), String::new());
        (self.members, self.entries) = (Vec::new(), Vec::new());
        self.lazy = None;
    }

    #[inline]
    fn text(&self, span: Span) -> &str {
        let buffer = if span.start & SECOND_BUFFER == 0 { &self.first } else { &self.second };
        &buffer[span.range()]
    }

    fn exact(&self, span: Span, row: u64, out: &mut Vec<u8>) {
        out.clear();
        match &self.lazy {
            Some(lazy) => lazy.push(row, out),
            None => out.extend_from_slice(self.text(span).as_bytes()),
        }
    }
}

/// Some rows of a member table, in input order.
pub struct MemberBatch {
    pub(crate) batch: Batch,
}

impl MemberBatch {
    /// Writes the `i`-th of the rows exactly: every cell after trimming, joined by U+001F. In an exact pass only.
    pub fn exact(&self, i: usize, out: &mut Vec<u8>) {
        let row = &self.batch.members[i];
        self.batch.exact(row.exact, row.row, out);
    }

    /// The rows, their `exact` left empty.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = MemberRow<'_>> {
        let b = &self.batch;
        b.members.iter().map(move |m| MemberRow {
            account: b.text(m.account),
            referrer: b.text(m.referrer),
            placement: b.text(m.placement),
            identity: m.has_identity.then(|| b.text(m.identity)),
            joined: m.joined,
            mobile: b.text(m.mobile),
            bank_card: b.text(m.bank_card),
            paid: m.paid,
            exact: &[],
            file: b.file,
            row: m.row,
        })
    }
}

/// Some rows of a ledger, in input order.
pub struct LedgerBatch {
    pub(crate) batch: Batch,
}

impl LedgerBatch {
    /// Writes the `i`-th of the rows exactly: every cell after trimming, joined by U+001F. In an exact pass only.
    pub fn exact(&self, i: usize, out: &mut Vec<u8>) {
        let row = &self.batch.entries[i];
        self.batch.exact(row.exact, row.row, out);
    }

    /// The rows, their `exact` left empty.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = LedgerRow<'_>> {
        let b = &self.batch;
        b.entries.iter().map(move |e| LedgerRow {
            account: b.text(e.account),
            class: e.class,
            amount: e.amount,
            time: e.time,
            serial: b.text(e.serial),
            foreign: e.foreign,
            content: e.content,
            exact: &[],
            file: b.file,
            row: e.row,
        })
    }
}
