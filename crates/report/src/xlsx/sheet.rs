//! One worksheet, written from the top down: title, notes, tables. Frozen head, widths, print set-up.

use crate::show::NOTHING;
use crate::words::Both;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

/// Longest text that a cell holds, in UTF-16 units.
const CELL_MAX: usize = 32_767;
/// Numbers beyond this are not exact in a spreadsheet and are written as text.
const EXACT_MAX: u128 = 1 << 53;
/// Serial number of 1970-01-01 in a spreadsheet; it holds from 1900-03-01 on.
const EPOCH: i32 = 25_569;
const FIRST_DAY: i32 = 61 - EPOCH;

/// What stands in a cell.
#[derive(Clone, Debug)]
pub enum Cell {
    /// Text that must never become a number: account numbers, hashes.
    Text(String),
    /// Chinese with English below.
    Words(Both),
    /// A whole number.
    Count(i128),
    /// Fen, shown as yuan.
    Yuan(i128),
    /// A date; empty where there is none.
    Day(Option<i32>),
    /// Nothing.
    Empty,
}

impl Cell {
    /// Yuan, or a dash where money is not known.
    pub fn yuan(fen: Option<impl Into<i128>>) -> Cell {
        fen.map_or_else(|| Cell::Text(NOTHING.to_owned()), |fen| Cell::Yuan(fen.into()))
    }

    /// A whole number.
    pub fn count(n: impl Into<i128>) -> Cell {
        Cell::Count(n.into())
    }
}

/// The formats of a book.
pub struct Formats {
    title: Format,
    note: Format,
    head: Format,
    number_head: Format,
    text: Format,
    count: Format,
    yuan: Format,
    day: Format,
}

impl Formats {
    /// Ink, paper, bronze-green.
    pub fn new() -> Formats {
        let line = Color::RGB(0xD5_D2_C8);
        let base = || Format::new().set_font_name("Microsoft YaHei").set_font_size(10);
        let cell = || {
            base()
                .set_align(FormatAlign::Top)
                .set_border_bottom(FormatBorder::Thin)
                .set_border_bottom_color(line)
        };
        let head = || {
            base()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::VerticalCenter)
                .set_background_color(Color::RGB(0xE3_EC_E6))
                .set_border_bottom(FormatBorder::Thin)
                .set_border_bottom_color(Color::RGB(0x2B_66_55))
        };
        Formats {
            title: base().set_bold().set_font_size(14).set_font_color(Color::RGB(0x2B_66_55)),
            note: base().set_font_color(Color::RGB(0x59_61_5D)).set_align(FormatAlign::Top).set_text_wrap(),
            number_head: head().set_align(FormatAlign::Right),
            head: head().set_align(FormatAlign::Left).set_indent(1),
            text: cell().set_text_wrap().set_align(FormatAlign::Left).set_indent(1),
            count: cell().set_num_format("#,##0"),
            yuan: cell().set_num_format("#,##0.00"),
            day: cell().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Left).set_indent(1),
        }
    }
}

/// A worksheet and the row that comes next.
pub struct Sheet<'a> {
    sheet: &'a mut Worksheet,
    formats: &'a Formats,
    widths: Vec<f64>,
    numbers: &'static [u16],
    row: u32,
}

