//! The Parquet tables: `accounts.parquet`, `persons.parquet` and `identities.parquet`.
//!
//! One row group holds [`ROWS_PER_GROUP`] rows. Its columns are built from the count and encoded side by side on
//! the threads of the current rayon pool, then written in their order, so that the bytes do not depend on the
//! number of threads and only the columns in work are in memory. Counts are 64-bit signed, though they are never
//! negative: that is what DuckDB, pandas and DataFusion subtract without wrapping. Money is Decimal(18,2) yuan.

mod columns;
mod packed;

use crate::Error;
use crate::stage::Stage;
use arrow::datatypes::{DataType, Field, Schema};
use bytes::Bytes;
use columns::{Column, Filled, Kind};
use mingjing_network::count::Count;
use mingjing_network::figures::Thresholds;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result as ParquetResult;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Rows of a row group.
pub const ROWS_PER_GROUP: usize = 1 << 19;
/// File of the accounts.
pub const ACCOUNTS: &str = "accounts.parquet";
/// File of the persons.
pub const PERSONS: &str = "persons.parquet";
/// File of the identity numbers.
pub const IDENTITIES: &str = "identities.parquet";

/// Writes the three tables into the directory, on the threads of the current rayon pool.
///
/// `tool` is the name and version of the program; it stands in each file beside the id of the policy.
///
/// # Errors
/// The system refuses (no space, no permission); the error names the file.
pub fn write(stage: &Stage, count: &Count, thresholds: &Thresholds, tool: &str) -> Result<(), Error> {
    let table = |name, rows, columns| Table { name, rows, columns, policy: &count.policy.id, tool };
    let (accounts, persons) = rayon::join(
        || {
            let columns = columns::accounts();
            let group = |range| columns::Accounts::of(count, range);
            table(ACCOUNTS, count.accounts(), plan(&columns))
                .put(stage, group, |rows, column| (columns[column].fill)(rows))
        },
        || {
            let columns = columns::persons();
            let group = |range| columns::Persons::of(count, thresholds, range);
            table(PERSONS, count.persons(), plan(&columns))
                .put(stage, group, |rows, column| (columns[column].fill)(rows))?;
            let group = |range| columns::identities(count, range);
            table(IDENTITIES, count.persons(), columns::IDENTITIES.to_vec()).put(
                stage,
                group,
                |arrays, column| arrays[column].clone(),
            )
        },
    );
    accounts.and(persons)
}

fn plan<R>(columns: &[Column<R>]) -> Vec<(&'static str, Kind, bool)> {
    columns.iter().map(|c| (c.name, c.kind, c.nullable)).collect()
}

/// An encoded column of a row group.
enum Chunk {
    Arrow(Box<ArrowColumnChunk>),
    Packed(Bytes, Box<ColumnCloseResult>),
}

/// One table to be written.
struct Table<'a> {
    name: &'static str,
    rows: usize,
    columns: Vec<(&'static str, Kind, bool)>,
    policy: &'a str,
    tool: &'a str,
}

