//! Writes a table as CSV, Parquet or both, row by row; memory holds one row group.
//!
//! A *loose* table keeps its times and amounts as text in Parquet too: dirty ones cannot stand in a typed column.

use super::Error;
use super::growth::{Calendar, micros};
use arrow::array::{ArrayRef, BooleanBuilder, Decimal128Builder, StringBuilder, TimestampMicrosecondBuilder};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use arrow::record_batch::RecordBatch;
use mingjing_model::money::yuan_text;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const BATCH_ROWS: usize = 1 << 16;
const GROUP_ROWS: usize = 1_000_000;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text that repeats (kinds, names of months): worth a dictionary.
    Word,
    /// Text that hardly repeats.
    Text,
    /// Seconds since the opening.
    Time,
    /// Fen.
    Money,
    /// Yes or no.
    Flag,
}

/// A column: heading in CSV, name in Parquet, what it holds.
pub struct Column(pub &'static str, pub &'static str, pub Kind);

/// One field of a row.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'a> {
    /// Text as it stands.
    Text(&'a str),
    /// Seconds since the opening.
    Time(u32),
    /// Fen.
    Fen(i64),
    /// Yes or no.
    Flag(bool),
}

/// Which files a table is written to, and how.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// As CSV?
    pub csv: bool,
    /// As Parquet?
    pub parquet: bool,
    /// CSV in GB18030 instead of UTF-8?
    pub gb18030: bool,
    /// Times and amounts as text in Parquet too?
    pub loose: bool,
}

/// A table under way.
pub struct Table {
    calendar: Calendar,
    csv: Option<(PathBuf, BufWriter<File>, bool)>,
    line: String,
    parquet: Option<Parquet>,
}

impl Table {
    /// Begins `name.csv` and `name.parquet` in `dir`.
    pub fn create(dir: &Path, name: &str, columns: &[Column], form: Form) -> Result<Table, Error> {
        let mut table = Table { calendar: Calendar::new(), csv: None, line: String::new(), parquet: None };
        if form.csv {
            let path = dir.join(format!("{name}.csv"));
            let file = File::create(&path).map_err(|source| Error::world(&path, source))?;
            table.csv = Some((path, BufWriter::with_capacity(1 << 20, file), form.gb18030));
            let headings: Vec<Cell> = columns.iter().map(|column| Cell::Text(column.0)).collect();
            table.write_line(&headings)?;
        }
        if form.parquet {
            table.parquet = Some(Parquet::create(dir.join(format!("{name}.parquet")), columns, form.loose)?);
        }
        Ok(table)
    }

    /// Writes one row: one cell for each column.
    pub fn write(&mut self, cells: &[Cell]) -> Result<(), Error> {
        if self.csv.is_some() {
            self.write_line(cells)?;
        }
        match &mut self.parquet {
            Some(parquet) => parquet.write(cells, &self.calendar),
            None => Ok(()),
        }
    }

    fn write_line(&mut self, cells: &[Cell]) -> Result<(), Error> {
        let Some((path, file, gb18030)) = &mut self.csv else { return Ok(()) };
        self.line.clear();
        for (place, &cell) in cells.iter().enumerate() {
            if place > 0 {
                self.line.push(',');
            }
            match cell {
                Cell::Text(text) if text.contains([',', '"', '\n', '\r']) => {
                    self.line.push('"');
                    self.line.push_str(&text.replace('"', "\"\""));
                    self.line.push('"');
                }
                cell => push_cell(cell, &self.calendar, &mut self.line),
            }
        }
        self.line.push('\n');
        let written = if *gb18030 {
            file.write_all(&encoding_rs::GB18030.encode(&self.line).0)
        } else {
            file.write_all(self.line.as_bytes())
        };
        written.map_err(|source| Error::world(path, source))
    }

    /// Writes what is left and closes the files.
    pub fn finish(mut self) -> Result<(), Error> {
        if let Some((path, file, _)) = &mut self.csv {
            file.flush().map_err(|source| Error::world(path, source))?;
        }
        match self.parquet {
            Some(parquet) => parquet.finish(),
            None => Ok(()),
        }
    }
}

