//! Delimited text: cut into chunks at row ends on one thread, parsed in place on many.
//!
//! The rules are those of RFC 4180, read strictly where they say what is meant and reported where they do not.
//! A cell is quoted if its very first byte is the quote; inside, two quotes are one; any byte but blanks
//! between the closing quote and the next delimiter makes the row *stray_quote*. A quote inside an unquoted
//! cell is itself. The cutting thread follows the same rules over quotes and row ends alone, so that a chunk
//! border never changes what is read. Requirements: a row is at most [`Limits::record_bytes`] long. Memory: a
//! few chunks. Per row nothing is allocated; an ordinary row stays where it was read, its delimiters turned
//! into U+001F so that the row itself is what is compared.

use crate::batch::Span;
use crate::columns::Plan;
use crate::encoding::BadBytes;
use crate::error::Error;
use crate::rows::{Known, Maker, SEPARATOR};
use crate::tally::Reason;
use memchr::{memchr, memchr2, memchr2_iter, memchr3, memrchr};
use std::io::Read;
use std::path::Path;

/// The signs of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signs {
    pub delimiter: u8,
    pub quote: u8,
    /// `\n`, or `\r` in a file that has no other row ends.
    pub end: u8,
}

/// Sizes, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// What a chunk aims at.
    pub chunk_bytes: usize,
    /// A longer row is refused.
    pub record_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { chunk_bytes: 1 << 20, record_bytes: 16 << 20 }
    }
}

/// Where a buffer that starts at a row start can be cut.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Behind the last row end.
    pub end: usize,
    /// Row ends before it.
    pub rows: u64,
    /// Is a quote open at the end of the buffer?
    pub open: bool,
}

pub(crate) fn cut(buffer: &[u8], signs: Signs) -> Cut {
    if memchr(signs.quote, buffer).is_none() {
        let end = memrchr(signs.end, buffer).map_or(0, |at| at + 1);
        let rows = memchr::memchr_iter(signs.end, &buffer[..end]).count() as u64;
        return Cut { end, rows, open: false };
    }
    let mut cut = Cut { end: 0, rows: 0, open: false };
    let mut skip = usize::MAX;
    for at in memchr2_iter(signs.quote, signs.end, buffer) {
        if at == skip {
            continue;
        }
        match (buffer[at] == signs.quote, cut.open) {
            (true, true) if buffer.get(at + 1) == Some(&signs.quote) => skip = at + 1,
            (true, true) => cut.open = false,
            (true, false) => {
                cut.open = at == 0 || buffer[at - 1] == signs.delimiter || buffer[at - 1] == signs.end;
            }
            (false, true) => {}
            (false, false) => {
                cut.end = at + 1;
                cut.rows += 1;
            }
        }
    }
    cut
}

/// Whole rows of one file.
pub(crate) struct Chunk {
    pub first_row: u64,
    pub bytes: Vec<u8>,
}

/// Cuts a text into chunks.
pub(crate) struct Chunks<'a> {
    reader: Box<dyn Read + Send>,
    signs: Signs,
    limits: Limits,
    name: &'a str,
    path: &'a Path,
    rest: Vec<u8>,
    next_row: u64,
    ended: bool,
}

impl<'a> Chunks<'a> {
    pub fn new(
        reader: Box<dyn Read + Send>,
        signs: Signs,
        limits: Limits,
        name: &'a str,
        path: &'a Path,
    ) -> Chunks<'a> {
        Chunks { reader, signs, limits, name, path, rest: Vec::new(), next_row: 1, ended: false }
    }

    /// The next chunk, or none at the end.
    pub fn next(&mut self) -> Result<Option<Chunk>, Error> {
        let mut buffer = std::mem::take(&mut self.rest);
        while !self.ended {
            let before = buffer.len();
            let wanted = self.limits.chunk_bytes.max(before);
            buffer.reserve(wanted + 1);
            let result = self.reader.by_ref().take(wanted as u64).read_to_end(&mut buffer);
            let read = result.map_err(|e| self.failed(e, &buffer))?;
            self.ended = read < wanted;
            let Cut { end, rows, open } = cut(&buffer, self.signs);
            if self.ended {
                if open {
                    return Err(self.unclosed(self.next_row + rows));
                }
                break;
            }
            if end > 0 {
                self.rest.extend_from_slice(&buffer[end..]);
                buffer.truncate(end);
                let chunk = Chunk { first_row: self.next_row, bytes: buffer };
                self.next_row += rows;
                return Ok(Some(chunk));
            }
            if buffer.len() > self.limits.record_bytes {
                return Err(self.unclosed(self.next_row));
            }
        }
        let first_row = self.next_row;
        Ok((!buffer.is_empty()).then_some(Chunk { first_row, bytes: buffer }))
    }

    fn unclosed(&self, row: u64) -> Error {
        Error::fault(
            "row_never_ends",
            self.name,
            format!(
                "this row does not end: a quote ({}) opens in it that is not closed, or the file is no table",
                char::from(self.signs.quote)
            ),
            "Mend a copy of the file at this row, or name the right quote for it in the mapping file (files: … quote).",
        )
        .at_row(row)
    }

    fn failed(&self, error: std::io::Error, buffer: &[u8]) -> Error {
        if error.get_ref().is_some_and(|e| e.is::<BadBytes>()) {
            return bad_bytes(self.name, self.next_row + cut(buffer, self.signs).rows);
        }
        Error::world(self.path, error)
    }
}

