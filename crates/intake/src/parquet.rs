//! Parquet: row groups decoded in parallel, cells written as text so that rows compare as in other formats.
//!
//! Whole numbers and doubles that are whole are written without decimals, decimals with all their places, times
//! as `2020-06-30 10:30:00` (`Z` behind where the column has a zone), nulls as nothing. Memory: a worker holds
//! one row group's compressed pages; finished batches of one row group, up to about a million rows, may wait
//! for the row groups before it.

mod column;
mod lean;
mod texts;

pub(crate) use column::push_double;
pub(crate) use lean::Lean;

use crate::batch::{Batch, Span};
use crate::columns::{ABSENT, Plan};
use crate::error::Error;
use crate::field::{Field, Table};
use crate::flow::Emit;
use crate::rows::{Known, Maker, Pass, SEPARATOR, Terms};
use crate::tally::Reason;
use arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::{DataType, Schema};
use arrow::error::ArrowError;
use column::{Column, simplified};
use lean::Numbers;
use memchr::{memchr, memchr_iter, memchr2};
use mingjing_network::run::WantsSerial;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowFilter,
};
use parquet::schema::types::SchemaDescriptor;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex};
use texts::Words;

/// Rows of one batch: few enough that its columns stay in the caches and their memory with the thread.
pub(crate) const BATCH_ROWS: usize = 8_192;
/// Batches of a row group that may wait for those before.
pub(crate) const WAITING_MAX: usize = (1 << 20) / BATCH_ROWS;

/// Opens the footer; texts will be read as views into the pages.
pub(crate) fn open(path: &Path, name: &str) -> Result<ArrowReaderMetadata, Error> {
    let file = File::open(path).map_err(|e| Error::world(path, e))?;
    let plain = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())
        .map_err(|e| broken(name, &e.to_string()))?;
    let fields = plain.schema().fields().iter().map(|field| {
        let view = match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
            DataType::Dictionary(_, value) if value.is_string() => DataType::Utf8View,
            other => other.clone(),
        };
        Arc::new(field.as_ref().clone().with_data_type(view))
    });
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let viewed = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new().with_schema(schema));
    Ok(viewed.unwrap_or(plain))
}

fn broken(name: &str, what: &str) -> Error {
    Error::fault(
        "bad_parquet",
        name,
        format!("no readable Parquet file: {what}"),
        "Get the file again, or export it anew.",
    )
}

/// One row group to decode.
pub(crate) struct Group {
    pub path: std::path::PathBuf,
    pub metadata: ArrowReaderMetadata,
    pub number: usize,
    /// Row number of its first row.
    pub first_row: u64,
}

/// Decodes a row group into batches.
pub(crate) fn decode(group: Group, terms: &Terms, plan: &Plan, file: u32, name: &str, emit: Emit<'_, Batch>) {
    let lean = lean_columns(terms, plan);
    let wanted: Arc<Mutex<Vec<u64>>> = Arc::default();
    let opened = File::open(&group.path).map_err(|e| Error::world(&group.path, e));
    let reader = opened.and_then(|handle| {
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(handle, group.metadata)
            .with_row_groups(vec![group.number])
            .with_batch_size(BATCH_ROWS);
        if let Some(lean) = lean.as_deref().filter(|_| terms.pass != Pass::Exact) {
            let mask = ProjectionMask::roots(builder.parquet_schema(), lean.iter().copied());
            builder = builder.with_projection(mask);
        }
        if let (Some(serial), true) = (&terms.serial, lean.is_some()) {
            let column = plan.fields[Field::Serial as usize];
            let filter = by_serial(builder.parquet_schema(), column, serial, &wanted);
            builder = builder.with_row_filter(filter);
        }
        builder.build().map_err(|e| broken(name, &e.to_string()))
    });
    let reader = match reader {
        Ok(reader) => reader,
        Err(error) => {
            emit(Err(error));
            return;
        }
    };
    // The filter has run over the whole row group when the reader is built.
    let wanted = match (&terms.serial, &lean) {
        (Some(_), Some(_)) => wanted.lock().map(|mut rows| std::mem::take(&mut *rows)).ok(),
        _ => None,
    };
    let mut row = group.first_row;
    for batch in reader {
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) => {
                emit(Err(broken(name, &error.to_string()).at_row(row)));
                return;
            }
        };
        // Huge cells: fewer rows at a time, so that places in a batch's texts fit 31 bits.
        let pieces = batch.get_array_memory_size() / BATCH_BYTES + 1;
        let size = batch.num_rows().div_ceil(pieces).max(1);
        for start in (0..batch.num_rows()).step_by(size) {
            let piece = batch.slice(start, size.min(batch.num_rows() - start));
            let made = match &lean {
                Some(lean) => {
                    let from = (row - group.first_row) as usize;
                    let numbers = match &wanted {
                        None => Numbers::From(row),
                        Some(places) => {
                            let places = &places[from..from + piece.num_rows()];
                            Numbers::Listed(places.iter().map(|place| group.first_row + place).collect())
                        }
                    };
                    lean_rows(&piece, lean, terms, plan, file, numbers)
                }
                None => rows(&piece, terms, plan, file, row),
            };
            let made = made.map_err(|e| broken(name, &e).at_row(row));
            row += piece.num_rows() as u64;
            let failed = made.is_err();
            if !emit(made) || failed {
                return;
            }
        }
    }
}