impl Table<'_> {
    /// Writes the table: `group` prepares a range of rows, `fill` gives one of its columns.
    fn put<G: Sync>(
        &self,
        stage: &Stage,
        group: impl Fn(Range<usize>) -> G,
        fill: impl Fn(&G, usize) -> Filled + Sync,
    ) -> Result<(), Error> {
        let is_private = self.name == IDENTITIES;
        let file = if is_private { stage.create_private(self.name)? } else { stage.create(self.name)? };
        self.put_to(file, &stage.path().join(self.name), group, fill)
    }

    fn put_to<G: Sync>(
        &self,
        file: File,
        path: &Path,
        group: impl Fn(Range<usize>) -> G,
        fill: impl Fn(&G, usize) -> Filled + Sync,
    ) -> Result<(), Error> {
        self.put_groups(file, group, fill).map_err(|e| Error::parquet(path, "write", e))
    }

    fn put_groups<G: Sync>(
        &self,
        file: File,
        group: impl Fn(Range<usize>) -> G,
        fill: impl Fn(&G, usize) -> Filled + Sync,
    ) -> ParquetResult<()> {
        let fields: Vec<Field> = self.columns.iter().map(field).collect();
        let schema = Arc::new(Schema::new(fields));
        let root = ArrowSchemaConverter::new().convert(&schema)?.root_schema_ptr();
        let mut writer = SerializedFileWriter::new(file, root, Arc::new(self.properties()))?;
        let factory = ArrowRowGroupWriterFactory::new(&writer, schema.clone());
        let described = writer.schema_descr().columns().to_vec();
        for (number, start) in (0..self.rows).step_by(ROWS_PER_GROUP).enumerate() {
            let rows = group(start..self.rows.min(start + ROWS_PER_GROUP));
            let encoders: Vec<_> =
                factory.create_column_writers(number)?.into_iter().zip(schema.fields()).collect();
            let chunks: Vec<Chunk> = encoders
                .into_par_iter()
                .with_max_len(1)
                .enumerate()
                .map(|(column, (mut encoder, field))| {
                    let array = match fill(&rows, column) {
                        Filled::Array(array) => array,
                        Filled::Numbers(packed) => {
                            let (bytes, close) = packed.chunk(described[column].clone())?;
                            return Ok(Chunk::Packed(bytes, Box::new(close)));
                        }
                    };
                    for leaf in compute_leaves(field, &array)? {
                        encoder.write(&leaf)?;
                    }
                    Ok(Chunk::Arrow(Box::new(encoder.close()?)))
                })
                .collect::<ParquetResult<_>>()?;
            let mut open = writer.next_row_group()?;
            for chunk in chunks {
                match chunk {
                    Chunk::Arrow(chunk) => chunk.append_to_row_group(&mut open)?,
                    Chunk::Packed(bytes, close) => open.append_column(&bytes, *close)?,
                }
            }
            open.close()?;
        }
        writer.close()?;
        Ok(())
    }

    fn properties(&self) -> WriterProperties {
        let note = |key: &str, value: &str| KeyValue::new(key.to_owned(), value.to_owned());
        let mut builder = WriterProperties::builder()
            .set_writer_version(WriterVersion::PARQUET_1_0)
            .set_created_by(self.tool.to_owned())
            .set_key_value_metadata(Some(vec![
                note("mingjing.policy", self.policy),
                note("mingjing.tool", self.tool),
            ]))
            .set_compression(Compression::LZ4_RAW)
            .set_dictionary_enabled(false)
            .set_statistics_enabled(EnabledStatistics::Chunk);
        for &(name, kind, _) in &self.columns {
            let path = ColumnPath::from(name);
            // Neighbouring account numbers share their beginnings, neighbouring figures are near each other.
            builder = match kind {
                // Page statistics of the key find a row without reading the column.
                Kind::Key => builder
                    .set_column_statistics_enabled(path.clone(), EnabledStatistics::Page)
                    .set_column_encoding(path, Encoding::DELTA_BYTE_ARRAY),
                Kind::Text => builder.set_column_encoding(path, Encoding::DELTA_BYTE_ARRAY),
                // Numbers are packed apart; what comes here of money is null.
                Kind::Count | Kind::Yuan | Kind::Date | Kind::Flag => builder,
            };
        }
        builder.build()
    }
}

fn field(&(name, kind, nullable): &(&str, Kind, bool)) -> Field {
    let kind = match kind {
        Kind::Key | Kind::Text => DataType::Utf8,
        Kind::Count => DataType::Int64,
        Kind::Yuan => DataType::Decimal64(18, 2),
        Kind::Date => DataType::Date32,
        Kind::Flag => DataType::Boolean,
    };
    Field::new(name, kind, nullable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_the_worlds_fault_and_the_error_names_the_file() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let columns = vec![("persons", Kind::Count, false)];
        let table = Table { name: PERSONS, rows: 100_000, columns, policy: "main", tool: "test" };
        let numbers = |r: &Range<usize>, _| Filled::Numbers(packed::Packed::of(r.len(), |row| row as i64));
        let error = table.put_to(full, Path::new("out/persons.parquet"), |r| r, numbers).unwrap_err();
        assert!(matches!(error, Error::Io { .. }) && !error.is_users(), "{error}");
        assert!(error.to_string().contains("\nout/persons.parquet: cannot write"), "{error}");
    }
}
