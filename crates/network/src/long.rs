//! A list of distinct texts of any length: those that do not fit a key.
//!
//! The texts stand one behind the other; an open-addressing table of their numbers, at most half full, finds them.
//! Memory: the bytes, and 16 to 24 more a text. Nothing here knows what the texts are.

use crate::repeats::digest_of_serial;

const EMPTY: u32 = u32::MAX;

/// The list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Long {
    bytes: String,
    /// Where each text ends.
    ends: Vec<u64>,
    slots: Vec<u32>,
}

impl Long {
    /// The number of `text`, new or known.
    pub fn number(&mut self, text: &str) -> u32 {
        if self.ends.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let at = self.slot(text);
        if self.slots[at] == EMPTY {
            self.slots[at] = self.ends.len() as u32;
            self.bytes.push_str(text);
            self.ends.push(self.bytes.len() as u64);
        }
        self.slots[at]
    }

    /// The number of `text`, if it is known.
    pub fn find(&self, text: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        Some(self.slots[self.slot(text)]).filter(|&number| number != EMPTY)
    }

    /// The text numbered so.
    pub fn text(&self, number: u32) -> &str {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start as usize..self.ends[number] as usize]
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The slot that holds `text`, or the empty one where it belongs.
    fn slot(&self, text: &str) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = digest_of_serial(text) as usize & mask;
        while self.slots[at] != EMPTY && self.text(self.slots[at]) != text {
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self) {
        self.slots = vec![EMPTY; (self.slots.len() * 2).max(16)];
        for number in 0..self.ends.len() as u32 {
            let at = self.slot(self.text(number));
            self.slots[at] = number;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_their_numbers_while_the_list_grows() {
        let mut long = Long::default();
        assert_eq!(long.find("nobody"), None);
        for round in 0..2 {
            for i in 0..1_000u32 {
                assert_eq!(long.number(&format!("a long account number {i}")), i, "round {round}");
            }
        }
        assert_eq!(long.text(0), "a long account number 0");
        assert_eq!(long.text(999), "a long account number 999");
        assert_eq!(long.find("a long account number 500"), Some(500));
        assert_eq!(long.find("a long account number 1000"), None);
    }
}
