//! `report.xlsx`: what an expert report must state, as sheets. The same report gives the same bytes: the book
//! carries a fixed date instead of the clock's.

mod lists;
mod method;
mod sheet;
mod subject;
mod summary;

use crate::report::Report;
use crate::words::say;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use sheet::Formats;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The world's fault: the file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {path}: {source}; check that the folder exists, may be written and has room")]
pub struct Error {
    /// The file.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: XlsxError,
}

/// Writes the workbook to `path`; its long sheets pass through unnamed temporary files in the same folder.
///
/// # Errors
/// [`Error`] when the file or the temporary files cannot be written; what was there may then be incomplete.
pub fn write_xlsx(report: &Report, path: &Path) -> Result<(), Error> {
    book(report, path).map_err(|source| Error { path: path.to_owned(), source })
}

fn book(report: &Report, path: &Path) -> Result<(), XlsxError> {
    let mut book = Workbook::new();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    book.set_tempdir(folder)?;
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    let title = crate::show::short(&report.title, 100);
    book.set_properties(
        &DocProperties::new().set_title(title).set_author(&report.tool).set_creation_datetime(&created),
    );
    let f = Formats::new();
    summary::write(book.add_worksheet(), &f, report)?;
    lists::levels(book.add_worksheet(), &f, report)?;
    lists::growth(book.add_worksheet(), &f, report)?;
    lists::persons(book.add_worksheet_with_constant_memory()?, &f, report)?;
    lists::findings(book.add_worksheet(), &f, report)?;
    method::write(book.add_worksheet(), &f, report)?;
    lists::inputs(book.add_worksheet(), &f, report)?;
    lists::finding_rows(book.add_worksheet_with_constant_memory()?, &f, report)?;
    let mut taken = HashSet::new();
    for subject in &report.subjects {
        let name = sheet_name(&subject.account, &mut taken);
        subject::write(book.add_worksheet(), &f, report, subject, &name)?;
    }
    book.save(path)
}

/// A name a spreadsheet takes: at most 31 characters, none of `[]:*?/\`, not yet taken in any letter case.
fn sheet_name(account: &str, taken: &mut HashSet<String>) -> String {
    let word = say("sheet.subject").zh;
    let clean: String =
        account.chars().map(|c| if c.is_control() || "[]:*?/\\'".contains(c) { '_' } else { c }).collect();
    let fit = |tail: &str| {
        let mut name = String::new();
        let room = 31 - tail.encode_utf16().count();
        for c in format!("{word} {clean}").chars() {
            if name.encode_utf16().count() + c.len_utf16() > room {
                break;
            }
            name.push(c);
        }
        name + tail
    };
    let tails = std::iter::once(String::new()).chain((2u32..).map(|n| format!("~{n}")));
    let mut names = tails.map(|tail| fit(&tail));
    names.find(|name| taken.insert(name.to_lowercase())).expect("there are more tails than subjects")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subject_gets_a_name_a_spreadsheet_takes() {
        let mut taken = HashSet::new();
        let long = "9".repeat(60);
        let names = ["M1", "m1", "a/b:c", long.as_str(), long.as_str(), "𠀀".repeat(40).as_str()]
            .map(|account| sheet_name(account, &mut taken));
        assert_eq!(names[..3], ["对象 M1", "对象 m1~2", "对象 a_b_c"]);
        assert!(names.iter().all(|name| name.encode_utf16().count() <= 31));
        assert_ne!(names[3], names[4]);
    }
}
