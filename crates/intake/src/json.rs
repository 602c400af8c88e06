//! JSON lines: one object a line, parsed by the workers; keys are the headings.
//!
//! The headings are the keys of the lines at the start of the file. A key that first comes later still counts
//! when rows are compared. Numbers keep the digits they are written with.

use crate::batch::{Batch, Span};
use crate::columns::Plan;
use crate::csv::{Chunk, Chunks, Limits, Signs, bad_bytes, trimmed};
use crate::encoding::Encoding;
use crate::error::Error;
use crate::field::Field;
use crate::input::{Body, Opened, Sample};
use crate::parquet::KEY_FIELDS;
use crate::rows::{Known, Maker, SEPARATOR, Terms};
use crate::tally::Reason;
use memchr::memchr2;
use serde::Deserializer as _;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

/// Lines that are looked at for keys.
const SAMPLE_LINES: usize = 1_000;

/// Lines end at `\n` alone, whatever stands in them: 0xFF is in no UTF-8 text.
const SIGNS: Signs = Signs { delimiter: b',', quote: 0xFF, end: b'\n' };

pub(crate) fn open(sample: &Sample<'_>, encoding: Encoding) -> Result<Opened, Error> {
    let mut headings: Vec<String> = Vec::new();
    for line in sample.bytes.split(|b| *b == b'\n').take(SAMPLE_LINES) {
        // The last line of a sample may be cut; bad lines are rejected when they are read.
        let members = std::str::from_utf8(line).ok().and_then(object);
        for (key, _) in members.into_iter().flatten() {
            if !headings.iter().any(|h| h == key.trim()) {
                headings.push(key.trim().to_owned());
            }
        }
    }
    if headings.is_empty() {
        let message = "the file begins like JSON lines, but no line is an object".to_owned();
        return Err(Error::fault("not_a_table", sample.name, message, "Give one JSON object a line."));
    }
    let body = Body::JsonLines { encoding };
    Ok(Opened { body, headings, heading_row: 0, extra: 0, delimiter: None, part: None })
}

/// Cuts the text into chunks of whole lines.
pub(crate) fn lines<'a>(
    reader: Box<dyn Read + Send>,
    limits: Limits,
    name: &'a str,
    path: &'a Path,
) -> Chunks<'a> {
    Chunks::new(reader, SIGNS, limits, name, path)
}

type Members<'a> = Vec<(Cow<'a, str>, &'a RawValue)>;

/// The members of the object that a line is; `None` when it is none.
fn object(line: &str) -> Option<Members<'_>> {
    struct Object;
    impl<'de> Visitor<'de> for Object {
        type Value = Members<'de>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
            let mut members = Vec::new();
            while let Some(entry) = map.next_entry::<Key<'de>, &'de RawValue>()? {
                members.push((entry.0.0, entry.1));
            }
            Ok(members)
        }
    }
    let mut reader = serde_json::Deserializer::from_str(line);
    let members = reader.deserialize_map(Object).ok()?;
    reader.end().ok()?;
    Some(members)
}

#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Parses whole lines into a batch.
pub(crate) fn parse(
    terms: &Terms,
    plan: &Plan,
    file: u32,
    name: &str,
    chunk: &Chunk,
) -> Result<Batch, Error> {
    let text = std::str::from_utf8(&chunk.bytes).map_err(|e| {
        let before = chunk.bytes[..e.valid_up_to()].iter().filter(|b| **b == b'\n').count();
        bad_bytes(name, chunk.first_row + before as u64)
    })?;
    let places: HashMap<&str, usize> =
        plan.headings.iter().enumerate().map(|(i, heading)| (heading.as_str(), i)).collect();
    let kinds = Kinds::new(plan);
    let mut maker = Maker::new(terms, plan, file, Vec::new());
    for (row, line) in (chunk.first_row..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() {
            maker.pass_blank();
        } else if let Err((field, value, reason)) = fill(&mut maker, line, &places, &kinds) {
            maker.reject(row, field, value, reason);
        } else {
            maker.finish(row, None, Known::default());
        }
    }
    maker.close().map_err(|_| unreachable!("nothing is put into the first buffer"))
}

/// For each column the field it is, and whether that is a key.
struct Kinds(Vec<(Option<Field>, bool)>);

impl Kinds {
    fn new(plan: &Plan) -> Kinds {
        let field = |i: usize| Field::ALL.into_iter().find(|f| plan.fields[*f as usize] == i);
        Kinds(
            (0..plan.headings.len())
                .map(|i| (field(i), field(i).is_some_and(|f| KEY_FIELDS.contains(&f))))
                .collect(),
        )
    }
}

type Complaint = (Option<Field>, String, Reason);

fn fill(
    maker: &mut Maker<'_>,
    line: &str,
    places: &HashMap<&str, usize>,
    kinds: &Kinds,
) -> Result<(), Complaint> {
    let bad = || (None, String::new(), Reason::BadJson);
    let members = object(line).ok_or_else(bad)?;
    maker.cells.clear();
    maker.cells.resize(kinds.0.len(), Span::default());
    maker.tail.clear();
    let mut seen = vec![false; kinds.0.len()];
    let mut later: Vec<(&str, Cow<'_, str>)> = Vec::new();
    for (key, value) in &members {
        let at = places.get(key.trim()).copied();
        let (field, is_key) = at.map_or((None, false), |at| kinds.0[at]);
        let text = text_of(value, field, is_key)?;
        let (from, to) = trimmed(text.as_bytes(), 0, text.len());
        let text = &text[from..to];
        if memchr2(SEPARATOR, 0, text.as_bytes()).is_some() {
            return Err((None, String::new(), Reason::ControlCharacter));
        }
        match at {
            Some(at) if seen[at] => return Err(bad()),
            Some(at) => {
                seen[at] = true;
                maker.cells[at] = maker.keep(text.as_bytes());
            }
            None if text.is_empty() => {}
            None => later.push((key.trim(), Cow::Owned(text.to_owned()))),
        }
    }
    later.sort();
    for (key, text) in later {
        maker.tail.push(SEPARATOR);
        maker.tail.extend_from_slice(format!("{key}={text}").as_bytes());
    }
    Ok(())
}

/// The text of a value as a cell.
fn text_of(value: &RawValue, field: Option<Field>, is_key: bool) -> Result<Cow<'_, str>, Complaint> {
    let raw = value.get();
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(raw)
            .map(Cow::Owned)
            .map_err(|_| (field, String::new(), Reason::BadJson)),
        Some(b'n') | None => Ok(Cow::Borrowed("")),
        Some(b'{' | b'[') if field.is_some() => Err((field, String::new(), Reason::BadJson)),
        Some(b'-' | b'0'..=b'9') if is_key => {
            if raw.contains(['e', 'E']) {
                return Err((field, raw.to_owned(), Reason::DigitsLost));
            }
            // Account numbers that went through a binary number: 12.0 is 12.
            let whole = raw.split_once('.').filter(|(_, part)| part.bytes().all(|b| b == b'0'));
            Ok(Cow::Borrowed(whole.map_or(raw, |(whole, _)| whole)))
        }
        _ => Ok(Cow::Borrowed(raw)),
    }
}
