//! The Parquet tables: `accounts.parquet`, `persons.parquet` and `identities.parquet`.
//!
//! One row group holds [`ROWS_PER_GROUP`] rows. Its columns are built from the count and encoded side by side on
//! the threads of the current rayon pool, then written in their order, so that the bytes do not depend on the
//! number of threads and only the columns in work are in memory. Counts are 64-bit signed, though they are never
//! negative: that is what DuckDB, pandas and DataFusion subtract without wrapping. Money is Decimal(18,2) yuan.

mod columns;

use crate::Error;
use crate::stage::Stage;
use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field, Schema};
use columns::{Column, Kind};
use mingjing_network::count::Count;
use mingjing_network::figures::Thresholds;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding};
use parquet::errors::Result as ParquetResult;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;
use std::fs::File;
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
    let source = columns::Source::new(count, thresholds);
    let (accounts, persons) = rayon::join(
        || put(stage, ACCOUNTS, &columns::ACCOUNTS, &source, count.accounts(), tool),
        || {
            put(stage, PERSONS, &columns::PERSONS, &source, count.persons(), tool)?;
            put(stage, IDENTITIES, &columns::IDENTITIES, &source, source.identity_rows(), tool)
        },
    );
    accounts.and(persons)
}

fn put(
    stage: &Stage,
    name: &str,
    columns: &[Column],
    source: &columns::Source,
    rows: usize,
    tool: &str,
) -> Result<(), Error> {
    let file = if name == IDENTITIES { stage.create_private(name)? } else { stage.create(name)? };
    let properties = properties(columns, &source.count.policy.id, tool);
    put_groups(file, columns, source, rows, properties)
        .map_err(|e| Error::parquet(&stage.path().join(name), "write", e))
}

fn put_groups(
    file: File,
    columns: &[Column],
    source: &columns::Source,
    rows: usize,
    properties: WriterProperties,
) -> ParquetResult<()> {
    let fields: Vec<Field> = columns.iter().map(field).collect();
    let schema = Arc::new(Schema::new(fields));
    let root = ArrowSchemaConverter::new().convert(&schema)?.root_schema_ptr();
    let mut writer = SerializedFileWriter::new(file, root, Arc::new(properties))?;
    let factory = ArrowRowGroupWriterFactory::new(&writer, schema.clone());
    for (group, start) in (0..rows).step_by(ROWS_PER_GROUP).enumerate() {
        let range = start..rows.min(start + ROWS_PER_GROUP);
        let encoders = factory.create_column_writers(group)?;
        let work: Vec<_> = encoders.into_iter().zip(columns).zip(schema.fields()).collect();
        let chunks: Vec<ArrowColumnChunk> = work
            .into_par_iter()
            .with_max_len(1)
            .map(|((mut encoder, column), field)| {
                let array: ArrayRef = (column.fill)(source, range.clone());
                for leaf in compute_leaves(field, &array)? {
                    encoder.write(&leaf)?;
                }
                encoder.close()
            })
            .collect::<ParquetResult<_>>()?;
        let mut open = writer.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut open)?;
        }
        open.close()?;
    }
    writer.close()?;
    Ok(())
}

fn field(column: &Column) -> Field {
    let kind = match column.kind {
        Kind::Key | Kind::Text => DataType::Utf8,
        Kind::Count => DataType::Int64,
        Kind::Yuan => DataType::Decimal64(18, 2),
        Kind::Date => DataType::Date32,
        Kind::Flag => DataType::Boolean,
    };
    Field::new(column.name, kind, column.nullable)
}

fn properties(columns: &[Column], policy: &str, tool: &str) -> WriterProperties {
    let note = |key: &str, value: &str| KeyValue::new(key.to_owned(), value.to_owned());
    let mut builder = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_created_by(tool.to_owned())
        .set_key_value_metadata(Some(vec![note("mingjing.policy", policy), note("mingjing.tool", tool)]))
        .set_compression(Compression::LZ4_RAW)
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for column in columns {
        let path = ColumnPath::from(column.name);
        builder = match column.kind {
            // Page statistics of the key find a row without reading the column.
            Kind::Key => builder
                .set_column_statistics_enabled(path.clone(), EnabledStatistics::Page)
                .set_column_encoding(path, Encoding::DELTA_LENGTH_BYTE_ARRAY),
            Kind::Text => builder.set_column_encoding(path, Encoding::DELTA_LENGTH_BYTE_ARRAY),
            Kind::Count => builder.set_column_encoding(path, Encoding::DELTA_BINARY_PACKED),
            Kind::Yuan => builder.set_column_dictionary_enabled(path, true),
            Kind::Date | Kind::Flag => builder,
        };
    }
    builder.build()
}
