//! Columns of a batch, of whatever type, cell by cell: as text in the form that other formats have, as amounts and as
//! times.

use super::WHOLE_DOUBLE_MAX;
use crate::csv::trimmed;
use crate::rows::Terms;
use crate::values::{amount_of_decimal, amount_of_double, push_date, push_decimal, push_int, push_time};
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{self as dt, DataType, TimeUnit};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use mingjing_network::rows::{Fen, Micros};
use std::io::Write as _;
use std::sync::Arc;

/// Brings the many number types to few.
pub(super) fn simplified(array: &ArrayRef) -> Result<ArrayRef, String> {
    use DataType::{
        Dictionary, Float16, Float32, Int8, Int16, Int32, LargeUtf8, UInt8, UInt16, UInt32, Utf8,
    };
    let target = match array.data_type() {
        Int8 | Int16 | Int32 | UInt8 | UInt16 | UInt32 => DataType::Int64,
        Float16 | Float32 => return shortest(array),
        Utf8 | LargeUtf8 => DataType::Utf8View,
        DataType::Date64 => DataType::Date32,
        DataType::Decimal32(_, s) | DataType::Decimal64(_, s) => DataType::Decimal128(38, *s),
        Dictionary(_, value) => value.as_ref().clone(),
        _ => return Ok(Arc::clone(array)),
    };
    let simple = cast(array, &target).map_err(|e| e.to_string())?;
    if matches!(array.data_type(), Dictionary(..)) { simplified(&simple) } else { Ok(simple) }
}

/// A 32-bit float as the double with the same shortest decimal text: 0.1 stays 0.1.
fn shortest(array: &ArrayRef) -> Result<ArrayRef, String> {
    let single = cast(array, &DataType::Float32).map_err(|e| e.to_string())?;
    let single = single.as_primitive::<dt::Float32Type>();
    let double = single.unary::<_, dt::Float64Type>(|v| v.to_string().parse().unwrap_or(f64::from(v)));
    Ok(Arc::new(double))
}