/// The refusal of bytes that are no text.
pub(crate) fn bad_bytes(name: &str, row: u64) -> Error {
    Error::fault(
        "bad_encoding",
        name,
        "bytes that are no text in the encoding this file was taken for".to_owned(),
        "Name the encoding of this file in the mapping file (files: … encoding: gb18030), or mend a copy of it at this row.",
    )
    .at_row(row)
}

/// What is wrong with a row beyond its width.
fn complaint(cell: Cell) -> Option<Reason> {
    match cell {
        Cell::Good => None,
        Cell::Stray => Some(Reason::StrayQuote),
        Cell::Swallowing => Some(Reason::SwallowedRows),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cell {
    Good,
    Stray,
    Swallowing,
}

/// Parses the rows of a chunk into `maker`, whose first buffer is the chunk.
pub(crate) fn parse(maker: &mut Maker<'_>, plan: &Plan, signs: Signs, first_row: u64) {
    let mut parser = Parser {
        signs,
        width: plan.width,
        // Control characters are looked for cell by cell only in a chunk that holds one.
        has_control: memchr3(SEPARATOR, 0, 0, &maker.first).is_some(),
        moved: false,
        cell: Cell::Good,
        control: false,
    };
    let (mut at, mut row) = (0, first_row);
    while at < maker.first.len() {
        let start = at;
        let end = parser.row(maker, &mut at);
        if row > plan.heading_row {
            parser.take(maker, plan, row, start, end);
        }
        row += 1;
    }
}

struct Parser {
    signs: Signs,
    width: usize,
    has_control: bool,
    /// Did a cell of the row at hand not stay as it was read?
    moved: bool,
    cell: Cell,
    control: bool,
}

impl Parser {
    /// Reads the cells of the row at `at` and moves `at` behind it. Gives the end of its content.
    #[inline]
    fn row(&mut self, maker: &mut Maker<'_>, at: &mut usize) -> usize {
        maker.cells.clear();
        (self.moved, self.cell, self.control) = (false, Cell::Good, false);
        loop {
            let quoted = maker.first.get(*at) == Some(&self.signs.quote);
            let (span, end) = if quoted { self.quoted(maker, *at) } else { self.plain(maker, *at) };
            maker.cells.push(span);
            if self.has_control && memchr2(SEPARATOR, 0, maker.bytes(span)).is_some() {
                self.control = true;
            }
            if end >= maker.first.len() || maker.first[end] == self.signs.end {
                *at = end + 1;
                let has_return = end > 0 && self.signs.end == b'\n' && maker.first[end - 1] == b'\r';
                return if has_return { end - 1 } else { end };
            }
            maker.first[end] = SEPARATOR;
            *at = end + 1;
        }
    }

    /// An unquoted cell: its trimmed text, and the place of the sign behind it.
    #[inline]
    fn plain(&mut self, maker: &mut Maker<'_>, start: usize) -> (Span, usize) {
        let buffer = &maker.first;
        let rest = &buffer[start.min(buffer.len())..];
        let end = memchr2(self.signs.delimiter, self.signs.end, rest).map_or(buffer.len(), |i| start + i);
        let mut stop = end;
        // The carriage return before a row end belongs to the row end.
        if stop > start && buffer[stop - 1] == b'\r' && (end == buffer.len() || buffer[end] == self.signs.end)
        {
            stop -= 1;
        }
        if !needs_trim(&buffer[start..stop]) {
            return (Span::first(start, stop), end);
        }
        let (from, to) = trimmed(buffer, start, stop);
        self.moved = true;
        if buffer[from..to].first() == Some(&self.signs.quote) {
            self.cell = Cell::Stray;
        }
        (Span::first(from, to), end)
    }

    /// A quoted cell.
    fn quoted(&mut self, maker: &mut Maker<'_>, start: usize) -> (Span, usize) {
        self.moved = true;
        let quote = self.signs.quote;
        let buffer = &maker.first;
        let (mut from, mut doubled, mut breaks) = (start + 1, false, false);
        let close = loop {
            match memchr2(quote, self.signs.end, &buffer[from.min(buffer.len())..]).map(|i| from + i) {
                Some(at) if buffer[at] != quote => (from, breaks) = (at + 1, true),
                Some(q) if buffer.get(q + 1) == Some(&quote) => (from, doubled) = (q + 2, true),
                Some(q) => break q,
                // The cutting thread refuses a file that ends inside a quote.
                None => break buffer.len(),
            }
        };
        let behind = (close + 1).min(buffer.len());
        let mut end = behind;
        if buffer.get(behind).is_some_and(|b| *b != self.signs.delimiter && *b != self.signs.end) {
            let rest = &buffer[behind..];
            end = memchr2(self.signs.delimiter, self.signs.end, rest).map_or(buffer.len(), |i| behind + i);
            if !buffer[behind..end].iter().all(|b| matches!(b, b' ' | b'\r' | b'\t')) {
                self.cell = Cell::Stray;
            }
        }
        let content = &buffer[start + 1..close];
        if quote == b'\'' && content.windows(2).any(|pair| pair == b"\"\"") {
            // Doubled signs of the other kind: what they stand for is not known.
            self.cell = Cell::Stray;
        }
        if breaks && self.cell == Cell::Good && self.swallows(content) {
            self.cell = Cell::Swallowing;
        }
        if !doubled {
            if !needs_trim(content) {
                return (Span::first(start + 1, close), end);
            }
            let (from, to) = trimmed(buffer, start + 1, close);
            return (Span::first(from, to), end);
        }
        (undoubled(quote, content, &mut maker.second), end)
    }

    /// Does one of the lines inside a quoted cell look like a row of this table?
    fn swallows(&self, content: &[u8]) -> bool {
        let is_row = |line: &[u8]| memchr::memchr_iter(self.signs.delimiter, line).count() + 1 >= self.width;
        self.width > 1 && content.split(|b| *b == self.signs.end).any(is_row)
    }

    #[inline]
    fn take(&mut self, maker: &mut Maker<'_>, plan: &Plan, row: u64, start: usize, end: usize) {
        if self.control {
            return maker.reject(row, None, String::new(), Reason::ControlCharacter);
        }
        if let Some(reason) = complaint(self.cell) {
            return maker.reject(row, None, String::new(), reason);
        }
        let headings = plan.headings.len();
        if maker.cells.len() != self.width || maker.cells[headings..].iter().any(|c| !c.is_empty()) {
            if maker.is_blank() {
                return maker.pass_blank();
            }
            let value = format!("{} cells, {} expected", maker.cells.len(), self.width);
            return maker.reject(row, None, value, Reason::RaggedRow);
        }
        let joined = (!self.moved && plan.straight).then(|| Span::first(start, end));
        maker.finish(row, joined, Known::default());
    }
}

/// Appends a quoted content with its doubled quotes made one.
fn undoubled(quote: u8, content: &[u8], out: &mut Vec<u8>) -> Span {
    let from = out.len();
    let mut rest = content;
    while let Some(q) = memchr(quote, rest) {
        out.extend_from_slice(&rest[..=q]);
        rest = &rest[q + 2..];
    }
    out.extend_from_slice(rest);
    let (from, to) = trimmed(out, from, out.len());
    Span::second(from, to)
}

/// May a blank stand at either end? Unicode blanks beyond ASCII begin with C2, E1, E2 or E3.
#[inline]
pub(crate) fn needs_trim(cell: &[u8]) -> bool {
    let (Some(&first), Some(&last)) = (cell.first(), cell.last()) else { return false };
    if first <= b' ' || last <= b' ' || matches!(first, 0xC2 | 0xE1..=0xE3) {
        return true;
    }
    last >= 0x80 && {
        let n = cell.len();
        (n >= 2 && cell[n - 2] == 0xC2) || (n >= 3 && matches!(cell[n - 3], 0xE1..=0xE3))
    }
}

/// The trimmed part of `buffer[start..end]`.
pub(crate) fn trimmed(buffer: &[u8], start: usize, end: usize) -> (usize, usize) {
    // Bytes that are no text fail later, as a whole.
    let Ok(text) = std::str::from_utf8(&buffer[start..end]) else { return (start, end) };
    let left = text.trim_start();
    let from = end - left.len();
    (from, from + left.trim_end().len())
}

/// The cells of the first rows of a text, trimmed: for the headings and for recognising.
pub(crate) fn first_rows(sample: &[u8], signs: Signs, count: usize, is_whole: bool) -> Vec<Vec<String>> {
    let plan = Plan {
        width: 0,
        order: Vec::new(),
        straight: false,
        fields: [crate::columns::ABSENT; crate::field::FIELD_COUNT],
        headings: Vec::new(),
        heading_row: 0,
    };
    let terms = crate::rows::Terms::new(
        crate::field::Table::Members,
        crate::rows::Pass::Quick,
        true,
        &Default::default(),
    );
    let whole = if is_whole { sample.len() } else { cut(sample, signs).end };
    let mut maker = Maker::new(&terms, &plan, 0, sample[..whole].to_vec());
    let mut parser =
        Parser { signs, width: 0, has_control: false, moved: false, cell: Cell::Good, control: false };
    let (mut at, mut rows) = (0, Vec::new());
    while at < maker.first.len() && rows.len() < count {
        parser.row(&mut maker, &mut at);
        let cells = maker.cells.iter().map(|c| String::from_utf8_lossy(maker.bytes(*c)).into_owned());
        rows.push(cells.collect());
    }
    rows
}
