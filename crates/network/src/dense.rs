//! Numbers of keys that count up nearly without gaps, as members are mostly numbered: a bit for each number that
//! might be there, and how many stand before.
//!
//! Exact without a look at the keys, and small enough (2 to 4 bits a number) that look-ups stay in the caches.
//! Whatever does not count up is left to the table in `intern`.

use crate::intern::NONE;
use crate::keys::Key;

/// Runs by the lowest byte of their keys.
#[derive(Clone, Debug)]
pub(crate) struct Dense {
    /// Which run, or [`NO_RUN`].
    of: [u8; 256],
    runs: Vec<Run>,
}

const NO_RUN: u8 = u8::MAX;

/// Keys of one form and length whose values lie close together.
#[derive(Clone, Debug)]
struct Run {
    /// The least value.
    low: u64,
    /// Values from there on.
    width: u64,
    words: Vec<Word>,
    /// Number of the first key.
    base: u32,
    /// The numbers of all, where other keys stand between them.
    numbers: Vec<u32>,
}

/// Sixty-four values: which are there, and how many are before.
#[derive(Clone, Copy, Debug, Default)]
struct Word {
    bits: u64,
    before: u32,
}

/// Fewer keys are no run, and so are fewer than a sixteenth of all.
const COUNT_MIN: usize = 256;
const SHARE_MIN: usize = 16;
/// More values for each key are no run: half of the memory of a table of slots.
const WIDTH_MAX: u64 = 16;

impl Default for Dense {
    fn default() -> Dense {
        Dense { of: [NO_RUN; 256], runs: Vec::new() }
    }
}

impl Dense {
    /// The runs among keys that stand in the order of their texts.
    pub fn of_sorted(keys: &[Key]) -> Dense {
        let mut counts = [0usize; 256];
        keys.iter().filter_map(|key| key.counted()).for_each(|(kind, _)| counts[kind as usize] += 1);
        let mut dense = Dense::default();
        for kind in 0..=255u8 {
            let count = counts[kind as usize];
            if count < COUNT_MIN || count * SHARE_MIN < keys.len() {
                continue;
            }
            if let Some(run) = Run::of(keys, kind, count) {
                dense.of[kind as usize] = dense.runs.len() as u8;
                dense.runs.push(run);
            }
        }
        dense
    }

    /// The number of a key, or [`NONE`] for one that is not there; `None` if no run can tell.
    #[inline]
    pub fn find(&self, key: Key) -> Option<u32> {
        let (kind, value) = key.kind_and_value();
        let run = self.runs.get(self.of[kind as usize] as usize)?;
        let at = value.wrapping_sub(run.low);
        if at >= run.width {
            return None;
        }
        let word = run.words[(at >> 6) as usize];
        let bit = 1u64 << (at & 63);
        if word.bits & bit == 0 {
            return Some(NONE);
        }
        let rank = word.before + (word.bits & (bit - 1)).count_ones();
        Some(run.numbers.get(rank as usize).copied().unwrap_or(run.base + rank))
    }
}

impl Run {
    /// The run of the `count` keys of one kind, if they lie close together; single ones far off are left out.
    fn of(keys: &[Key], kind: u8, count: usize) -> Option<Run> {
        let own = || {
            let numbered = keys.iter().zip(0u32..);
            numbered
                .filter_map(|(key, number)| Some((key.counted()?, number)))
                .filter(|((k, _), _)| *k == kind)
        };
        // Of one kind the values rise with the texts.
        let (mut least, mut most) = (0, 0);
        let (mut low, mut high) = (0, 0);
        for (rank, ((_, value), _)) in own().enumerate() {
            if rank == 0 {
                least = value;
            }
            if rank == count / 100 {
                low = value;
            }
            if rank == count - 1 - count / 100 {
                high = value;
            }
            most = value;
        }
        let middle = high - low + 1;
        if middle / WIDTH_MAX > count as u64 {
            return None;
        }
        low = low.saturating_sub(middle / 8).max(least);
        high = (high + middle / 8).min(most);
        let mut words = vec![Word::default(); ((high - low) / 64 + 1) as usize];
        let within = || own().filter(|((_, value), _)| (low..=high).contains(value));
        let (mut first, mut last, mut held) = (None, 0, 0u32);
        for ((_, value), number) in within() {
            words[((value - low) / 64) as usize].bits |= 1 << ((value - low) % 64);
            first = first.or(Some(number));
            last = number;
            held += 1;
        }
        let base = first?;
        let mut before = 0;
        for word in &mut words {
            word.before = before;
            before += word.bits.count_ones();
        }
        let is_straight = last - base + 1 == held;
        let numbers = if is_straight { Vec::new() } else { within().map(|(_, number)| number).collect() };
        Some(Run { low, width: high - low + 1, words, base, numbers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Texts;
    use std::collections::HashMap;

    /// Sorts the texts; what is told of them and of strangers must be true.
    fn check(mut texts: Vec<String>, strangers: &[&str]) -> usize {
        let mut list = Texts::default();
        texts.sort();
        texts.dedup();
        let keys: Vec<Key> = texts.iter().map(|text| list.key(text)).collect();
        let dense = Dense::of_sorted(&keys);
        let numbers: HashMap<Key, u32> = keys.iter().copied().zip(0..).collect();
        let strangers: Vec<Key> = strangers.iter().map(|text| list.key(text)).collect();
        let mut told = 0;
        for &key in keys.iter().chain(&strangers) {
            if let Some(found) = dense.find(key) {
                assert_eq!(found, numbers.get(&key).copied().unwrap_or(NONE), "{}", &*list.text(key));
                told += usize::from(found != NONE);
            }
        }
        told
    }

    #[test]
    fn numbered_members_are_told_and_others_left_to_the_table() {
        let padded = (0..5_000).filter(|i| i % 7 != 3).map(|i| format!("M{i:09}"));
        let with_others =
            padded.chain(["M999999999", "M0000", "admin", "M00000012A", "公司"].map(str::to_owned));
        let strangers = ["M000000003", "M000009999", "N000000001", "M00000001", "", "someone"];
        assert!(check(with_others.collect(), &strangers) >= 4_200);
        // Without leading zeros numbers of different lengths stand between each other.
        let plain = (1..12_000).map(|i| i.to_string());
        assert!(check(plain.collect(), &["0", "12000", "012", "99999"]) >= 10_900);
        let wide = (0..4_000u64).map(|i| (13_000_000_000 + i * 1_000_003).to_string());
        assert_eq!(check(wide.collect(), &["13000000001"]), 0);
        assert_eq!(check(vec!["1".to_owned()], &["2"]), 0);
    }
}