/// Columns of the file that the rows need, where the fingerprint does not need all: a member row is told apart by
/// its account, a ledger row by its serial number. `None` for a ledger without serial numbers or of several
/// formats.
fn lean_columns(terms: &Terms, plan: &Plan) -> Option<Vec<usize>> {
    let fields: &[Field] = match (terms.table, terms.pass) {
        (Table::Members, Pass::Quick) => &MEMBER_FIELDS[..6],
        (Table::Members, Pass::Contacts) => &[Field::Mobile, Field::BankCard],
        (Table::Members, Pass::Exact) => &MEMBER_FIELDS,
        (Table::Ledger, _) if plan.fields[Field::Serial as usize] == ABSENT || !terms.is_one_format => {
            return None;
        }
        (Table::Ledger, _) => &LEDGER_FIELDS,
    };
    let mut columns: Vec<usize> =
        fields.iter().map(|&field| plan.fields[field as usize]).filter(|&at| at != ABSENT).collect();
    columns.sort_unstable();
    Some(columns)
}

const MEMBER_FIELDS: [Field; 8] = [
    Field::Account,
    Field::Referrer,
    Field::Placement,
    Field::Identity,
    Field::Joined,
    Field::Paid,
    Field::Mobile,
    Field::BankCard,
];
const LEDGER_FIELDS: [Field; 6] =
    [Field::Account, Field::Kind, Field::Amount, Field::Time, Field::Serial, Field::Currency];

/// A filter by the serial number: rows that it rules out are not decoded. Notes the places of the others.
fn by_serial(
    schema: &SchemaDescriptor,
    column: usize,
    serial: &WantsSerial,
    wanted: &Arc<Mutex<Vec<u64>>>,
) -> RowFilter {
    let (serial, wanted) = (Arc::clone(serial), Arc::clone(wanted));
    let mut place = 0u64;
    let predicate = move |batch: RecordBatch| {
        let failed = |what: String| ArrowError::ParquetError(what);
        let array = simplified(batch.column(0)).map_err(failed)?;
        let column = Column::new(&array).map_err(failed)?;
        let words = Words::of(&column).map_err(failed)?;
        let mut wanted = wanted.lock().map_err(|e| failed(e.to_string()))?;
        let is_wanted = BooleanBuffer::collect_bool(batch.num_rows(), |i| {
            let text = words.at(i);
            let is_wanted = text.is_empty() || serial(text);
            if is_wanted {
                wanted.push(place + i as u64);
            }
            is_wanted
        });
        place += batch.num_rows() as u64;
        Ok(BooleanArray::new(is_wanted, None))
    };
    RowFilter::new(vec![Box::new(ArrowPredicateFn::new(ProjectionMask::roots(schema, [column]), predicate))])
}

/// Columns of one batch, kept so that single rows can be written exactly.
pub(crate) struct Lazy {
    arrays: Vec<ArrayRef>,
    order: Vec<usize>,
    numbers: Numbers,
}

impl Lazy {
    /// Writes the row with that number: its cells after trimming, joined by U+001F; one in a cell is written
    /// as U+001E `F`, U+001E itself as U+001E `E`, so that different rows never look equal.
    pub fn push(&self, row: u64, out: &mut Vec<u8>) {
        // Only rows of this batch are asked for.
        let Some(i) = self.numbers.place(row) else { return };
        let mut cell = Vec::new();
        for (k, &at) in self.order.iter().enumerate() {
            if k > 0 {
                out.push(SEPARATOR);
            }
            // The arrays were columns before: they are again.
            let Some(Ok(column)) = self.arrays.get(at).map(Column::new) else { continue };
            cell.clear();
            column.push(i, &mut cell);
            for &byte in &cell {
                match byte {
                    SEPARATOR => out.extend_from_slice(b"\x1EF"),
                    0x1E => out.extend_from_slice(b"\x1EE"),
                    byte => out.push(byte),
                }
            }
        }
    }
}

