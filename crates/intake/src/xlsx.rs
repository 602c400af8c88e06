//! Workbooks: the cells of one sheet, streamed.
//!
//! The sheet is the one the mapping names, else the only one that holds anything. Numbers are taken as the
//! binary doubles they are, cells formatted as dates as times, a formula as its stored result. A thread of its
//! own owns the workbook: what a damaged workbook makes the library do ends there, as a refusal of the file.
//! Memory: the workbook's shared texts and a few batches.

use crate::columns::Plan;
use crate::error::Error;
use crate::field::Table;
use crate::input::{Body, Opened, heading_place, hint_at_headings};
use crate::mapping::Mapping;
use crate::parquet::push_double;
use crate::sheet::{Cells, Value};
use crate::table::{Feed, Job};
use crate::values::push_time;
use calamine::{DataRef, ExcelDateTime, Reader, Xlsx};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};

type Book = Xlsx<BufReader<File>>;

fn broken(name: &str, what: &str) -> Error {
    let advice = "Save it again as a workbook (.xlsx) without a password, or as CSV.";
    Error::fault("bad_workbook", name, format!("no readable workbook: {what}"), advice)
}

fn book(path: &Path, name: &str) -> Result<Book, Error> {
    let file = File::open(path).map_err(|e| Error::world(path, e))?;
    Xlsx::new(BufReader::new(file)).map_err(|e| broken(name, &e.to_string()))
}

/// Runs `work` on a thread of its own; a panic in it is a broken workbook.
fn guarded<T: Send>(name: &str, work: impl FnOnce() -> Result<T, Error> + Send) -> Result<T, Error> {
    let joined = std::thread::scope(|scope| scope.spawn(work).join());
    joined.unwrap_or_else(|_| Err(broken(name, "it contradicts itself")))
}

/// Rows that are looked at for the headings.
const SAMPLE_ROWS: usize = 40;

pub(crate) fn open(path: &Path, name: &str, table: Table, mapping: &Mapping) -> Result<Opened, Error> {
    let (sheet, rows) = guarded(name, || {
        let mut book = book(path, name)?;
        let sheet = chosen(&mut book, name, table, mapping)?;
        let rows = first_rows(&mut book, name, &sheet)?;
        Ok((sheet, rows))
    })?;
    let options = mapping.options(name);
    let at = heading_place(&rows, &options);
    let mut headings = rows.get(at).cloned().unwrap_or_default();
    while headings.last().is_some_and(String::is_empty) {
        headings.pop();
    }
    if headings.is_empty() {
        let message = format!("sheet {sheet} has no headings");
        return Err(Error::fault(
            "heading_missing",
            name,
            message,
            "Name the sheet in the mapping file (sheets: …).",
        ));
    }
    hint_at_headings(name, &headings, &rows, at, table, mapping)?;
    let part = Some(sheet.clone());
    let heading_row = at as u64 + 1;
    Ok(Opened { body: Body::Xlsx { sheet }, headings, heading_row, extra: 0, delimiter: None, part })
}

/// The sheet to read.
fn chosen(book: &mut Book, name: &str, table: Table, mapping: &Mapping) -> Result<String, Error> {
    let sheets = book.sheet_names();
    if let Some(named) = mapping.sheet(table) {
        return match sheets.iter().any(|s| s == named) {
            true => Ok(named.to_owned()),
            false => {
                let message = format!("no sheet {named}; sheets are {}", sheets.join(", "));
                Err(Error::fault("sheet_missing", name, message, "Mend the mapping file (sheets: …)."))
            }
        };
    }
    let mut filled = Vec::new();
    for sheet in sheets {
        // Chart sheets have no cells and cannot be read.
        let has_cells =
            book.worksheet_cells_reader(&sheet).is_ok_and(|mut r| matches!(r.next_cell(), Ok(Some(_))));
        if has_cells {
            filled.push(sheet);
        }
    }
    match filled.len() {
        0 => Err(Error::fault(
            "empty_file",
            name,
            "no sheet holds a cell".to_owned(),
            "Check how it was exported.",
        )),
        1 => Ok(filled.remove(0)),
        _ => {
            let message = format!("the workbook has several sheets: {}", filled.join(", "));
            let advice = format!(
                "Name the one to read in the mapping file:\nsheets: {{ {}: \"{}\" }}",
                table.name(),
                filled[0]
            );
            Err(Error::fault("sheet_unclear", name, message, &advice))
        }
    }
}

fn first_rows(book: &mut Book, name: &str, sheet: &str) -> Result<Vec<Vec<String>>, Error> {
    let fail = |e: calamine::XlsxError| broken(name, &e.to_string());
    let mut reader = book.worksheet_cells_reader(sheet).map_err(fail)?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    while let Some(cell) = reader.next_cell().map_err(fail)? {
        let (row, column) = cell.get_position();
        if row as usize >= SAMPLE_ROWS {
            break;
        }
        let mut text = Vec::new();
        push(cell.get_value(), &mut text);
        rows.resize(rows.len().max(row as usize + 1), Vec::new());
        let cells = &mut rows[row as usize];
        cells.resize(cells.len().max(column as usize + 1), String::new());
        cells[column as usize] = String::from_utf8_lossy(&text).trim().to_owned();
    }
    Ok(rows)
}

