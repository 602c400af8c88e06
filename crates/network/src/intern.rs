//! Numbers for keys: an open-addressing table of 32-bit numbers over a list of keys held elsewhere.
//!
//! Open addressing, at most two thirds full, no deletion. Look-ups come in blocks: all slots of a block are read
//! before any key is compared, so that the cache misses of a hundred million look-ups overlap. Sixteen consecutive
//! account numbers share one line of sixteen slots: rows that stand together in a table mostly name accounts that
//! were numbered together. Probing goes along one place of all lines, then along the next place.

use crate::dense::Dense;
use crate::keys::Key;

/// No number: not found.
pub const NONE: u32 = u32::MAX;
/// A slot that was never used.
const EMPTY: u32 = u32::MAX;
/// In place of a slot: no slot is needed.
const TOLD: usize = usize::MAX;
/// How many look-ups overlap.
const BLOCK: usize = 32;

/// The table: slots of numbers.
#[derive(Clone, Debug)]
pub struct Interner {
    slots: Vec<u32>,
    used: usize,
    /// Keys that need no slot; only in a table that grows no more.
    dense: Dense,
}

/// Slots of a line: a cache line of them.
const LINE: usize = 16;

/// Spreads a key over 64 bits (folded multiplication).
#[inline]
pub(crate) fn spread(word: u64) -> u64 {
    let product = u128::from(word ^ 0x9E37_79B9_7F4A_7C15) * u128::from(0xD1B5_4A32_D192_ED03u64);
    (product >> 64) as u64 ^ product as u64
}

impl Default for Interner {
    fn default() -> Interner {
        Interner::with_capacity(1 << 10)
    }
}

impl Interner {
    /// Room for `count` keys without growing.
    pub fn with_capacity(count: usize) -> Interner {
        Interner { slots: vec![EMPTY; Interner::slots_for(count)], used: 0, dense: Dense::default() }
    }

    fn slots_for(count: usize) -> usize {
        (count.saturating_mul(3) / 2 + 1).next_power_of_two().max(LINE)
    }

    /// The numbers of different keys that stand in the order of their texts, to look up only.
    pub fn of_sorted(keys: &[Key]) -> Interner {
        let dense = Dense::of_sorted(keys);
        let others = || keys.iter().zip(0u32..).filter(|&(&key, _)| dense.find(key).is_none());
        let mut interner = Interner::with_capacity(others().count());
        others().for_each(|(&key, number)| interner.place(key, number));
        interner.dense = dense;
        interner
    }

    /// Puts a new key's number into its slot.
    fn place(&mut self, key: Key, number: u32) {
        let mut at = self.home(key);
        while self.slots[at] != EMPTY {
            at = self.after(at);
        }
        self.slots[at] = number;
        self.used += 1;
    }

    #[inline]
    fn home(&self, key: Key) -> usize {
        // The last digit of a number stands in the four bits above the length and the form: they choose the place
        // in the line, turned by the rest so that keys that have them in common spread as well.
        let rest = spread(key.0 & !0xF00);
        let line = (rest >> 20) as usize & (self.slots.len() / LINE - 1);
        line * LINE + ((key.0 >> 8 ^ rest) as usize & (LINE - 1))
    }

    /// The slot to try after `at`: the same place of the next line, after the last line the next place of the first.
    #[inline]
    fn after(&self, at: usize) -> usize {
        match at + LINE {
            next if next < self.slots.len() => next,
            next => (next + 1) % LINE,
        }
    }

    /// The number of a key in `keys`, pushing it when it is new.
    #[inline]
    fn intern_at(&mut self, key: Key, home: usize, keys: &mut Vec<Key>) -> u32 {
        let mut at = home;
        loop {
            let number = self.slots[at];
            if number == EMPTY {
                let number = keys.len() as u32;
                keys.push(key);
                self.slots[at] = number;
                self.used += 1;
                if self.used * 3 > self.slots.len() * 2 {
                    self.grow(keys);
                }
                return number;
            }
            if keys[number as usize] == key {
                return number;
            }
            at = self.after(at);
        }
    }