/// A column of one batch.
pub(super) enum Column<'a> {
    View(&'a arrow::array::StringViewArray),
    Bytes(ArrayRef),
    Int(&'a arrow::array::Int64Array),
    UInt(&'a arrow::array::UInt64Array),
    Double(&'a arrow::array::Float64Array),
    Decimal(&'a arrow::array::Decimal128Array, i8),
    Date(&'a arrow::array::Date32Array),
    Flag(&'a arrow::array::BooleanArray),
    /// Values, units of a second, has a zone.
    Time(Times<'a>, bool),
    Other(ArrayFormatter<'a>, &'a ArrayRef),
}

/// Times in the unit of the file.
pub(super) enum Times<'a> {
    Second(&'a arrow::array::TimestampSecondArray),
    Milli(&'a arrow::array::TimestampMillisecondArray),
    Micro(&'a arrow::array::TimestampMicrosecondArray),
    Nano(&'a arrow::array::TimestampNanosecondArray),
}

impl Times<'_> {
    /// Microseconds and the nanoseconds beyond them; outer `None` for null, inner for what is beyond the calendar.
    #[inline]
    fn get(&self, i: usize) -> Option<Option<(i64, i64)>> {
        match self {
            Times::Second(a) => a.is_valid(i).then(|| Some((a.value(i).checked_mul(1_000_000)?, 0))),
            Times::Milli(a) => a.is_valid(i).then(|| Some((a.value(i).checked_mul(1_000)?, 0))),
            Times::Micro(a) => a.is_valid(i).then(|| Some((a.value(i), 0))),
            Times::Nano(a) => {
                a.is_valid(i).then(|| Some((a.value(i).div_euclid(1_000), a.value(i).rem_euclid(1_000))))
            }
        }
    }

    fn raw(&self, i: usize) -> i64 {
        match self {
            Times::Second(a) => a.value(i),
            Times::Milli(a) => a.value(i),
            Times::Micro(a) => a.value(i),
            Times::Nano(a) => a.value(i),
        }
    }
}

impl<'a> Column<'a> {
    pub(super) fn new(array: &'a ArrayRef) -> Result<Column<'a>, String> {
        Ok(match array.data_type() {
            DataType::Utf8View => Column::View(array.as_string_view()),
            DataType::Binary
            | DataType::LargeBinary
            | DataType::BinaryView
            | DataType::FixedSizeBinary(_) => {
                Column::Bytes(cast(array, &DataType::BinaryView).map_err(|e| e.to_string())?)
            }
            DataType::Int64 => Column::Int(array.as_primitive()),
            DataType::UInt64 => Column::UInt(array.as_primitive()),
            DataType::Float64 => Column::Double(array.as_primitive()),
            DataType::Decimal128(_, scale) => Column::Decimal(array.as_primitive(), *scale),
            DataType::Boolean => Column::Flag(array.as_boolean()),
            DataType::Date32 => Column::Date(array.as_primitive()),
            DataType::Timestamp(unit, zone) => {
                let times = match unit {
                    TimeUnit::Second => Times::Second(array.as_primitive()),
                    TimeUnit::Millisecond => Times::Milli(array.as_primitive()),
                    TimeUnit::Microsecond => Times::Micro(array.as_primitive()),
                    TimeUnit::Nanosecond => Times::Nano(array.as_primitive()),
                };
                Column::Time(times, zone.is_some())
            }
            _ => {
                const OPTIONS: FormatOptions<'static> = FormatOptions::new();
                Column::Other(ArrayFormatter::try_new(array, &OPTIONS).map_err(|e| e.to_string())?, array)
            }
        })
    }

    /// How many cells.
    pub(super) fn len(&self) -> usize {
        match self {
            Column::View(a) => a.len(),
            Column::Bytes(a) => a.len(),
            Column::Int(a) => a.len(),
            Column::UInt(a) => a.len(),
            Column::Double(a) => a.len(),
            Column::Decimal(a, _) => a.len(),
            Column::Date(a) => a.len(),
            Column::Time(times, _) => match times {
                Times::Second(a) => a.len(),
                Times::Milli(a) => a.len(),
                Times::Micro(a) => a.len(),
                Times::Nano(a) => a.len(),
            },
            Column::Flag(a) => a.len(),
            Column::Other(_, array) => array.len(),
        }
    }

    pub(super) fn is_amount(&self) -> bool {
        matches!(self, Column::Double(_) | Column::Decimal(..))
    }

    pub(super) fn is_time(&self) -> bool {
        matches!(self, Column::Date(_) | Column::Time(..))
    }

    #[inline]
    pub(super) fn amount(&self, i: usize) -> Option<Fen> {
        match self {
            Column::Double(a) if a.is_valid(i) => amount_of_double(a.value(i)),
            Column::Decimal(a, scale) if a.is_valid(i) => amount_of_decimal(a.value(i), *scale),
            _ => None,
        }
    }

    #[inline]
    pub(super) fn time(&self, i: usize, terms: &Terms) -> Option<Micros> {
        match self {
            Column::Date(a) if a.is_valid(i) => terms.zone.naive(i64::from(a.value(i)) * 86_400_000_000),
            Column::Time(a, true) => a.get(i)?.map(|(micros, _)| micros),
            Column::Time(a, false) => a.get(i)?.and_then(|(micros, _)| terms.zone.naive(micros)),
            _ => None,
        }
    }

    /// Appends the text of the cell, trimmed.
    #[inline]
    pub(super) fn push(&self, i: usize, out: &mut Vec<u8>) {
        match self {
            Column::View(a) if a.is_valid(i) => push_text(a.value(i), out),
            Column::Int(a) if a.is_valid(i) => push_int(out, i128::from(a.value(i))),
            Column::UInt(a) if a.is_valid(i) => push_int(out, i128::from(a.value(i))),
            Column::Double(a) if a.is_valid(i) => push_double(out, a.value(i)),
            Column::Decimal(a, scale) if a.is_valid(i) => push_decimal(out, a.value(i), *scale),
            Column::Flag(a) if a.is_valid(i) => {
                out.extend_from_slice(if a.value(i) { b"true" } else { b"false" });
            }
            Column::Date(a) if a.is_valid(i) => push_date(out, i64::from(a.value(i))),
            Column::Time(a, has_zone) => match a.get(i) {
                None => {}
                Some(None) => push_int(out, i128::from(a.raw(i))),
                Some(Some((micros, nanos))) => {
                    push_time(out, micros);
                    if nanos != 0 {
                        // Only so that rows that differ here differ.
                        let _ = write!(out, "+{nanos}ns");
                    }
                    if *has_zone {
                        out.push(b'Z');
                    }
                }
            },
            Column::Bytes(a) => {
                let a = a.as_binary_view();
                if a.is_valid(i) {
                    match std::str::from_utf8(a.value(i)) {
                        Ok(text) => push_text(text, out),
                        Err(_) => a.value(i).iter().for_each(|b| drop(write!(out, "{b:02x}"))),
                    }
                }
            }
            Column::Other(formatter, array) if array.is_valid(i) => {
                push_text(&formatter.value(i).to_string(), out);
            }
            _ => {}
        }
    }
}

#[inline]
fn push_text(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let (from, to) =
        if crate::csv::needs_trim(bytes) { trimmed(bytes, 0, bytes.len()) } else { (0, bytes.len()) };
    out.extend_from_slice(&bytes[from..to]);
}

/// Appends a double in its shortest form; a whole one without decimals.
pub(crate) fn push_double(out: &mut Vec<u8>, value: f64) {
    if value.fract() == 0.0 && value.abs() < WHOLE_DOUBLE_MAX {
        push_int(out, i128::from(value as i64));
    } else {
        let _ = write!(out, "{value}");
    }
}
