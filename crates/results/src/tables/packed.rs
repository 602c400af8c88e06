//! Columns of 64-bit numbers, encoded straight from the count: DELTA_BINARY_PACKED of the Parquet format, pages of
//! version 1, not compressed, because nothing is left to compress.
//!
//! The same bytes the crate `parquet` would give, save for the size of a block; without the arrays between, and
//! packed by words. What is not a number goes through that crate. Reference: parquet-format, Encodings.md, "Delta
//! Encoding"; the tests read back through the crate.

use parquet::basic::{Compression, Encoding};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result as ParquetResult;
use parquet::file::metadata::{ColumnChunkMetaData, OffsetIndexBuilder};
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

/// Rows of a page.
const PAGE: usize = 20_000;
/// Numbers of a block.
const BLOCK: usize = 128;
/// Numbers of a miniblock; four make a block.
const MINI: usize = 32;

/// A column chunk of numbers, none of them null.
#[derive(Clone, Debug, Default)]
pub(super) struct Packed {
    /// Rows and bytes of each page.
    pages: Vec<(usize, Vec<u8>)>,
    least: i64,
    most: i64,
}

impl Packed {
    /// Packs the numbers of so many rows.
    pub fn of(rows: usize, value: impl Fn(usize) -> i64) -> Packed {
        let mut packed = Packed { pages: Vec::new(), least: i64::MAX, most: i64::MIN };
        let mut page: Vec<i64> = Vec::with_capacity(PAGE);
        for start in (0..rows).step_by(PAGE) {
            page.clear();
            page.extend((start..rows.min(start + PAGE)).map(&value));
            packed.least = page.iter().copied().fold(packed.least, i64::min);
            packed.most = page.iter().copied().fold(packed.most, i64::max);
            packed.pages.push((page.len(), encoded(&page)));
        }
        packed
    }

    /// The bytes of the chunk with what a row group has to know of it.
    pub fn chunk(self, column: ColumnDescPtr) -> ParquetResult<(bytes::Bytes, ColumnCloseResult)> {
        let mut out = TrackedWrite::new(Vec::new());
        let mut writer = SerializedPageWriter::new(&mut out);
        let mut places = OffsetIndexBuilder::new();
        let (mut rows, mut size) = (0, 0);
        for (page_rows, values) in self.pages {
            let mut bytes = Vec::with_capacity(values.len() + 16);
            if column.max_def_level() > 0 {
                all_defined(page_rows, &mut bytes);
            }
            bytes.extend_from_slice(&values);
            let length = bytes.len();
            let page = Page::DataPage {
                buf: bytes.into(),
                num_values: page_rows as u32,
                encoding: Encoding::DELTA_BINARY_PACKED,
                def_level_encoding: Encoding::RLE,
                rep_level_encoding: Encoding::RLE,
                statistics: None,
            };
            let written = writer.write_page(CompressedPage::new(page, length))?;
            places.append_row_count(page_rows as i64);
            places.append_offset_and_size(written.offset as i64, written.compressed_size as i32);
            places.append_unencoded_byte_array_data_bytes(None);
            rows += page_rows;
            size += written.compressed_size;
        }
        writer.close()?;
        let metadata = ColumnChunkMetaData::builder(column)
            .set_compression(Compression::UNCOMPRESSED)
            .set_encodings(vec![Encoding::RLE, Encoding::DELTA_BINARY_PACKED])
            .set_total_compressed_size(size as i64)
            .set_total_uncompressed_size(size as i64)
            .set_num_values(rows as i64)
            .set_data_page_offset(0)
            .set_statistics(Statistics::int64(Some(self.least), Some(self.most), None, Some(0), false))
            .build()?;
        let close = ColumnCloseResult {
            bytes_written: size as u64,
            rows_written: rows as u64,
            metadata,
            bloom_filter: None,
            column_index: None,
            offset_index: Some(places.build()),
        };
        Ok((out.into_inner()?.into(), close))
    }
}

/// Definition levels of a page without nulls: one run of ones.
fn all_defined(rows: usize, out: &mut Vec<u8>) {
    let mut run = Vec::new();
    put_varint((rows as u64) << 1, &mut run);
    run.push(1);
    out.extend_from_slice(&(run.len() as u32).to_le_bytes());
    out.extend_from_slice(&run);
}