impl<'a> Sheet<'a> {
    /// Starts a sheet with its title and print set-up; `widths` are of its columns, in characters.
    pub fn start(
        sheet: &'a mut Worksheet,
        formats: &'a Formats,
        name: &str,
        title: &Both,
        widths: &[f64],
    ) -> Result<Sheet<'a>, XlsxError> {
        sheet.set_name(name)?;
        for (column, width) in (0u16..).zip(widths) {
            sheet.set_column_width(column, *width)?;
        }
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        sheet.set_margins(0.5, 0.5, 0.6, 0.6, 0.3, 0.3);
        let page = crate::words::say("sheet.page");
        sheet.set_footer(format!("&L&\"Microsoft YaHei\"&8&A&R&8{} / {}", page.zh, page.en));
        let mut started = Sheet { sheet, formats, widths: widths.to_vec(), numbers: &[], row: 0 };
        let text = line(title);
        started.sheet.set_row_height(0, 24)?;
        started.sheet.write_string_with_format(0, 0, text, &formats.title)?;
        started.row = 1;
        Ok(started)
    }

    /// A line over the whole width, Chinese with English behind.
    pub fn note(&mut self, text: &Both) -> Result<(), XlsxError> {
        let text = cut(&line(text));
        let last = self.widths.len() as u16 - 1;
        let width: f64 = self.widths.iter().sum();
        self.sheet.set_row_height(self.row, 14.5 * lines(&text, width))?;
        // Cells are merged so that the text wraps over all columns.
        if last > 0 {
            self.sheet.merge_range(self.row, 0, self.row, last, "", &self.formats.note)?;
        }
        self.sheet.write_string_with_format(self.row, 0, text, &self.formats.note)?;
        self.row += 1;
        Ok(())
    }

    /// Columns that hold numbers from here on: their headings stand to the right as the numbers do.
    pub fn numbers(&mut self, columns: &'static [u16]) {
        self.numbers = columns;
    }

    /// An empty row.
    pub fn space(&mut self) {
        self.row += 1;
    }

    /// Headings. The first of a sheet stays in sight and is repeated on every printed page.
    pub fn head(&mut self, heads: &[Both], is_first: bool) -> Result<(), XlsxError> {
        self.sheet.set_row_height(self.row, 14.5 * self.height(heads.iter().map(stacked)).max(2.0) + 4.0)?;
        for (column, head) in (0u16..).zip(heads) {
            let is_number = self.numbers.contains(&column);
            let format = if is_number { &self.formats.number_head } else { &self.formats.head };
            self.sheet.write_string_with_format(self.row, column, stacked(head), format)?;
        }
        if is_first {
            self.sheet.set_freeze_panes(self.row + 1, 0)?;
            self.sheet.set_repeat_rows(self.row, self.row)?;
        }
        self.row += 1;
        Ok(())
    }

    /// Lines the tallest of the cells takes.
    fn height(&self, cells: impl Iterator<Item = String>) -> f64 {
        cells.zip(&self.widths).map(|(text, width)| lines(&text, *width)).fold(1.0, f64::max)
    }

    /// One row of cells.
    pub fn cells(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        let texts = cells.iter().map(|cell| match cell {
            Cell::Words(both) => stacked(both),
            Cell::Text(text) => crate::show::short(text, 2_000),
            _ => String::new(),
        });
        let height = self.height(texts);
        if height > 1.0 {
            self.sheet.set_row_height(self.row, (14.0 * height + 3.0).min(400.0))?;
        }
        for (column, cell) in (0u16..).zip(cells) {
            self.cell(column, cell)?;
        }
        self.row += 1;
        Ok(())
    }

    fn cell(&mut self, column: u16, cell: &Cell) -> Result<(), XlsxError> {
        let (sheet, row, f) = (&mut *self.sheet, self.row, self.formats);
        match cell {
            Cell::Text(text) => sheet.write_string_with_format(row, column, cut(text), &f.text)?,
            Cell::Words(both) => sheet.write_string_with_format(row, column, cut(&stacked(both)), &f.text)?,
            Cell::Count(n) if n.unsigned_abs() <= EXACT_MAX => {
                sheet.write_number_with_format(row, column, *n as f64, &f.count)?
            }
            Cell::Count(n) => sheet.write_string_with_format(row, column, n.to_string(), &f.text)?,
            Cell::Yuan(fen) if fen.unsigned_abs() <= EXACT_MAX => {
                sheet.write_number_with_format(row, column, *fen as f64 / 100.0, &f.yuan)?
            }
            Cell::Yuan(fen) => {
                sheet.write_string_with_format(row, column, crate::show::yuan(*fen), &f.text)?
            }
            Cell::Day(Some(day)) if *day >= FIRST_DAY => {
                sheet.write_number_with_format(row, column, f64::from(*day + EPOCH), &f.day)?
            }
            Cell::Day(day) if day.is_some() => {
                sheet.write_string_with_format(row, column, crate::show::day(*day), &f.text)?
            }
            Cell::Day(_) | Cell::Empty => sheet.write_blank(row, column, &f.text)?,
        };
        Ok(())
    }
}

fn plain(text: &str) -> String {
    text.replace('`', "")
}

/// Chinese, then English, on one line.
fn line(both: &Both) -> String {
    if both.zh == both.en { plain(&both.zh) } else { format!("{}  {}", plain(&both.zh), plain(&both.en)) }
}

/// Chinese with English below.
fn stacked(both: &Both) -> String {
    if both.zh == both.en { plain(&both.zh) } else { format!("{}\n{}", plain(&both.zh), plain(&both.en)) }
}

fn cut(text: &str) -> String {
    if text.len() <= CELL_MAX { text.to_owned() } else { crate::show::short(text, CELL_MAX / 2 - 1) }
}

/// Lines a text takes in a width of characters, a Chinese one counting double.
fn lines(text: &str, width: f64) -> f64 {
    let wide = |c: char| if c > '\u{2e7f}' { 1.75 } else { 0.87 };
    text.split('\n').map(|line| (line.chars().map(wide).sum::<f64>() / width).ceil().max(1.0)).sum()
}
