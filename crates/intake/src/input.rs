//! Opening inputs: format, compression, encoding, signs and headings of each file are decided here, once.

use crate::columns::{Columns, Plan, recognise};
use crate::csv::{Signs, first_rows};
use crate::encoding::{Encoding, utf8_reader};
use crate::error::Error;
use crate::field::{Field, Table, fold};
use crate::mapping::{FileOptions, Mapping};
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Delimited text.
    Csv,
    /// A sheet of a workbook.
    Xlsx,
    /// Parquet.
    Parquet,
    /// One JSON object a line.
    JsonLines,
    /// INSERT rows of a MySQL dump.
    Sql,
}

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

/// One input file, as it was recognised.
#[derive(Clone, Debug)]
pub struct Input {
    /// Base name.
    pub name: String,
    /// Path as given.
    pub path: PathBuf,
    /// Size on disk in bytes.
    pub bytes: u64,
    /// Format.
    pub format: Format,
    /// Compression.
    pub packing: Packing,
    /// Encoding of a text (`utf-8`, `gb18030`, …).
    pub encoding: Option<&'static str>,
    /// Delimiter of a delimited text.
    pub delimiter: Option<char>,
    /// Sheet of a workbook or table of a dump.
    pub part: Option<String>,
    /// Headings in their order, each with its field.
    pub columns: Vec<(String, Option<Field>)>,
}

/// What the reader of a format needs beside the plan.
pub(crate) enum Body {
    Csv { encoding: Encoding, signs: Signs },
    Parquet { metadata: ArrowReaderMetadata },
    JsonLines { encoding: Encoding },
    Xlsx { sheet: String },
    Sql { encoding: Encoding, table: String },
}

/// One opened input.
pub(crate) struct Source {
    pub input: Input,
    pub plan: Plan,
    pub body: Body,
    /// Where to read: the path, or what was unpacked from it.
    pub path: PathBuf,
    /// Holds the unpacked copy.
    _unpacked: Option<Arc<tempfile::TempPath>>,
}

impl Source {
    /// How many rows the file says it has, if it does; never more than it has bytes.
    pub fn row_count(&self) -> Option<u64> {
        let Body::Parquet { metadata } = &self.body else { return None };
        let rows = metadata.metadata().file_metadata().num_rows();
        Some(u64::try_from(rows).unwrap_or(0).min(self.input.bytes))
    }

    /// A source of one file; `unpacked` holds the copy it is read from.
    pub fn new(
        input: Input,
        plan: Plan,
        body: Body,
        path: PathBuf,
        unpacked: Option<Arc<tempfile::TempPath>>,
    ) -> Source {
        Source { input, plan, body, path, _unpacked: unpacked }
    }
}

/// What a format found out on opening.
pub(crate) struct Opened {
    pub body: Body,
    pub headings: Vec<String>,
    pub heading_row: u64,
    /// Empty cells behind each row.
    pub extra: usize,
    pub delimiter: Option<char>,
    pub part: Option<String>,
}

/// How much of a file is looked at to recognise it.
const SAMPLE_BYTES: u64 = 1 << 20;

/// Opens all inputs of a table and gives their rows one order of columns.
pub(crate) fn open_all(paths: &[PathBuf], table: Table, mapping: &Mapping) -> Result<Vec<Source>, Error> {
    refuse_doubles(paths)?;
    let mut columns = Columns::default();
    let mut found = Vec::new();
    for path in paths {
        let (input, opened, path, unpacked) = open(path, table, mapping)?;
        let fields = recognise(&input.name, &opened.headings, table, mapping)?;
        columns.add(&opened.headings);
        found.push((input, opened, fields, path, unpacked));
    }
    refuse_missing(table, mapping, found.iter().map(|f| &f.2[..]))?;
    let sources = found.into_iter().map(|(mut input, opened, fields, path, unpacked)| {
        let plan = columns.plan(&opened.headings, &fields, opened.extra, opened.heading_row);
        input.delimiter = opened.delimiter;
        input.part = opened.part;
        input.columns = opened.headings.into_iter().zip(fields).collect();
        Source { input, plan, body: opened.body, path, _unpacked: unpacked }
    });
    Ok(sources.collect())
}

