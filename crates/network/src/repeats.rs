//! Which rows may be there twice: one 64-bit digest of each row, and those digests that occur more than once.
//!
//! Equal rows have equal digests; different rows may, rarely. So a digest only ever points at rows to compare.
//! Memory: 8 bytes a row. Time: every digest is sorted once, in parts that fit the caches.

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
    for part in serial.as_bytes().chunks(8) {
        let mut word = [0u8; 8];
        word[..part.len()].copy_from_slice(part);
        hash = mix(hash ^ u64::from_le_bytes(word));
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
        let word = self.bits[digest as usize >> 6 & (self.bits.len() - 1)];
        word >> (digest & 63) & 1 == 1 && self.sorted.binary_search(&digest).is_ok()
    }
}

const PARTS: usize = 16;

/// The digests of all rows, by parts of their highest bits, so that one part after the other can be sorted.
///
/// A part grows by segments that are large enough to be given back to the system whole when they are done with;
/// many small blocks would stay with the program as free memory that nothing of another size can use.
#[derive(Default)]
pub(crate) struct Digests {
    parts: [Vec<Vec<u64>>; PARTS],
}

/// Digests of a segment: 34 MB, of which only what is written is in memory.
const SEGMENT: usize = 1 << 22;

fn part(digest: u64) -> usize {
    (digest >> 60) as usize
}

impl Digests {
    pub(crate) fn push(&mut self, digests: &[u64]) {
        for &digest in digests {
            let segments = &mut self.parts[part(digest)];
            match segments.last_mut() {
                Some(segment) if segment.len() < SEGMENT => segment.push(digest),
                _ => {
                    let mut segment = Vec::with_capacity(SEGMENT);
                    segment.push(digest);
                    segments.push(segment);
                }
            }
        }
    }

    /// Those that occur at least twice, sorted.
    pub(crate) fn repeated(self) -> Vec<u64> {
        let parts: Vec<Vec<u64>> = self.parts.into_par_iter().map(repeated_in).collect();
        // One part after the other is one sorted list.
        parts.into_iter().flatten().collect()
    }
}

/// Those of one part that occur at least twice, sorted.
fn repeated_in(mut segments: Vec<Vec<u64>>) -> Vec<u64> {
    let mut own = match segments.len() {
        0 | 1 => segments.pop().unwrap_or_default(),
        _ => segments.concat(),
    };
    own.sort_unstable();
    let mut twice: Vec<u64> = own.windows(2).filter(|w| w[0] == w[1]).map(|w| w[0]).collect();
    twice.dedup();
    twice
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
