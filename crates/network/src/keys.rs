//! Texts packed into 16 bytes: account numbers and identity numbers by the hundred million.
//!
//! Up to 15 bytes of text stand in the key itself; 16 to 29 digits (and `X`) as nibbles; anything else is a
//! reference into a list of long texts. Equal texts have equal keys within one [`Texts`].

use std::cmp::Ordering;
use std::collections::HashMap;

/// One packed text; only the [`Texts`] it came from can read it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub(crate) u128);

const NIBBLES: u8 = 0x80;
const LONG: u8 = 0xFF;

impl Key {
    /// Packs a text that fits; `None` for a long one.
    #[inline]
    pub fn pack(text: &str) -> Option<Key> {
        let b = text.as_bytes();
        if b.len() <= 15 {
            let mut out = [0u8; 16];
            out[..b.len()].copy_from_slice(b);
            out[15] = b.len() as u8;
            return Some(Key(u128::from_be_bytes(out)));
        }
        if b.len() > 29 {
            return None;
        }
        let mut packed = 0u128;
        for &c in b {
            let nibble = match c {
                b'0'..=b'9' => c - b'0' + 1,
                b'X' => 11,
                _ => return None,
            };
            packed = packed << 4 | u128::from(nibble);
        }
        packed <<= 4 * (32 - b.len());
        Some(Key(packed & !0xFF | u128::from(NIBBLES | b.len() as u8)))
    }

    /// The form: below 16 text, [`NIBBLES`] digits, [`LONG`] a reference.
    #[inline]
    fn form(self) -> u8 {
        match self.0 as u8 {
            LONG => LONG,
            low => low & NIBBLES,
        }
    }

    /// Does the text stand elsewhere, so that the key means nothing without its [`Texts`]?
    #[inline]
    pub(crate) fn is_long(self) -> bool {
        self.form() == LONG
    }

    #[inline]
    fn long_index(self) -> usize {
        (self.0 >> 8) as usize
    }
}

/// A text read from its key.
#[derive(Clone, Copy)]
pub enum Text<'a> {
    /// Held here.
    Short([u8; 30], u8),
    /// Held by the list.
    Long(&'a str),
}

impl std::ops::Deref for Text<'_> {
    type Target = str;
    #[inline]
    fn deref(&self) -> &str {
        match self {
            Text::Short(bytes, len) => {
                std::str::from_utf8(&bytes[..*len as usize]).expect("only whole texts are packed")
            }
            Text::Long(text) => text,
        }
    }
}

/// The long texts behind keys.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    long: Vec<Box<str>>,
    index: HashMap<Box<str>, u32>,
}

impl Texts {
    /// The key of `text`, remembering it if it is long.
    pub fn key(&mut self, text: &str) -> Key {
        if let Some(key) = Key::pack(text) {
            return key;
        }
        let next = self.long.len() as u32;
        let index = *self.index.entry(text.into()).or_insert(next);
        if index == next {
            self.long.push(text.into());
        }
        Key(u128::from(index) << 8 | u128::from(LONG))
    }

    /// The key of `text` if it was remembered or needs no remembering.
    pub fn find(&self, text: &str) -> Option<Key> {
        Key::pack(text)
            .or_else(|| self.index.get(text).map(|&index| Key(u128::from(index) << 8 | u128::from(LONG))))
    }

    /// The text of a key.
    #[inline]
    pub fn text(&self, key: Key) -> Text<'_> {
        let mut out = [0u8; 30];
        match key.form() {
            LONG => Text::Long(&self.long[key.long_index()]),
            NIBBLES => {
                let len = key.0 as u8 & !NIBBLES;
                for (i, c) in out.iter_mut().enumerate().take(len as usize) {
                    let nibble = (key.0 >> (4 * (31 - i))) as u8 & 15;
                    *c = if nibble == 11 { b'X' } else { b'0' + nibble - 1 };
                }
                Text::Short(out, len)
            }
            _ => {
                out[..16].copy_from_slice(&key.0.to_be_bytes());
                Text::Short(out, out[15])
            }
        }
    }

    /// Compares two keys as the texts they stand for, byte by byte.
    #[inline]
    pub fn compare(&self, a: Key, b: Key) -> Ordering {
        if a.form() == b.form() && a.form() != LONG {
            // Both forms are padded with zeros on the right and end in their length.
            return a.0.cmp(&b.0);
        }
        self.text(a).cmp(&self.text(b))
    }

    /// Are there no long texts?
    pub fn is_empty(&self) -> bool {
        self.long.is_empty()
    }
}

/// A list of texts by number: account numbers of a count, in the order of the text.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub(crate) keys: Vec<Key>,
    pub(crate) texts: Texts,
}

impl Names {
    /// From texts in their order.
    pub fn from_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Names {
        let mut names = Names::default();
        for text in texts {
            let key = names.texts.key(text);
            names.keys.push(key);
        }
        names
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The text numbered `i`.
    #[inline]
    pub fn text(&self, i: u32) -> Text<'_> {
        self.texts.text(self.keys[i as usize])
    }

    /// The number of `text` in a list sorted as text (bytes).
    pub fn find(&self, text: &str) -> Option<u32> {
        let key = self.texts.find(text)?;
        self.keys.binary_search_by(|&k| self.texts.compare(k, key)).ok().map(|i| i as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_and_compare_as_texts() {
        let texts = [
            "",
            "0",
            "M000000001",
            "m",
            "会员甲",
            "会员一二三四",
            "110105194912310021",
            "11010519491231002X",
            "1234567890123456",
            "12345678901234567890123456789",
            "123456789012345678901234567890",
            "a-very-long-account-number",
            "123456789012345",
            "1",
        ];
        let mut list = Texts::default();
        let keys: Vec<Key> = texts.iter().map(|t| list.key(t)).collect();
        for (i, a) in texts.iter().enumerate() {
            assert_eq!(&*list.text(keys[i]), *a);
            assert_eq!(list.find(a), Some(keys[i]));
            for (j, b) in texts.iter().enumerate() {
                assert_eq!(list.compare(keys[i], keys[j]), a.cmp(b), "{a} {b}");
            }
        }
        assert_eq!(list.find("another long account number"), None);
    }

    #[test]
    fn a_sorted_list_finds_its_numbers() {
        let names = Names::from_texts(["1", "10", "2", "a text longer than fifteen bytes", "b"]);
        assert_eq!(names.find("2"), Some(2));
        assert_eq!(names.find("a text longer than fifteen bytes"), Some(3));
        assert_eq!(names.find("3"), None);
    }
}
