//! Finished batches: rows as they are handed on, their texts side by side, and what was found on the way.
//!
//! Nothing is read or judged here: see `rows` and `parquet`.

use crate::parquet::Lean;
use crate::tally::Reject;
use mingjing_network::rows::{Class, Fen, LedgerRow, MemberRow, Micros};

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
    pub fn is_second(self) -> bool {
        self.start & SECOND_BUFFER != 0
    }

    #[inline]
    pub fn range(self) -> std::ops::Range<usize> {
        let start = (self.start & !SECOND_BUFFER) as usize;
        start..start + self.len as usize
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Member {
    pub account: Span,
    pub referrer: Span,
    pub placement: Span,
    pub identity: Span,
    pub joined: Option<Micros>,
    pub mobile: Span,
    pub bank_card: Span,
    pub paid: Option<bool>,
    pub has_identity: bool,
    pub exact: Span,
    pub row: u64,
}

#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub account: Span,
    pub class: Class,
    pub foreign: bool,
    pub amount: Fen,
    pub time: Option<Micros>,
    pub serial: Span,
    pub content: u64,
    pub exact: Span,
    pub row: u64,
}

/// A finished batch with what was found on the way.
#[derive(Default)]
pub(crate) struct Batch {
    pub first: String,
    pub second: String,
    pub members: Vec<Member>,
    pub entries: Vec<Entry>,
    /// In place of all these, the rows of a Parquet file.
    pub lean: Option<Lean>,
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

impl Batch {
    /// Frees the rows once they have been prepared; what was found stays.
    pub fn drop_rows(&mut self) {
        (self.first, self.second) = (String::new(), String::new());
        (self.members, self.entries) = (Vec::new(), Vec::new());
        (self.lean, self.lazy) = (None, None);
    }

    #[inline]
    fn text(&self, span: Span) -> &str {
        let buffer = if span.is_second() { &self.second } else { &self.first };
        &buffer[span.range()]
    }

    fn member(&self, i: usize) -> MemberRow<'_> {
        if let Some(lean) = &self.lean {
            return lean.member(i, self.file);
        }
        let m = &self.members[i];
        MemberRow {
            account: self.text(m.account),
            referrer: self.text(m.referrer),
            placement: self.text(m.placement),
            identity: m.has_identity.then(|| self.text(m.identity)),
            joined: m.joined,
            mobile: self.text(m.mobile),
            bank_card: self.text(m.bank_card),
            paid: m.paid,
            exact: &[],
            file: self.file,
            row: m.row,
        }
    }

    fn entry(&self, i: usize) -> LedgerRow<'_> {
        if let Some(lean) = &self.lean {
            return lean.entry(i, self.file);
        }
        let e = &self.entries[i];
        LedgerRow {
            account: self.text(e.account),
            class: e.class,
            amount: e.amount,
            time: e.time,
            serial: self.text(e.serial),
            foreign: e.foreign,
            content: e.content,
            exact: &[],
            file: self.file,
            row: e.row,
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
        out.clear();
        match &self.batch.lazy {
            Some(lazy) => lazy.push(self.batch.member(i).row, out),
            None => out.extend_from_slice(self.batch.text(self.batch.members[i].exact).as_bytes()),
        }
    }

    /// The rows, their `exact` left empty.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = MemberRow<'_>> {
        let count = self.batch.lean.as_ref().map_or(self.batch.members.len(), Lean::len);
        (0..count).map(|i| self.batch.member(i))
    }
}

/// Some rows of a ledger, in input order.
pub struct LedgerBatch {
    pub(crate) batch: Batch,
}

impl LedgerBatch {
    /// Writes the `i`-th of the rows exactly: every cell after trimming, joined by U+001F. In an exact pass only.
    pub fn exact(&self, i: usize, out: &mut Vec<u8>) {
        out.clear();
        match &self.batch.lazy {
            Some(lazy) => lazy.push(self.batch.entry(i).row, out),
            None => out.extend_from_slice(self.batch.text(self.batch.entries[i].exact).as_bytes()),
        }
    }

    /// The rows, their `exact` left empty.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = LedgerRow<'_>> {
        let count = self.batch.lean.as_ref().map_or(self.batch.entries.len(), Lean::len);
        (0..count).map(|i| self.batch.entry(i))
    }
}