/// The numbers of a page, at least one.
fn encoded(values: &[i64]) -> Vec<u8> {
    let mut out = Vec::with_capacity(values.len() * 4);
    put_varint(BLOCK as u64, &mut out);
    put_varint((BLOCK / MINI) as u64, &mut out);
    put_varint(values.len() as u64, &mut out);
    put_varint(zigzag(values[0]), &mut out);
    let mut deltas = [0i64; BLOCK];
    for start in (1..values.len()).step_by(BLOCK) {
        let n = BLOCK.min(values.len() - start);
        let before = &values[start - 1..start - 1 + n];
        let own = &values[start..start + n];
        deltas.iter_mut().zip(own.iter().zip(before)).for_each(|(d, (v, u))| *d = v.wrapping_sub(*u));
        put_block(&mut deltas, n, &mut out);
    }
    out
}

/// One block of `n` deltas; what lies behind them is overwritten.
fn put_block(deltas: &mut [i64; BLOCK], n: usize, out: &mut Vec<u8>) {
    let least = deltas[..n].iter().copied().fold(i64::MAX, i64::min);
    put_varint(zigzag(least), out);
    // What fills the last miniblock is zero once the least is taken off.
    deltas[n..].fill(least);
    let above: [u64; BLOCK] = std::array::from_fn(|i| deltas[i].wrapping_sub(least) as u64);
    let minis = above.as_chunks::<MINI>().0;
    let widths: [u8; BLOCK / MINI] = std::array::from_fn(|mini| {
        let bits = minis[mini].iter().fold(0, |bits, value| bits | value);
        (64 - bits.leading_zeros()) as u8
    });
    out.extend_from_slice(&widths);
    for (mini, &width) in minis.iter().zip(&widths).take(n.div_ceil(MINI)) {
        pack(mini, u32::from(width), out);
    }
}

/// 32 numbers of `width` bits each, the lowest bit first: `4 × width` bytes.
fn pack(values: &[u64; MINI], width: u32, out: &mut Vec<u8>) {
    let (mut held, mut bits) = (0u64, 0u32);
    for &value in values {
        held |= value << bits;
        bits += width;
        if bits >= 64 {
            out.extend_from_slice(&held.to_le_bytes());
            bits -= 64;
            // The bits of the value that did not fit; none if it ended with the word.
            held = value.checked_shr(width - bits).unwrap_or(0);
        }
    }
    // 32 numbers of an odd width end in the middle of a word.
    out.extend_from_slice(&held.to_le_bytes()[..bits as usize / 8]);
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::record::RowAccessor;
    use std::sync::Arc;

    /// The numbers as the crate reads them from a file of one column.
    fn read_back(values: &[i64], may_be_null: bool) -> Vec<i64> {
        let kind = if may_be_null { "optional" } else { "required" };
        let schema = format!("message rows {{ {kind} int64 number; }}");
        let schema = Arc::new(parquet::schema::parser::parse_message_type(&schema).unwrap());
        let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).unwrap();
        let column = writer.schema_descr().column(0);
        let (bytes, close) = Packed::of(values.len(), |row| values[row]).chunk(column).unwrap();
        let mut group = writer.next_row_group().unwrap();
        group.append_column(&bytes, close).unwrap();
        group.close().unwrap();
        let reader = SerializedFileReader::new(bytes::Bytes::from(writer.into_inner().unwrap())).unwrap();
        let chunk = reader.metadata().row_group(0).column(0).clone();
        let Some(Statistics::Int64(known)) = chunk.statistics() else { panic!("no statistics") };
        assert_eq!((known.min_opt(), known.max_opt()), (values.iter().min(), values.iter().max()));
        reader.get_row_iter(None).unwrap().map(|row| row.unwrap().get_long(0).unwrap()).collect()
    }

    #[test]
    fn numbers_of_every_width_come_back_as_they_were() {
        let mut dice = 0x9E37_79B9_7F4A_7C15u64;
        let mut roll = || {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            dice
        };
        for width in 0..=64u32 {
            for n in [1, 2, 31, 32, 33, 128, 129, 130, 257, 1_000] {
                let own = |roll: u64| roll.checked_shr(64 - width).unwrap_or(0) as i64;
                let values: Vec<i64> = (0..n).map(|_| own(roll())).collect();
                assert_eq!(read_back(&values, n % 2 == 0), values, "{width} bits, {n} numbers");
            }
        }
        let ends = [i64::MIN, i64::MAX, 0, -1, i64::MAX, i64::MIN];
        assert_eq!(read_back(&ends, true), ends);
        let pages: Vec<i64> = (0..PAGE as i64 * 2 + 77).map(|i| i * i % 1_009 - 500).collect();
        assert_eq!(read_back(&pages, false), pages);
    }
}
