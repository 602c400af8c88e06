//! Which column is which field, and in which order the cells of a row are compared.

use crate::error::Error;
use crate::field::{FIELD_COUNT, Field, Table, fold};
use crate::mapping::Mapping;

/// No such column.
pub(crate) const ABSENT: usize = usize::MAX;

/// How the rows of one file are read.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Cells a row must have.
    pub width: usize,
    /// For each column of the whole table, the cell of a row of this file, or [`ABSENT`].
    pub order: Vec<usize>,
    /// Is `order` 0, 1, 2 … without gap up to `width`?
    pub straight: bool,
    /// For each field its cell, or [`ABSENT`].
    pub fields: [usize; FIELD_COUNT],
    /// The headings, trimmed.
    pub headings: Vec<String>,
    /// Rows up to and with this one hold no records.
    pub heading_row: u64,
}

/// Decides the field of each heading.
///
/// # Errors
/// A user's fault that names every heading that fits two fields, every field with two headings, every needed
/// field without heading, and shows a mapping file to fill in.
pub(crate) fn recognise(
    file: &str,
    headings: &[String],
    table: Table,
    mapping: &Mapping,
) -> Result<Vec<Option<Field>>, Error> {
    let words = table.words();
    let given = mapping.headings(table);
    let is_given = given.is_some();
    let lists: Vec<(Field, Vec<String>)> = given.unwrap_or_else(|| {
        words.fields.iter().map(|(field, list)| (*field, list.iter().map(|h| fold(h)).collect())).collect()
    });
    let fits = |heading: &str| -> Vec<Field> {
        let folded = fold(heading);
        lists.iter().filter(|(_, list)| list.contains(&folded)).map(|(field, _)| *field).collect()
    };
    let mut fields = Vec::with_capacity(headings.len());
    let mut complaints: Vec<(&'static str, String)> = Vec::new();
    for heading in headings {
        let found = fits(heading);
        if found.len() > 1 {
            let names: Vec<_> = found.iter().map(|f| f.name()).collect();
            complaints.push((
                "heading_fits_two_fields",
                format!("heading \"{heading}\" fits the fields {}", names.join(" and ")),
            ));
        }
        fields.push(if found.len() == 1 { found.first().copied() } else { None });
    }
    for field in words.fields.keys() {
        let mine: Vec<_> = (0..fields.len()).filter(|&i| fields[i] == Some(*field)).collect();
        if mine.len() > 1 {
            let names: Vec<_> = mine.iter().map(|&i| format!("\"{}\"", headings[i])).collect();
            complaints.push((
                "field_has_two_headings",
                format!("field {} is fitted by the headings {}", field.name(), names.join(" and ")),
            ));
            mine.iter().for_each(|&i| fields[i] = None);
        } else if mine.is_empty()
            && words.needed.contains(field)
            && !headings.iter().any(|h| fits(h).contains(field))
        {
            complaints.push(("heading_missing", format!("field {} has no heading", field.name())));
        }
    }
    if complaints.is_empty() {
        return Ok(fields);
    }
    let found: Vec<(Field, String)> =
        fields.iter().zip(headings).filter_map(|(f, h)| Some(((*f)?, h.clone()))).collect();
    let text: Vec<_> = complaints.iter().map(|(_, text)| text.as_str()).collect();
    let shown: Vec<_> = headings.iter().take(60).map(|h| h.chars().take(40).collect::<String>()).collect();
    let message = format!("{}. Headings found: {}", text.join("; "), shown.join(", "));
    let advice = match is_given {
        true => "Mend the mapping file.",
        false => "Say in a mapping file (--mapping) which heading is which field.",
    };
    Err(Error::fault(complaints[0].0, file, message, advice).with_mapping(mapping.to_fill_in(table, &found)))
}

/// The columns of a table over all its files: each heading (folded) with its occurrence, in the order of the
/// first file that has it.
#[derive(Default)]
pub(crate) struct Columns {
    keys: Vec<(String, usize)>,
}

impl Columns {
    /// Adds the headings of one file.
    pub fn add(&mut self, headings: &[String]) {
        for key in keys(headings) {
            if !self.keys.contains(&key) {
                self.keys.push(key);
            }
        }
    }

    /// The plan of a file whose headings have been added; `extra` more empty cells stand behind each row.
    pub fn plan(
        &self,
        headings: &[String],
        fields: &[Option<Field>],
        extra: usize,
        heading_row: u64,
    ) -> Plan {
        let mine = keys(headings);
        let order: Vec<usize> =
            self.keys.iter().map(|key| mine.iter().position(|k| k == key).unwrap_or(ABSENT)).collect();
        let mut places = [ABSENT; FIELD_COUNT];
        for (i, field) in fields.iter().enumerate() {
            if let Some(field) = field {
                places[*field as usize] = i;
            }
        }
        let width = headings.len() + extra;
        let straight = order.len() == width && order.iter().enumerate().all(|(i, &o)| i == o);
        Plan { width, order, straight, fields: places, headings: headings.to_vec(), heading_row }
    }
}

fn keys(headings: &[String]) -> Vec<(String, usize)> {
    let mut keys: Vec<(String, usize)> = Vec::with_capacity(headings.len());
    for heading in headings {
        let folded = fold(heading);
        let before = keys.iter().filter(|(h, _)| *h == folded).count();
        keys.push((folded, before));
    }
    keys
}