fn push_cell(cell: Cell, calendar: &Calendar, text: &mut String) {
    match cell {
        Cell::Text(given) => text.push_str(given),
        Cell::Time(at) => calendar.push(at, text),
        Cell::Fen(fen) => text.push_str(&yuan_text(i128::from(fen))),
        Cell::Flag(flag) => text.push(if flag { '是' } else { '否' }),
    }
}

enum Builder {
    Text(StringBuilder),
    Time(TimestampMicrosecondBuilder),
    Money(Decimal128Builder),
    Flag(BooleanBuilder),
}

struct Parquet {
    path: PathBuf,
    schema: Arc<Schema>,
    builders: Vec<Builder>,
    rows: usize,
    writer: ArrowWriter<File>,
    text: String,
}

impl Parquet {
    fn create(path: PathBuf, columns: &[Column], loose: bool) -> Result<Parquet, Error> {
        let fields: Vec<Field> =
            columns.iter().map(|column| Field::new(column.1, data_type(column.2, loose), true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let mut properties = WriterProperties::builder()
            .set_created_by("mingjing synth".to_owned())
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP_ROWS));
        for column in columns.iter().filter(|column| column.2 != Kind::Word) {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(column.1), false);
        }
        let file = File::create(&path).map_err(|source| Error::world(&path, source))?;
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties.build()))
            .map_err(|source| Error::world(&path, source.into()))?;
        let builders = schema.fields().iter().map(|field| builder(field.data_type())).collect();
        Ok(Parquet { path, schema, builders, rows: 0, writer, text: String::new() })
    }

    fn write(&mut self, cells: &[Cell], calendar: &Calendar) -> Result<(), Error> {
        for (builder, &cell) in self.builders.iter_mut().zip(cells) {
            match (builder, cell) {
                (Builder::Text(to), Cell::Text("")) => to.append_null(),
                (Builder::Text(to), Cell::Text(text)) => to.append_value(text),
                (Builder::Text(to), cell) => {
                    self.text.clear();
                    push_cell(cell, calendar, &mut self.text);
                    to.append_value(&self.text);
                }
                (Builder::Time(to), Cell::Time(at)) => to.append_value(micros(at)),
                (Builder::Money(to), Cell::Fen(fen)) => to.append_value(i128::from(fen)),
                (Builder::Flag(to), Cell::Flag(flag)) => to.append_value(flag),
                (_, cell) => unreachable!("a typed column was given {cell:?}"),
            }
        }
        self.rows += 1;
        if self.rows == BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.rows = 0;
        let arrays = self.builders.iter_mut().map(finished).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), arrays).expect("columns fit their schema");
        self.writer.write(&batch).map_err(|source| Error::world(&self.path, source.into()))
    }

    fn finish(mut self) -> Result<(), Error> {
        if self.rows > 0 {
            self.flush()?;
        }
        self.writer.close().map(|_| ()).map_err(|source| Error::world(&self.path, source.into()))
    }
}

fn data_type(kind: Kind, loose: bool) -> DataType {
    match kind {
        Kind::Time if !loose => DataType::Timestamp(TimeUnit::Microsecond, Some("Asia/Shanghai".into())),
        Kind::Money if !loose => DataType::Decimal128(18, 2),
        Kind::Flag => DataType::Boolean,
        _ => DataType::Utf8,
    }
}

fn builder(of: &DataType) -> Builder {
    match of {
        DataType::Timestamp(..) => {
            Builder::Time(TimestampMicrosecondBuilder::new().with_data_type(of.clone()))
        }
        DataType::Decimal128(..) => Builder::Money(Decimal128Builder::new().with_data_type(of.clone())),
        DataType::Boolean => Builder::Flag(BooleanBuilder::new()),
        _ => Builder::Text(StringBuilder::new()),
    }
}

fn finished(builder: &mut Builder) -> ArrayRef {
    match builder {
        Builder::Text(from) => Arc::new(from.finish()),
        Builder::Time(from) => Arc::new(from.finish()),
        Builder::Money(from) => Arc::new(from.finish()),
        Builder::Flag(from) => Arc::new(from.finish()),
    }
}
