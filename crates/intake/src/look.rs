//! A look at a file before it is mapped: its headings, which fields each may be, its first rows, its kinds.
//!
//! For a page on which a person decides the mapping. It takes nothing for certain: a heading that fits two fields
//! is told with both. Reads the start of the file alone. Cells stand as given: whoever shows them masks them.

use crate::batch::MemberBatch;
use crate::columns::{ABSENT, Columns};
use crate::csv::Limits;
use crate::error::Error;
use crate::field::{Field, Table, fold};
use crate::input::{Input, Source, open};
use crate::mapping::Mapping;
use crate::rows::Pass;
use crate::table::Members;
use crate::tally::Unwatched;
use mingjing_network::rows::Class;
use std::collections::BTreeMap;
use std::path::Path;

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// As it stands in the file.
    pub text: String,
    /// The fields whose words it is, by the mapping where that names the table, else by the shipped words.
    pub fits: Vec<Field>,
}

/// A file as it was looked at.
#[derive(Clone, Debug)]
pub struct Look {
    /// Format, encoding, delimiter, sheet.
    pub input: Input,
    /// Headings in their order.
    pub headings: Vec<Heading>,
    /// The first rows, one cell for each heading.
    pub rows: Vec<Vec<String>>,
}

/// Looks at one file, at most `rows_max` of its rows.
///
/// # Errors
/// As opening the table, but never for headings that are missing or unclear.
pub fn look(path: &Path, table: Table, mapping: &Mapping, rows_max: usize) -> Result<Look, Error> {
    let (source, headings) = source(path, table, mapping)?;
    let input = source.input.clone();
    let mut rows = Vec::new();
    first_rows(source, rows_max, |cells| rows.push(cells.iter().map(|cell| (*cell).to_owned()).collect()))?;
    let lists = mapping.headings(table).unwrap_or_else(|| {
        let words = table.words().fields.iter();
        words.map(|(field, list)| (*field, list.iter().map(|h| fold(h)).collect())).collect()
    });
    let fits = |heading: &String| {
        let folded = fold(heading);
        let fitting = lists.iter().filter(|(_, list)| list.contains(&folded)).map(|(field, _)| *field);
        Heading { text: heading.clone(), fits: fitting.collect() }
    };
    let headings = headings.iter().map(fits).collect();
    Ok(Look { input, headings, rows })
}

/// The kinds under a heading of a ledger, each with how often it stands in the first `rows_max` rows.
///
/// # Errors
/// As [`look`].
pub fn kinds(
    path: &Path,
    heading: &str,
    mapping: &Mapping,
    rows_max: usize,
) -> Result<BTreeMap<String, u64>, Error> {
    let (source, headings) = source(path, Table::Ledger, mapping)?;
    let mut kinds = BTreeMap::new();
    if let Some(at) = headings.iter().position(|own| fold(own) == fold(heading)) {
        first_rows(source, rows_max, |cells| {
            let kind = cells.get(at).copied().unwrap_or_default();
            *kinds.entry(kind.to_owned()).or_default() += 1;
        })?;
    }
    Ok(kinds)
}

/// The class of a kind, by the mapping and the shipped words.
pub fn class_of(kind: &str, mapping: &Mapping) -> Option<Class> {
    mapping.kinds().get(&fold(kind)).copied()
}

/// Fields of a table in their order, each with whether nothing can be counted without it.
pub fn fields(table: Table) -> Vec<(Field, bool)> {
    let words = table.words();
    words.fields.keys().map(|field| (*field, words.needed.contains(field))).collect()
}

/// The field of that name.
pub fn field_named(name: &str) -> Option<Field> {
    Field::ALL.into_iter().find(|field| field.name() == name)
}

/// One cell of every member row of some accounts, under `heading`: told with the account, in input order.
///
/// # Errors
/// As reading the table.
pub fn cells_of(
    path: &Path,
    mapping: &Mapping,
    (account, heading): (&str, &str),
    mut tell: impl FnMut(&str, &str),
) -> Result<(), Error> {
    let (source, headings) = source(path, Table::Members, mapping)?;
    let at = |name: &str| headings.iter().position(|own| fold(own) == fold(name));
    let (Some(account), Some(wanted)) = (at(account), at(heading)) else { return Ok(()) };
    first_rows(source, usize::MAX, |cells| {
        if let (Some(account), Some(cell)) = (cells.get(account), cells.get(wanted)) {
            tell(account, cell);
        }
    })
}

/// The file opened without deciding a field; and its headings.
fn source(path: &Path, table: Table, mapping: &Mapping) -> Result<(Source, Vec<String>), Error> {
    let (mut input, opened, place, unpacked) = open(path, table, mapping)?;
    let mut columns = Columns::default();
    columns.add(&opened.headings);
    let mut plan = columns.plan(&opened.headings, &[], opened.extra, opened.heading_row);
    // Rows are read as those of a member table, which need an account that is not blank: the column whose words say
    // so, else the first.
    let accounts = &table.words().fields[&Field::Account];
    let is_account = |heading: &String| accounts.iter().any(|word| fold(word) == fold(heading));
    plan.fields = [ABSENT; crate::field::FIELD_COUNT];
    plan.fields[Field::Account as usize] = opened.headings.iter().position(is_account).unwrap_or(0);
    input.delimiter = opened.delimiter;
    input.part = opened.part;
    Ok((Source::new(input, plan, opened.body, place, unpacked), opened.headings))
}

/// Ends a reading early, or is its error.
enum End {
    Enough,
    Error(Error),
}

impl From<Error> for End {
    fn from(error: Error) -> End {
        End::Error(error)
    }
}

fn first_rows(source: Source, rows_max: usize, mut tell: impl FnMut(&[&str])) -> Result<(), Error> {
    let members = Members::of_source(source, Limits::default());
    let mut left = rows_max;
    let prepare = |batch: &MemberBatch| {
        let (mut rows, mut row) = (Vec::with_capacity(batch.rows().len()), Vec::new());
        for i in 0..batch.rows().len() {
            batch.exact(i, &mut row);
            rows.push(String::from_utf8_lossy(&row).into_owned());
        }
        rows
    };
    let done = members.read(Pass::Exact, 1, &Unwatched, prepare, |rows| {
        for row in rows {
            if left == 0 {
                return Err(End::Enough);
            }
            left -= 1;
            tell(&row.split('\u{1f}').collect::<Vec<_>>());
        }
        if left == 0 { Err(End::Enough) } else { Ok(()) }
    });
    match done {
        Err(End::Error(error)) => Err(error),
        Ok(_) | Err(End::Enough) => Ok(()),
    }
}