/// Gives the rows below the headings.
pub(crate) fn feed<'a>(path: &Path, name: &'a str, sheet: &str, plan: &Plan) -> Result<Feed<'a>, Error> {
    let (sender, receiver) = sync_channel(2);
    let (path, owned_name, sheet) = (path.to_owned(), name.to_owned(), sheet.to_owned());
    let (width, heading_row) = (plan.width, plan.heading_row);
    let mut thread = Some(std::thread::spawn(move || {
        let result = rows(&path, &owned_name, &sheet, width, heading_row, &sender);
        if let Err(error) = result {
            // The receiver is gone only when nobody wants the rows.
            let _ = sender.send(Err(error));
        }
    }));
    Ok(Box::new(move || match receiver.recv() {
        Ok(cells) => cells.map(|cells| Some(Job::Cells(Box::new(cells)))),
        Err(_) => match thread.take().map(std::thread::JoinHandle::join) {
            Some(Err(_)) => Err(broken(name, "it contradicts itself")),
            _ => Ok(None),
        },
    }))
}

fn rows(
    path: &Path,
    name: &str,
    sheet: &str,
    width: usize,
    heading_row: u64,
    sender: &SyncSender<Result<Cells, Error>>,
) -> Result<(), Error> {
    let fail = |e: calamine::XlsxError| broken(name, &e.to_string());
    let mut book = book(path, name)?;
    let mut reader = book.worksheet_cells_reader(sheet).map_err(fail)?;
    let mut out = Out { cells: Cells::default(), width, row: 0, count: 0 };
    while let Some(cell) = reader.next_cell().map_err(fail)? {
        let (row, column) = cell.get_position();
        let (row, column) = (u64::from(row) + 1, column as usize);
        if row <= heading_row || matches!(cell.get_value(), DataRef::Empty) {
            continue;
        }
        if row < out.row || (row == out.row && column < out.count) {
            return Err(broken(name, "its cells are not in order").at_row(row));
        }
        if row > out.row {
            out.end_row();
            out.row = row;
            if out.cells.is_full() && sender.send(Ok(std::mem::take(&mut out.cells))).is_err() {
                return Ok(());
            }
        }
        out.push(column, cell.get_value());
    }
    out.end_row();
    if !out.cells.is_empty() {
        let _ = sender.send(Ok(out.cells));
    }
    Ok(())
}

struct Out {
    cells: Cells,
    width: usize,
    /// Row at hand, 0 for none.
    row: u64,
    /// Cells of it so far.
    count: usize,
}

impl Out {
    fn push(&mut self, column: usize, value: &DataRef<'_>) {
        let before = self.cells.text().len();
        // Cells left out are empty; far beyond the table one is enough to show the row is too long.
        while self.count < column.min(self.width) {
            self.cells.end_cell(Value::Text);
            self.count += 1;
        }
        let kind = push(value, self.cells.text());
        if column >= self.width && self.cells.text()[before..].iter().all(u8::is_ascii_whitespace) {
            self.cells.text().truncate(before);
            return;
        }
        self.cells.end_cell(kind);
        self.count += 1;
    }

    fn end_row(&mut self) {
        if self.row == 0 {
            return;
        }
        while self.count < self.width {
            self.cells.end_cell(Value::Text);
            self.count += 1;
        }
        self.cells.end_row(self.row, self.count);
        self.count = 0;
    }
}

/// Appends the text of a cell and says what it was.
fn push(value: &DataRef<'_>, out: &mut Vec<u8>) -> Value {
    match value {
        DataRef::Empty => {}
        DataRef::Int(number) => out.extend_from_slice(number.to_string().as_bytes()),
        DataRef::Float(number) => {
            push_double(out, *number);
            return Value::Number(*number);
        }
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            out.extend_from_slice(text.as_bytes());
        }
        DataRef::SharedString(text) => out.extend_from_slice(text.as_bytes()),
        DataRef::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
        DataRef::DateTime(time) => match micros(*time) {
            Some(micros) => {
                push_time(out, micros);
                return Value::Naive(micros);
            }
            None => {
                push_double(out, time.as_f64());
                return Value::Number(time.as_f64());
            }
        },
        DataRef::Error(error) => out.extend_from_slice(error.to_string().as_bytes()),
    }
    Value::Text
}

/// A serial date as naive microseconds since 1970, to the millisecond that workbooks hold.
fn micros(time: ExcelDateTime) -> Option<i64> {
    if !time.is_datetime() || !(0.0..2_958_466.0).contains(&time.as_f64()) {
        return None;
    }
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    let days = crate::values::days_from_civil(u32::from(year), u32::from(month), u32::from(day))?;
    let seconds = days * 86_400 + i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second);
    Some(seconds * 1_000_000 + i64::from(milli) * 1_000)
}