/// Rows of which only the needed columns are looked at.
fn lean_rows(
    batch: &RecordBatch,
    lean: &[usize],
    terms: &Terms,
    plan: &Plan,
    file: u32,
    numbers: Numbers,
) -> Result<Batch, String> {
    let arrays: Vec<ArrayRef> = batch.columns().iter().map(simplified).collect::<Result<_, _>>()?;
    let is_projected = terms.pass != Pass::Exact;
    let columns: Vec<Column<'_>> = match is_projected {
        true => arrays.iter().map(Column::new).collect::<Result<_, _>>()?,
        false => lean.iter().map(|&at| Column::new(&arrays[at])).collect::<Result<_, _>>()?,
    };
    let kept = (!is_projected).then(|| numbers.clone());
    let mut made = lean::made(&columns, lean, batch.num_rows(), terms, plan, file, numbers)?;
    drop(columns);
    made.lazy = kept.map(|numbers| Lazy { arrays, order: plan.order.clone(), numbers });
    Ok(made)
}

/// Memory of the cells that are turned into text at a time.
const BATCH_BYTES: usize = 256 << 20;

fn rows(batch: &RecordBatch, terms: &Terms, plan: &Plan, file: u32, first_row: u64) -> Result<Batch, String> {
    let columns: Vec<ArrayRef> = batch.columns().iter().map(simplified).collect::<Result<_, _>>()?;
    let columns: Vec<Column<'_>> = columns.iter().map(Column::new).collect::<Result<_, _>>()?;
    // Control characters hardly ever occur: looked for in the whole batch first, cell by cell only then.
    let quick = made(&columns, batch.num_rows(), terms, plan, file, first_row, false);
    let separators = batch.num_rows() * plan.order.len().saturating_sub(1);
    let is_clean =
        memchr_iter(SEPARATOR, &quick.second).count() == separators && memchr(0, &quick.second).is_none();
    let maker = match is_clean {
        true => quick,
        false => made(&columns, batch.num_rows(), terms, plan, file, first_row, true),
    };
    maker.close().map_err(|_| "text that is no UTF-8".to_owned())
}

fn made<'a>(
    columns: &[Column<'_>],
    count: usize,
    terms: &'a Terms,
    plan: &'a Plan,
    file: u32,
    first_row: u64,
    with_check: bool,
) -> Maker<'a> {
    let mut maker = Maker::new(terms, plan, file, Vec::new());
    maker.second.reserve(count * columns.len() * 12);
    maker.cells.resize(columns.len(), Span::default());
    let typed = Typed::new(|field| columns.get(plan.fields[field as usize]), terms);
    for i in 0..count {
        let start = maker.second.len();
        let mut control = false;
        for (k, &at) in plan.order.iter().enumerate() {
            if k > 0 {
                maker.second.push(SEPARATOR);
            }
            if at == ABSENT {
                continue;
            }
            let from = maker.second.len();
            columns[at].push(i, &mut maker.second);
            maker.cells[at] = Span::second(from, maker.second.len());
            control |= with_check && memchr2(SEPARATOR, 0, &maker.second[from..]).is_some();
        }
        let row = first_row + i as u64;
        if control {
            maker.reject(row, None, String::new(), Reason::ControlCharacter);
            continue;
        }
        let joined = Span::second(start, maker.second.len());
        maker.finish(row, Some(joined), typed.known(i, terms));
    }
    maker
}

/// Columns whose values need not go through text, and key columns held as doubles.
struct Typed<'a, 'b> {
    amount: Option<&'a Column<'b>>,
    time: Option<&'a Column<'b>>,
    keys: Vec<(Field, &'a Column<'b>)>,
}

/// Fields that tell one account or person from another.
pub(crate) const KEY_FIELDS: [Field; 4] =
    [Field::Account, Field::Referrer, Field::Placement, Field::Identity];

/// From here on a double does not hold every whole number.
pub(crate) const WHOLE_DOUBLE_MAX: f64 = 9_007_199_254_740_992.0;

impl<'a, 'b> Typed<'a, 'b> {
    fn new(column: impl Fn(Field) -> Option<&'a Column<'b>>, terms: &Terms) -> Typed<'a, 'b> {
        let time = if terms.table == Table::Members { Field::Joined } else { Field::Time };
        let is_double = |c: &&Column<'_>| matches!(c, Column::Double(_));
        Typed {
            amount: column(Field::Amount).filter(|c| c.is_amount()),
            time: column(time).filter(|c| c.is_time()),
            keys: KEY_FIELDS.iter().filter_map(|&f| Some((f, column(f).filter(is_double)?))).collect(),
        }
    }

    #[inline]
    fn known(&self, i: usize, terms: &Terms) -> Known {
        let is_lost = |c: &Column<'_>| matches!(c, Column::Double(a) if a.is_valid(i) && a.value(i).abs() >= WHOLE_DOUBLE_MAX);
        Known {
            amount: self.amount.map(|c| c.amount(i)),
            time: self.time.map(|c| c.time(i, terms)),
            digits_lost: self.keys.iter().find(|(_, c)| is_lost(c)).map(|(f, _)| *f),
            content: None,
        }
    }
}
