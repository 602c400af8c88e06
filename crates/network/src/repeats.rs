//! Which rows may be there twice: one digest of each row, and those digests that occur more than once.
//!
//! Equal rows have equal digests; different rows may, rarely: of 42 bits that are kept, about 20 thousand pairs among
//! 400 million rows. So a digest only ever points at rows to compare.
//! Memory: 4 bytes a row. Time: every digest is sorted once, in parts that fit the caches.

use crate::rows::LedgerRow;
use rayon::prelude::*;

/// What may make a row a duplicate: its serial number, or all of it where it has none.
#[inline]
pub(crate) fn digest(row: &LedgerRow<'_>) -> u64 {
    if row.serial.is_empty() {
        return mix(row.content ^ 0x2545_F491_4F6C_DD1D);
    }
    digest_of_serial(row.serial)
}

/// The digest of a row with this serial number.
#[inline]
pub(crate) fn digest_of_serial(serial: &str) -> u64 {
    let mut hash = serial.len() as u64;
    let mut words = serial.as_bytes().chunks_exact(8);
    for word in &mut words {
        hash = mix(hash ^ u64::from_le_bytes(word.try_into().expect("chunks are of eight")));
    }
    let rest = words.remainder();
    if !rest.is_empty() {
        let word = rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
        hash = mix(hash ^ word);
    }
    hash
}

#[inline]
fn mix(word: u64) -> u64 {
    let product = u128::from(word ^ 0x9E37_79B9_7F4A_7C15) * u128::from(0xD6E8_FEB8_6659_FD93u64);
    (product >> 64) as u64 ^ product as u64
}

/// Digests to look for among all: a sorted list behind a table of bits that says no to nearly every other.
#[derive(Default)]
pub(crate) struct Suspects {
    sorted: Vec<u64>,
    bits: Vec<u64>,
}

impl Suspects {
    /// From kept digests, sorted.
    pub(crate) fn new(sorted: Vec<u64>) -> Suspects {
        let words = (sorted.len() / 4 + 1).next_power_of_two();
        let mut bits = vec![0u64; words];
        for &digest in &sorted {
            bits[digest as usize >> 6 & (words - 1)] |= 1 << (digest & 63);
        }
        Suspects { sorted, bits }
    }

    /// Is there nothing to look for?
    pub(crate) fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    #[inline]
    pub(crate) fn contains(&self, digest: u64) -> bool {
        let kept = digest >> DROPPED_BITS;
        let word = self.bits[kept as usize >> 6 & (self.bits.len() - 1)];
        word >> (kept & 63) & 1 == 1 && self.sorted.binary_search(&kept).is_ok()
    }
}

const PART_BITS: u32 = 10;
const PARTS: usize = 1 << PART_BITS;
/// Bits of a digest that are not kept: the highest choose the part, the next 32 stand in it.
const DROPPED_BITS: u32 = 64 - PART_BITS - 32;

/// Digests of a block.
const BLOCK: usize = 1 << 10;
/// Digests of a slab: 34 MB, of which only what is written is in memory.
const SLAB: usize = 1 << 23;

/// The digests of all rows, by parts of their highest bits, so that one part after the other can be sorted.
///
/// A part grows by blocks that are cut from slabs, and a slab is large enough to be given back to the system whole;
/// blocks of their own would stay with the program as free memory that nothing of another size can use.
pub(crate) struct Digests {
    slabs: Vec<Vec<u32>>,
    /// Blocks cut from the last slab.
    cut: usize,
    parts: Vec<Part>,
}

/// The blocks of one part: slab and start. The last one is filled up to `filled`.
struct Part {
    blocks: Vec<(u32, u32)>,
    filled: usize,
}

impl Default for Digests {
    fn default() -> Digests {
        let parts = (0..PARTS).map(|_| Part { blocks: Vec::new(), filled: BLOCK }).collect();
        Digests { slabs: Vec::new(), cut: SLAB / BLOCK, parts }
    }
}

impl Digests {
    pub(crate) fn push(&mut self, digests: &[u64]) {
        for &digest in digests {
            let part = &mut self.parts[(digest >> (64 - PART_BITS)) as usize];
            if part.filled == BLOCK {
                if self.cut == SLAB / BLOCK {
                    self.slabs.push(vec![0; SLAB]);
                    self.cut = 0;
                }
                part.blocks.push((self.slabs.len() as u32 - 1, (self.cut * BLOCK) as u32));
                part.filled = 0;
                self.cut += 1;
            }
            if let Some(&(slab, start)) = part.blocks.last() {
                self.slabs[slab as usize][start as usize + part.filled] = (digest >> DROPPED_BITS) as u32;
                part.filled += 1;
            }
        }
    }

    /// Those that occur at least twice, as they are kept, sorted.
    pub(crate) fn repeated(self) -> Vec<u64> {
        let parts: Vec<Vec<u64>> = (0..PARTS)
            .into_par_iter()
            .map_init(Vec::new, |own, number| self.repeated_in(number, own))
            .collect();
        // One part after the other is one sorted list.
        parts.into_iter().flatten().collect()
    }

    /// Those of one part; `own` is room for its digests.
    fn repeated_in(&self, number: usize, own: &mut Vec<u32>) -> Vec<u64> {
        own.clear();
        let part = &self.parts[number];
        for (i, &(slab, start)) in part.blocks.iter().enumerate() {
            let filled = if i + 1 == part.blocks.len() { part.filled } else { BLOCK };
            own.extend_from_slice(&self.slabs[slab as usize][start as usize..start as usize + filled]);
        }
        own.sort_unstable();
        let twice = own.windows(2).filter(|w| w[0] == w[1]);
        let mut twice: Vec<u64> = twice.map(|w| (number as u64) << 32 | u64::from(w[0])).collect();
        twice.dedup();
        twice
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn exactly_the_digests_that_occur_twice_are_found_and_recognised() {
        // Spread over all parts; every seventh number comes twice, every eleventh three times.
        let numbers: Vec<u64> = (0..20_000u64).map(mix).collect();
        let mut all = numbers.clone();
        all.extend(numbers.iter().step_by(7));
        all.extend(numbers.iter().step_by(11));
        let mut counts: HashMap<u64, u32> = HashMap::new();
        all.iter().for_each(|&digest| *counts.entry(digest).or_default() += 1);
        let mut digests = Digests::default();
        all.chunks(777).for_each(|chunk| digests.push(chunk));
        let suspects = Suspects::new(digests.repeated());
        assert!(!suspects.is_empty());
        for digest in numbers {
            assert_eq!(suspects.contains(digest), counts[&digest] > 1, "{digest}");
        }
        assert!(!suspects.contains(mix(99_999)));
    }

    #[test]
    fn a_serial_number_speaks_for_the_row_and_content_for_a_row_without() {
        let row = |serial: &'static str, content| LedgerRow {
            account: "1",
            class: crate::rows::Class::Order,
            amount: 1,
            time: None,
            serial,
            foreign: false,
            content,
            exact: &[],
            file: 0,
            row: 1,
        };
        assert_eq!(digest(&row("S1", 1)), digest(&row("S1", 2)));
        assert_ne!(digest(&row("S1", 1)), digest(&row("S2", 1)));
        assert_ne!(digest(&row("serial 1", 1)), digest(&row("serial 1\0", 1)));
        assert_eq!(digest(&row("", 5)), digest(&row("", 5)));
        assert_ne!(digest(&row("", 5)), digest(&row("", 6)));
    }
}
