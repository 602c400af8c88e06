//! A long table as a workbook, written row by row in constant memory: what a list gives away as a file.
//!
//! The first sheet says what the table is (who, when, by which query, a hash of the rows); the rows follow on further
//! sheets, a new one whenever one is full. Texts are texts whatever they look like: no cell becomes a formula.

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};
use std::path::{Path, PathBuf};

/// Rows of a sheet below its head.
const ROWS_MAX: u32 = 1_048_575;
/// Longest text that a cell holds, in UTF-16 units.
const CELL_MAX: usize = 32_767;
/// Numbers of more digits are not exact in a spreadsheet and are written as text.
const EXACT_MAX: u64 = 999_999_999_999_999;
/// Serial number of 1970-01-01 in a spreadsheet.
const EPOCH: f64 = 25_569.0;
const DAY_MICROS: f64 = 86_400_000_000.0;
/// Asia/Shanghai is eight hours ahead all year since 1992.
const SHANGHAI: f64 = 8.0 / 24.0;

/// The world's fault: the file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {path}: {source}; check that the folder exists, may be written and has room")]
pub struct Error {
    /// The file, or the folder of temporary files.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: XlsxError,
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text that must never become a number or a formula: names, numbers of identity, days.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Fen, shown as yuan.
    Yuan(i64),
    /// An instant, microseconds since 1970 in UTC; shown in Shanghai.
    Moment(i64),
}

/// A table that is being written.
pub struct Table {
    book: Workbook,
    folder: PathBuf,
    sheet_name: String,
    heads: Vec<(String, f64)>,
    sheet: usize,
    row: u32,
    rows: u64,
    formats: Formats,
}

struct Formats {
    head: Format,
    text: Format,
    number: Format,
    yuan: Format,
    moment: Format,
    label: Format,
    wrapped: Format,
}

impl Formats {
    fn new() -> Formats {
        let base = || Format::new().set_font_name("Microsoft YaHei").set_font_size(10);
        Formats {
            head: base().set_bold().set_background_color(Color::RGB(0xE4_ED_E7)).set_text_wrap(),
            // `@` and the quote keep a text a text when somebody edits the cell.
            text: base().set_num_format("@").set_quote_prefix(),
            number: base().set_num_format("#,##0"),
            yuan: base().set_num_format("#,##0.00"),
            moment: base().set_num_format("yyyy-mm-dd hh:mm").set_align(FormatAlign::Left),
            label: base().set_bold().set_align(FormatAlign::Top),
            wrapped: base()
                .set_num_format("@")
                .set_quote_prefix()
                .set_text_wrap()
                .set_align(FormatAlign::Top),
        }
    }
}

impl Table {
    /// Begins a table; long sheets pass through unnamed temporary files in `folder`. `heads` are names and widths in
    /// characters.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn begin(
        folder: &Path,
        about_name: &str,
        sheet_name: &str,
        heads: &[(String, f64)],
    ) -> Result<Table, Error> {
        let wrong = |source| Error { path: folder.to_owned(), source };
        let mut book = Workbook::new();
        book.set_tempdir(folder).map_err(wrong)?;
        let created = ExcelDateTime::from_ymd(2000, 1, 1).map_err(wrong)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&created));
        book.add_worksheet().set_name(about_name).map_err(wrong)?;
        let mut table = Table {
            book,
            folder: folder.to_owned(),
            sheet_name: sheet_name.to_owned(),
            heads: heads.to_vec(),
            sheet: 0,
            row: 0,
            rows: 0,
            formats: Formats::new(),
        };
        table.next_sheet().map_err(wrong)?;
        Ok(table)
    }

    /// Rows written so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes a row.
    ///
    /// # Errors
    /// The temporary file cannot be written.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), Error> {
        self.put(cells).map_err(|source| Error { path: self.folder.clone(), source })
    }

    /// Ends the table: writes what it is onto the first sheet and all to `path`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(mut self, path: &Path, title: &str, about: &[(String, String)]) -> Result<(), Error> {
        let wrong = |source| Error { path: path.to_owned(), source };
        self.about(title, about).map_err(wrong)?;
        self.book.save(path).map_err(wrong)
    }

    fn about(&mut self, title: &str, about: &[(String, String)]) -> Result<(), XlsxError> {
        let sheet = self.book.worksheet_from_index(0)?;
        sheet.set_column_width(0, 18)?.set_column_width(1, 90)?;
        let heading = Format::new().set_font_name("Microsoft YaHei").set_bold().set_font_size(14);
        sheet.write_string_with_format(0, 0, cut(title), &heading)?;
        for (row, (label, text)) in (2u32..).zip(about) {
            sheet.write_string_with_format(row, 0, cut(label), &self.formats.label)?;
            sheet.write_string_with_format(row, 1, cut(text), &self.formats.wrapped)?;
        }
        Ok(())
    }

    fn next_sheet(&mut self) -> Result<(), XlsxError> {
        self.sheet += 1;
        self.row = 1;
        let name = match self.sheet {
            1 => self.sheet_name.clone(),
            n => format!("{} {n}", self.sheet_name),
        };
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?.set_freeze_panes(1, 0)?;
        for (column, (head, width)) in (0u16..).zip(&self.heads) {
            sheet.set_column_width(column, *width)?;
            sheet.write_string_with_format(0, column, cut(head), &self.formats.head)?;
        }
        Ok(())
    }

    fn put(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        if self.row > ROWS_MAX {
            self.next_sheet()?;
        }
        let sheet = self.book.worksheet_from_index(self.sheet)?;
        for (column, cell) in (0u16..).zip(cells) {
            write(sheet, self.row, column, cell, &self.formats)?;
        }
        self.row += 1;
        self.rows += 1;
        Ok(())
    }
}

fn write(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell, f: &Formats) -> Result<(), XlsxError> {
    let is_exact = |number: &i64| number.unsigned_abs() <= EXACT_MAX;
    match cell {
        Cell::Empty => return Ok(()),
        Cell::Text(text) => sheet.write_string_with_format(row, column, cut(text), &f.text)?,
        Cell::Number(n) if is_exact(n) => {
            sheet.write_number_with_format(row, column, *n as f64, &f.number)?
        }
        Cell::Number(n) => sheet.write_string_with_format(row, column, n.to_string(), &f.text)?,
        Cell::Yuan(fen) if is_exact(fen) => {
            sheet.write_number_with_format(row, column, *fen as f64 / 100.0, &f.yuan)?
        }
        Cell::Yuan(fen) => sheet.write_string_with_format(row, column, crate::show::yuan(*fen), &f.text)?,
        Cell::Moment(at) => {
            let serial = EPOCH + SHANGHAI + *at as f64 / DAY_MICROS;
            sheet.write_number_with_format(row, column, serial, &f.moment)?
        }
    };
    Ok(())
}

/// What a cell can hold; a longer text ends with …
fn cut(text: &str) -> String {
    if text.encode_utf16().count() <= CELL_MAX {
        return text.to_owned();
    }
    let mut units = 0;
    let mut kept: String = text
        .chars()
        .take_while(|c| {
            units += c.len_utf16();
            units < CELL_MAX
        })
        .collect();
    kept.push('…');
    kept
}