/// The same file twice would count its rows twice.
fn refuse_doubles(paths: &[PathBuf]) -> Result<(), Error> {
    let mut seen = Vec::new();
    for path in paths {
        let real = std::fs::canonicalize(path).map_err(|e| Error::world(path, e))?;
        if seen.contains(&real) {
            let message = "this file is given twice".to_owned();
            return Err(Error::fault("file_given_twice", &base_name(path), message, "Give each file once."));
        }
        seen.push(real);
    }
    Ok(())
}

/// A field the mapping names that no file has.
fn refuse_missing<'a>(
    table: Table,
    mapping: &Mapping,
    files: impl Iterator<Item = &'a [Option<Field>]> + Clone,
) -> Result<(), Error> {
    for (field, headings) in mapping.headings(table).unwrap_or_default() {
        if !files.clone().any(|fields| fields.contains(&Some(field))) {
            let message = format!(
                "the mapping gives field {} of {} the heading {}, which no file has",
                field.name(),
                table.name(),
                headings.join(" or ")
            );
            return Err(Error::fault("heading_missing", "", message, "Mend the mapping file."));
        }
    }
    Ok(())
}

pub(crate) fn base_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}

pub(crate) type Found = (Input, Opened, PathBuf, Option<Arc<tempfile::TempPath>>);

/// Opens one file, whatever its headings are.
pub(crate) fn open(path: &Path, table: Table, mapping: &Mapping) -> Result<Found, Error> {
    let world = |e| Error::world(path, e);
    let name = base_name(path);
    let metadata = std::fs::metadata(path).map_err(world)?;
    // A pipe can be read once only; rows are read more than once.
    if !metadata.is_file() {
        return Err(Error::fault(
            "not_a_file",
            &name,
            "is a directory, a pipe or a device, not a regular file".to_owned(),
            "Save what it gives into a file and name that.",
        ));
    }
    let bytes = metadata.len();
    let packing = packing(path).map_err(world)?;
    let mut sample = Vec::new();
    unpacked(path, packing, None)
        .and_then(|r| r.take(SAMPLE_BYTES).read_to_end(&mut sample))
        .map_err(world)?;
    let is_whole = (sample.len() as u64) < SAMPLE_BYTES;
    if sample.is_empty() {
        return Err(Error::fault(
            "empty_file",
            &name,
            "the file is empty".to_owned(),
            "Check how it was exported.",
        ));
    }
    let sample = Sample { bytes: &sample, is_whole, name: &name };
    let mut input = Input {
        name: name.clone(),
        path: path.to_owned(),
        bytes,
        format: format(sample.bytes),
        packing,
        encoding: None,
        delimiter: None,
        part: None,
        columns: Vec::new(),
    };
    if matches!(input.format, Format::Parquet | Format::Xlsx) {
        let (place, holder) = match packing {
            Packing::None => (path.to_owned(), None),
            _ => unpack(path, packing).map_err(world)?,
        };
        let opened = match input.format {
            Format::Parquet => open_parquet(&place, &name)?,
            _ => crate::xlsx::open(&place, &name, table, mapping)?,
        };
        return Ok((input, opened, place, holder));
    }
    let opened = open_text(&mut input, sample, table, mapping)?;
    Ok((input, opened, path.to_owned(), None))
}

/// Opens a format that is text.
fn open_text(
    input: &mut Input,
    sample: Sample<'_>,
    table: Table,
    mapping: &Mapping,
) -> Result<Opened, Error> {
    let options = mapping.options(sample.name);
    let encoding = sample.encoding(&options)?;
    input.encoding = Some(encoding.name());
    let text = sample.text(encoding).map_err(|e| Error::world(&input.path, e))?;
    let text = Sample { bytes: &text, ..sample };
    match text.bytes.iter().find(|b| !b.is_ascii_whitespace()) {
        Some(b'{') => {
            input.format = Format::JsonLines;
            crate::json::open(&text, encoding)
        }
        Some(b'[') => {
            let message = "the file is one JSON array".to_owned();
            Err(Error::fault("not_a_table", sample.name, message, "Give JSON lines: one object a line."))
        }
        _ if crate::sql::is_dump(text.bytes) => {
            input.format = Format::Sql;
            crate::sql::open(&input.path, input.packing, encoding, sample.name, table, mapping)
        }
        _ => open_csv(&text, encoding, &options, table, mapping),
    }
}