    /// Interns many, appending their numbers to `out` in order.
    pub fn intern_all(&mut self, many: &[Key], keys: &mut Vec<Key>, out: &mut Vec<u32>) {
        let mut homes = [0usize; BLOCK];
        for block in many.chunks(BLOCK) {
            let slots = self.slots.len();
            let mut numbers = [EMPTY; BLOCK];
            for ((home, number), &key) in homes.iter_mut().zip(&mut numbers).zip(block) {
                *home = self.home(key);
                // Reads the slots of the whole block before the first is needed.
                *number = self.slots[*home];
            }
            // And the keys they point at.
            let mut warm = 0u64;
            for &number in &numbers[..block.len()] {
                warm ^= keys.get(number as usize).map_or(0, |key| key.0);
            }
            std::hint::black_box(warm);
            for (&home, &key) in homes.iter().zip(block) {
                // The table may have grown within the block.
                let home = if self.slots.len() == slots { home } else { self.home(key) };
                out.push(self.intern_at(key, home, keys));
            }
        }
    }

    fn grow(&mut self, keys: &[Key]) {
        let size = self.slots.len() * 2;
        self.slots = Vec::new();
        self.slots = vec![EMPTY; size];
        self.used = 0;
        keys.iter().zip(0..).for_each(|(&key, number)| self.place(key, number));
    }

    #[inline]
    fn find_from(&self, key: Key, keys: &[Key], mut at: usize, mut number: u32) -> u32 {
        loop {
            if number == EMPTY {
                return NONE;
            }
            if keys[number as usize] == key {
                return number;
            }
            at = self.after(at);
            number = self.slots[at];
        }
    }

    /// The number of `key`, or [`NONE`].
    pub fn find(&self, key: Key, keys: &[Key]) -> u32 {
        if let Some(number) = self.dense.find(key) {
            return number;
        }
        let home = self.home(key);
        self.find_from(key, keys, home, self.slots[home])
    }

    /// Finds many: `out[i]` is the number of `many[i]`, or [`NONE`].
    pub fn find_all(&self, many: &[Key], keys: &[Key], out: &mut Vec<u32>) {
        let mut homes = [(0usize, 0u32); BLOCK];
        for block in many.chunks(BLOCK) {
            for (home, &key) in homes.iter_mut().zip(block) {
                *home = match self.dense.find(key) {
                    Some(number) => (TOLD, number),
                    None => {
                        let at = self.home(key);
                        (at, self.slots[at])
                    }
                };
            }
            // The keys of the whole block, likewise.
            let mut warm = 0u64;
            for &(_, number) in homes[..block.len()].iter().filter(|(at, _)| *at != TOLD) {
                warm ^= keys.get(number as usize).map_or(0, |key| key.0);
            }
            std::hint::black_box(warm);
            for (&(at, number), &key) in homes.iter().zip(block) {
                out.push(if at == TOLD { number } else { self.find_from(key, keys, at, number) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_differ_in_one_place_only_find_each_other_in_small_and_large_tables() {
        for step in [1u64, 16, 10, 1 << 20] {
            let many: Vec<Key> =
                (0..20_000).map(|i| Key::pack(&format!("{:016}", i * step)).unwrap()).collect();
            let (mut interner, mut keys, mut out) = (Interner::with_capacity(1), Vec::new(), Vec::new());
            interner.intern_all(&many, &mut keys, &mut out);
            assert!(out.iter().zip(0..).all(|(&number, i)| number == i));
            assert!(many.iter().zip(0..).all(|(&key, i)| interner.find(key, &keys) == i));
            assert_eq!(interner.find(Key::pack("99999999999999").unwrap(), &keys), NONE);
        }
    }

    #[test]
    fn keys_keep_their_numbers_through_growth() {
        let many: Vec<Key> = (0..5_000).map(|i| Key::pack(&format!("M{:09}", i % 3_000)).unwrap()).collect();
        let (mut interner, mut keys, mut out) = (Interner::with_capacity(4), Vec::new(), Vec::new());
        interner.intern_all(&many, &mut keys, &mut out);
        assert_eq!(keys.len(), 3_000);
        assert!(out.iter().zip(0..).all(|(&number, i)| number == i % 3_000));
        let mut found = Vec::new();
        interner.find_all(&many[..10], &keys, &mut found);
        assert_eq!(found, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(interner.find(Key::pack("stranger").unwrap(), &keys), NONE);
    }
}
