//! `findings.csv`: every finding with its file, row and reason; and `candidates.csv`: accounts that may belong to
//! one person, proposed and never merged.
//!
//! Identity numbers, phones, cards and names leave here masked, whoever hands them in.

mod reasons;

pub use reasons::{REASONS, Reason, reason};

use crate::Error;
use crate::csv::{Reader, Writer};
use crate::stage::Stage;
use crate::summary::table_name;
use mingjing_model::mask;
use mingjing_network::count::Count;
use mingjing_network::figures::Table;
use std::path::Path;

/// File of the findings.
pub const FINDINGS: &str = "findings.csv";
/// File of the candidates.
pub const CANDIDATES: &str = "candidates.csv";

const HEADING: [&str; 9] =
    ["finding", "table", "file", "row", "account", "field", "value", "reason_zh", "reason_en"];
const CANDIDATES_HEADING: [&str; 5] = ["kind", "group", "account", "person", "number"];

/// What reading found in one row: the row is rejected, or one field of it cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowFinding<'a> {
    /// Key of the finding: `rejected_rows`, `bad_amounts`, `bad_times`, ….
    pub key: &'a str,
    /// The table.
    pub table: Table,
    /// Name of the file, without its path.
    pub file: &'a str,
    /// Row number as a spreadsheet shows it.
    pub row: u64,
    /// The account of the row, if it is known; else empty.
    pub account: &'a str,
    /// The field, by its name in mapping files; empty if it is the whole row.
    pub field: &'a str,
    /// The value as given.
    pub value: &'a str,
    /// Why, in Chinese; if it is empty, what the table of reasons has for the key.
    pub reason_zh: &'a str,
    /// Why, in English or as a code; used where the table of reasons has no text for the key.
    pub reason: &'a str,
}

/// Two or more accounts with one phone or bank card but not one identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// `mobile` or `bank_card`.
    pub kind: &'a str,
    /// Running number of the group, from 1.
    pub group: u32,
    /// The account.
    pub account: &'a str,
    /// Running number of its person, from 1.
    pub person: u32,
    /// The number that is shared; it is masked here.
    pub number: &'a str,
}

/// Names of the input files by table, in their order.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// Member tables.
    pub members: Vec<String>,
    /// Ledgers.
    pub ledger: Vec<String>,
}

impl Files {
    fn name(&self, table: Table, file: u32) -> &str {
        let list = match table {
            Table::Members => &self.members,
            Table::Ledger => &self.ledger,
        };
        list.get(file as usize).map_or("", String::as_str)
    }
}

/// One row of `findings.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct FindingRow {
    pub finding: String,
    pub table: String,
    pub file: String,
    pub row: u64,
    pub account: String,
    pub field: String,
    pub value: String,
    pub reason_zh: String,
    pub reason_en: String,
}

/// Writes `findings.csv`: first what counting found, then what reading found, each in the order given.
///
/// # Errors
/// The system refuses; the error names the file.
pub fn write<'a>(
    stage: &Stage,
    count: &Count,
    files: &Files,
    reading: impl IntoIterator<Item = RowFinding<'a>>,
) -> Result<(), Error> {
    let mut out = Writer::create(stage, FINDINGS, &HEADING)?;
    for f in count.details.iter() {
        let (row, text) = (f.row.to_string(), reason(f.key));
        let [zh, en] = text.map_or([f.key; 2], |text| [text.zh, text.en]);
        out.row(&[
            f.key,
            table_name(f.table),
            files.name(f.table, f.file),
            &row,
            &f.account,
            "",
            "",
            zh,
            en,
        ])?;
    }
    for f in reading {
        let (row, value) = (f.row.to_string(), shown(f.field, f.value));
        let zh = match f.reason_zh {
            "" => reason(f.key).map_or(f.reason, |text| text.zh),
            own => own,
        };
        let table = table_name(f.table);
        out.row(&[f.key, table, f.file, &row, f.account, f.field, &value, zh, f.reason])?;
    }
    out.finish()
}

/// A value as it may leave the program.
fn shown(field: &str, value: &str) -> String {
    match field {
        "identity" | "mobile" | "bank_card" => mask::last_four(value),
        "name" => mask::name(value),
        _ => value.to_owned(),
    }
}

/// Writes `candidates.csv`, unless there is no candidate.
///
/// # Errors
/// The system refuses; the error names the file.
pub fn write_candidates<'a>(
    stage: &Stage,
    candidates: impl IntoIterator<Item = Candidate<'a>>,
) -> Result<(), Error> {
    let mut candidates = candidates.into_iter().peekable();
    if candidates.peek().is_none() {
        return Ok(());
    }
    let mut out = Writer::create(stage, CANDIDATES, &CANDIDATES_HEADING)?;
    for c in candidates {
        let (group, person) = (c.group.to_string(), format!("P{}", c.person));
        out.row(&[c.kind, &group, c.account, &person, &mask::last_four(c.number)])?;
    }
    out.finish()
}

/// Reads `findings.csv` row by row.
///
/// # Errors
/// The file is missing or damaged; the system refuses.
pub fn read(dir: &Path) -> Result<impl Iterator<Item = Result<FindingRow, Error>>, Error> {
    let mut reader = Reader::open(dir, FINDINGS, &HEADING)?;
    Ok(std::iter::from_fn(move || {
        let fields = match reader.row() {
            Ok(fields) => fields?,
            Err(error) => return Some(Err(error)),
        };
        let Ok(row) = fields[3].parse() else {
            return Some(Err(Error::broken(&reader.path, format!("{:?} is no row number", fields[3]))));
        };
        let mut texts = fields.into_iter();
        let mut next = || texts.next().unwrap_or_default();
        let (finding, table, file) = (next(), next(), next());
        next();
        let (account, field, value) = (next(), next(), next());
        let (reason_zh, reason_en) = (next(), next());
        Some(Ok(FindingRow { finding, table, file, row, account, field, value, reason_zh, reason_en }))
    }))
}

/// One row of `candidates.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct CandidateRow {
    pub kind: String,
    pub group: String,
    pub account: String,
    pub person: String,
    /// The last four characters.
    pub number: String,
}

/// Reads `candidates.csv` row by row; none if there is no such file, which means that there was no candidate.
///
/// # Errors
/// The file is damaged; the system refuses.
pub fn candidates(dir: &Path) -> Result<impl Iterator<Item = Result<CandidateRow, Error>>, Error> {
    crate::stage::must_stand(dir)?;
    let mut reader = match dir.join(CANDIDATES).exists() {
        true => Some(Reader::open(dir, CANDIDATES, &CANDIDATES_HEADING)?),
        false => None,
    };
    Ok(std::iter::from_fn(move || {
        let fields = match reader.as_mut()?.row() {
            Ok(fields) => fields?,
            Err(error) => return Some(Err(error)),
        };
        let mut texts = fields.into_iter();
        let mut next = || texts.next().unwrap_or_default();
        let (kind, group, account, person, number) = (next(), next(), next(), next(), next());
        Some(Ok(CandidateRow { kind, group, account, person, number }))
    }))
}

/// All of them at once.
///
/// # Errors
/// As [`candidates`].
pub fn read_candidates(dir: &Path) -> Result<Vec<CandidateRow>, Error> {
    candidates(dir)?.collect()
}