fn packing(path: &Path) -> io::Result<Packing> {
    let mut start = Vec::new();
    File::open(path)?.take(4).read_to_end(&mut start)?;
    Ok(match start[..] {
        [0x1F, 0x8B, ..] => Packing::Gzip,
        [0x28, 0xB5, 0x2F, 0xFD] => Packing::Zstd,
        _ => Packing::None,
    })
}

fn format(sample: &[u8]) -> Format {
    match sample {
        [b'P', b'A', b'R', b'1', ..] => Format::Parquet,
        // A zip archive; an old workbook of before 2007, which is refused there.
        [b'P', b'K', 3, 4, ..] | [0xD0, 0xCF, 0x11, 0xE0, ..] => Format::Xlsx,
        _ => Format::Csv,
    }
}

/// Counts what is read from disk.
struct Counted<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// The content of a file as a stream; `count` grows by the bytes read from disk.
pub(crate) fn unpacked(
    path: &Path,
    packing: Packing,
    count: Option<Arc<AtomicU64>>,
) -> io::Result<Box<dyn Read + Send>> {
    let inner = Counted { inner: File::open(path)?, count: count.unwrap_or_default() };
    Ok(match packing {
        Packing::None => Box::new(inner),
        Packing::Gzip => {
            Box::new(flate2::bufread::MultiGzDecoder::new(io::BufReader::with_capacity(1 << 17, inner)))
        }
        Packing::Zstd => Box::new(zstd::Decoder::new(inner)?),
    })
}

/// A file that must be read from any place is unpacked beside the system's temporary files.
fn unpack(path: &Path, packing: Packing) -> io::Result<(PathBuf, Option<Arc<tempfile::TempPath>>)> {
    let mut file = tempfile::NamedTempFile::new()?;
    io::copy(&mut unpacked(path, packing, None)?, &mut file)?;
    let held = file.into_temp_path();
    Ok((held.to_path_buf(), Some(Arc::new(held))))
}

/// The start of a file.
#[derive(Clone, Copy)]
pub(crate) struct Sample<'a> {
    pub bytes: &'a [u8],
    /// Is it the whole file?
    pub is_whole: bool,
    pub name: &'a str,
}

impl Sample<'_> {
    fn encoding(&self, options: &FileOptions) -> Result<Encoding, Error> {
        if let Some(named) = options.encoding.as_deref().and_then(Encoding::named) {
            return Ok(named);
        }
        let refuse = |what: &str| {
            let advice = "Give a table as CSV, XLSX, Parquet, JSON lines or a MySQL dump; or name the encoding in the mapping file (files: … encoding).";
            Err(Error::fault("not_a_table", self.name, what.to_owned(), advice))
        };
        // A dump says it itself, and may hold binary content.
        if let Some(named) = crate::sql::named_encoding(self.bytes) {
            return Ok(named);
        }
        match Encoding::recognise(self.bytes) {
            None => refuse("the file is no text in UTF-8 or GB18030, and of no other known format"),
            Some(encoding @ (Encoding::Utf16Le | Encoding::Utf16Be)) => Ok(encoding),
            Some(_) if self.bytes.iter().filter(|b| **b == 0).count() * 10 > self.bytes.len() => {
                refuse("the file holds many zero bytes: it is no text, or UTF-16 without a byte order mark")
            }
            Some(encoding) => Ok(encoding),
        }
    }

    /// The sample in UTF-8; what is cut off or damaged at its end is left out.
    fn text(&self, encoding: Encoding) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        let mut reader = utf8_reader(Box::new(Cursor::new(self.bytes.to_vec())), encoding)?;
        match reader.read_to_end(&mut text) {
            Err(error) if error.kind() != io::ErrorKind::InvalidData => Err(error),
            _ => Ok(text),
        }
    }
}

fn open_parquet(path: &Path, name: &str) -> Result<Opened, Error> {
    let metadata = crate::parquet::open(path, name)?;
    let headings = metadata.schema().fields().iter().map(|f| f.name().trim().to_owned()).collect();
    Ok(Opened {
        body: Body::Parquet { metadata },
        headings,
        heading_row: 0,
        extra: 0,
        delimiter: None,
        part: None,
    })
}

/// Rows of a sample that are looked at for headings and width.
const SAMPLE_ROWS: usize = 1_000;

fn open_csv(
    sample: &Sample<'_>,
    encoding: Encoding,
    options: &FileOptions,
    table: Table,
    mapping: &Mapping,
) -> Result<Opened, Error> {
    let end = if !sample.bytes.contains(&b'\n') && sample.bytes.contains(&b'\r') { b'\r' } else { b'\n' };
    let quote = options.quote.unwrap_or('"') as u8;
    let candidates = match options.delimiter {
        Some(given) => vec![given as u8],
        None => b",\t;|".to_vec(),
    };
    let lists = candidates.into_iter().map(|delimiter| {
        let signs = Signs { delimiter, quote, end };
        let rows = first_rows(sample.bytes, signs, SAMPLE_ROWS, sample.is_whole);
        let at = heading_place(&rows, options);
        let headings = rows.get(at).cloned().unwrap_or_default();
        let fitting = headings.iter().filter(|h| fits_any(h, table, mapping)).count();
        ((fitting, headings.len()), signs, rows, at)
    });
    // The first of equals, so the order of the candidates counts.
    let (_, signs, rows, at) = lists
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .expect("there is at least one candidate");
    let Some(mut headings) = rows.get(at).cloned() else {
        let message = format!("row {} should hold the headings, and there is no such row", at + 1);
        return Err(Error::fault(
            "heading_missing",
            sample.name,
            message,
            "Give the file with its headings.",
        ));
    };
    if options.quote.is_none()
        && headings.iter().any(|h| h.len() > 2 && h.starts_with('\'') && h.ends_with('\''))
    {
        let message = "headings stand between single quotes (')".to_owned();
        let advice = "If that is the quote of this file, say so in the mapping file (files: … quote: \"'\").";
        return Err(Error::fault("quote_unclear", sample.name, message, advice));
    }
    let extra = settle_width(&mut headings, &rows[at + 1..]);
    hint_at_headings(sample.name, &headings, &rows, at, table, mapping)?;
    Ok(Opened {
        body: Body::Csv { encoding, signs },
        headings,
        heading_row: at as u64 + 1,
        extra,
        delimiter: Some(char::from(signs.delimiter)),
        part: None,
    })
}

/// The row given, or the first that is not blank.
pub(crate) fn heading_place(rows: &[Vec<String>], options: &FileOptions) -> usize {
    match options.heading_row {
        Some(row) => row as usize - 1,
        None => rows.iter().position(|row| row.iter().any(|cell| !cell.is_empty())).unwrap_or(0),
    }
}

fn fits_any(heading: &str, table: Table, mapping: &Mapping) -> bool {
    let folded = fold(heading);
    match mapping.headings(table) {
        Some(lists) => lists.iter().any(|(_, list)| list.contains(&folded)),
        None => table.words().fields.values().flatten().any(|word| fold(word) == folded),
    }
}

/// Where every row is wider by the same number of empty cells, that is the file's habit and no shift; where
/// every row lacks the last, empty headings, they are no columns. Gives the number of empty cells.
fn settle_width(headings: &mut Vec<String>, rows: &[Vec<String>]) -> usize {
    let mut widths = rows.iter().filter(|r| r.iter().any(|c| !c.is_empty())).map(Vec::len);
    let Some(width) = widths.next() else { return 0 };
    if widths.any(|w| w != width) {
        return 0;
    }
    if width < headings.len() && headings[width..].iter().all(String::is_empty) {
        headings.truncate(width);
        return 0;
    }
    let is_empty =
        |row: &Vec<String>| row.get(headings.len()..).is_none_or(|rest| rest.iter().all(String::is_empty));
    if rows.iter().all(is_empty) { width.saturating_sub(headings.len()) } else { 0 }
}

/// If the headings do not do but a later row's would, says so.
pub(crate) fn hint_at_headings(
    name: &str,
    headings: &[String],
    rows: &[Vec<String>],
    at: usize,
    table: Table,
    mapping: &Mapping,
) -> Result<(), Error> {
    if headings.iter().any(|h| fits_any(h, table, mapping)) {
        return Ok(());
    }
    let later =
        rows.iter().take(40).skip(at + 1).position(|row| recognise(name, row, table, mapping).is_ok());
    match later {
        None => Ok(()),
        Some(offset) => {
            let row = at + 2 + offset;
            let message =
                format!("row {} holds no headings, row {row} does: lines stand above the table", at + 1);
            let advice = format!(
                "Say in the mapping file which row holds the headings:\nfiles: {{ \"{name}\": {{ heading_row: {row} }} }}"
            );
            Err(Error::fault("lines_above_headings", name, message, &advice))
        }
    }
}
