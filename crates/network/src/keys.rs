//! Texts packed into 8 bytes: account numbers and identity numbers by the hundred million.
//!
//! Short texts, numbers of up to 18 digits (the last perhaps `X`), numbers behind up to four letters and plain
//! words of up to ten signs stand in the key itself; anything else is a reference into a list of long texts.
//! Equal texts have equal keys within one [`Texts`].

use crate::long::Long;
use std::cmp::Ordering;

/// One packed text; only the [`Texts`] it came from can read it.
///
/// The lowest four bits are the form; which form a text takes depends on the text alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub(crate) u64);

/// The forms. Seven bytes above four bits of length; the empty text is 0.
const BYTES: u8 = 0;
/// A number of 1 to 16 digits above four bits of length less one.
const NUMBER: u8 = 1;
/// A number of 17 digits.
const NUMBER_17: u8 = 2;
/// Seventeen digits and a digit or `X`, counted in elevens.
const NUMBER_18: u8 = 3;
/// One to four signs, the last no digit, then digits: signs above digits above four bits of their count.
const PREFIXED: u8 = 4;
/// Eight, nine or ten signs.
const SIGNS: u8 = 8;
/// A reference.
const LONG: u8 = 15;

/// The most digits behind one to four signs.
const DIGITS_MAX: [usize; 5] = [16, 15, 13, 11, 9];
/// The longest text that is packed.
const PACKED_MAX: usize = 18;

const POWERS: [u64; 17] = {
    let mut powers = [1; 17];
    let mut i = 1;
    while i < 17 {
        powers[i] = powers[i - 1] * 10;
        i += 1;
    }
    powers
};

/// The 64 signs in the order of their bytes: `-`, digits, capitals, `_`, small letters.
const SIGN_TEXT: &[u8; 64] = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
const NO_SIGN: u8 = 255;
const SIGN_CODE: [u8; 256] = {
    let mut codes = [NO_SIGN; 256];
    let mut i = 0;
    while i < 64 {
        codes[SIGN_TEXT[i] as usize] = i as u8;
        i += 1;
    }
    codes
};

/// The value of a text of digits only, at most 17.
#[inline]
fn digits(text: &[u8]) -> Option<u64> {
    let mut value = 0u64;
    let mut eights = text.chunks_exact(8);
    for eight in &mut eights {
        let word = u64::from_le_bytes(eight.try_into().expect("chunks are of eight"));
        value = value * 100_000_000 + eight_digits(word)?;
    }
    for &byte in eights.remainder() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u64::from(digit);
    }
    Some(value)
}

/// Eight digits at once, the first in the lowest byte: neighbours are joined three times.
#[inline]
fn eight_digits(word: u64) -> Option<u64> {
    const ALL: u64 = 0x0101_0101_0101_0101;
    let digits = word ^ (ALL * 0x30);
    // A byte above 9 reaches its highest nibble when 6 is added, or has it already.
    if (digits.wrapping_add(ALL * 6) | digits) & (ALL * 0xF0) != 0 {
        return None;
    }
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_FFFF_0000_FFFF;
    Some((fours.wrapping_mul(10_000).wrapping_add(fours >> 32)) & 0xFFFF_FFFF)
}

/// The codes of signs, six bits each, the first the highest.
#[inline]
fn signs(text: &[u8]) -> Option<u64> {
    let mut codes = 0;
    for &byte in text {
        match SIGN_CODE[byte as usize] {
            NO_SIGN => return None,
            code => codes = codes << 6 | u64::from(code),
        }
    }
    Some(codes)
}

impl Key {
    /// Packs a text that fits; `None` for a long one.
    #[inline]
    pub fn pack(text: &str) -> Option<Key> {
        let b = text.as_bytes();
        if b.len() >= PACKED_MAX - 1 {
            return Key::pack_longest(b);
        }
        let count = b.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let before = b.len() - count;
        if count > 0 && before <= 4 && count <= DIGITS_MAX[before] {
            let (prefix, rest) = b.split_at(before);
            let value = digits(rest)? << 8;
            if before == 0 {
                return Some(Key(value | (count as u64 - 1) << 4 | u64::from(NUMBER)));
            }
            if let Some(codes) = signs(prefix) {
                let form = u64::from(PREFIXED + before as u8 - 1);
                return Some(Key(codes << (64 - 6 * before) | value | (count as u64) << 4 | form));
            }
        }
        if b.len() < 8 {
            let mut out = [0u8; 8];
            out[..b.len()].copy_from_slice(b);
            out[7] = (b.len() as u8) << 4 | BYTES;
            return Some(Key(u64::from_be_bytes(out)));
        }
        if b.len() > 10 {
            return None;
        }
        signs(b).map(|codes| Key(codes << 4 | u64::from(SIGNS + b.len() as u8 - 8)))
    }

    /// Packs 17 digits, or 18 of which the last may be `X`.
    #[inline]
    fn pack_longest(b: &[u8]) -> Option<Key> {
        match b.len() {
            17 => digits(b).map(|value| Key(value << 4 | u64::from(NUMBER_17))),
            PACKED_MAX => {
                let last = match b[17] {
                    c @ b'0'..=b'9' => u64::from(c - b'0'),
                    b'X' => 10,
                    _ => return None,
                };
                digits(&b[..17]).map(|value| Key((value * 11 + last) << 4 | u64::from(NUMBER_18)))
            }
            _ => None,
        }
    }

    #[inline]
    fn form(self) -> u8 {
        self.0 as u8 & 15
    }

    /// The four bits above the form: a length or count in the forms that have one.
    #[inline]
    fn count(self) -> usize {
        (self.0 >> 4) as usize & 15
    }

    /// The lowest byte, and what stands above.
    #[inline]
    pub(crate) fn kind_and_value(self) -> (u8, u64) {
        (self.0 as u8, self.0 >> 8)
    }

    /// The same of a key that ends in a number: among keys of one kind the values rise with the texts.
    pub(crate) fn counted(self) -> Option<(u8, u64)> {
        matches!(self.form(), NUMBER | PREFIXED..SIGNS).then(|| self.kind_and_value())
    }

    /// Does the text stand elsewhere, so that the key means nothing without its [`Texts`]?
    #[inline]
    pub(crate) fn is_long(self) -> bool {
        self.form() == LONG
    }

    /// Of keys of one form: a number that compares as their texts do.
    #[inline]
    fn ordered(self) -> (u64, usize) {
        match self.form() {
            NUMBER => ((self.0 >> 8) * POWERS[15 - self.count()], self.count()),
            form @ PREFIXED..SIGNS => {
                let before = (form - PREFIXED) as usize + 1;
                let width = 56 - 6 * before;
                let value = self.0 >> 8 & ((1 << width) - 1);
                let scaled = value * POWERS[DIGITS_MAX[before] - self.count()];
                (self.0 >> (64 - 6 * before) << width | scaled, self.count())
            }
            _ => (self.0, 0),
        }
    }

    /// Writes the text of a key that holds it.
    fn unpack(self) -> Text<'static> {
        let mut out = [0u8; PACKED_MAX];
        let len = match self.form() {
            BYTES => {
                out[..8].copy_from_slice(&self.0.to_be_bytes());
                self.count()
            }
            NUMBER => put_digits(&mut out[..self.count() + 1], self.0 >> 8),
            NUMBER_17 => put_digits(&mut out[..17], self.0 >> 4),
            NUMBER_18 => {
                let value = self.0 >> 4;
                put_digits(&mut out[..17], value / 11);
                out[17] = b"0123456789X"[(value % 11) as usize];
                18
            }
            form @ PREFIXED..SIGNS => {
                let before = (form - PREFIXED) as usize + 1;
                put_signs(&mut out[..before], self.0 >> (64 - 6 * before));
                let value = self.0 << (6 * before) >> (6 * before) >> 8;
                before + put_digits(&mut out[before..before + self.count()], value)
            }
            form => put_signs(&mut out[..(form - SIGNS) as usize + 8], self.0 >> 4),
        };
        Text::Short(out, len as u8)
    }
}

fn put_digits(out: &mut [u8], mut value: u64) -> usize {
    for place in out.iter_mut().rev() {
        *place = b'0' + (value % 10) as u8;
        value /= 10;
    }
    out.len()
}

fn put_signs(out: &mut [u8], mut codes: u64) -> usize {
    for place in out.iter_mut().rev() {
        *place = SIGN_TEXT[(codes & 63) as usize];
        codes >>= 6;
    }
    out.len()
}

/// A text read from its key.
#[derive(Clone, Copy)]
pub enum Text<'a> {
    /// Held here.
    Short([u8; PACKED_MAX], u8),
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
    long: Long,
}

fn long_key(number: u32) -> Key {
    Key(u64::from(number) << 4 | u64::from(LONG))
}

impl Texts {
    /// The key of `text`, remembering it if it is long.
    #[inline]
    pub fn key(&mut self, text: &str) -> Key {
        Key::pack(text).unwrap_or_else(|| long_key(self.long.number(text)))
    }

    /// The key of `text` if it was remembered or needs no remembering.
    #[inline]
    pub fn find(&self, text: &str) -> Option<Key> {
        Key::pack(text).or_else(|| self.long.find(text).map(long_key))
    }

    /// The text of a key.
    #[inline]
    pub fn text(&self, key: Key) -> Text<'_> {
        match key.is_long() {
            true => Text::Long(self.long.text((key.0 >> 4) as u32)),
            false => key.unpack(),
        }
    }

    /// Compares two keys as the texts they stand for, byte by byte.
    #[inline]
    pub fn compare(&self, a: Key, b: Key) -> Ordering {
        if a.form() == b.form() && a.form() != LONG {
            return match a.0 as u8 == b.0 as u8 {
                // Of one form and length: the number above is padded alike in both.
                true => a.0.cmp(&b.0),
                false => a.ordered().cmp(&b.ordered()),
            };
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
            "12345678",
            "123456789",
            "00000001",
            "0000000100000000",
            "12345678901234567",
            "12345678901234567X",
            "123456789012345678",
            "1234567890123456X",
            "M1",
            "M12345678",
            "M123456789",
            "M1234567891",
            "M123456789012345",
            "M1234567890123456",
            "MJ2020063000001",
            "AB-1234567",
            "AB_12345678901",
            "AB_123456789012",
            "abcd123456789",
            "abcd1234567890",
            "abcde1234",
            "abcdefgh",
            "abcdefghi",
            "abcdefghij",
            "abcdefghijk",
            "\u{1}\u{2}3456789",
            "一12345678",
            "1234567/",
            "1234567:",
            "a\0",
            "a",
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

    proptest::proptest! {
        #[test]
        fn any_texts_come_back_and_compare_as_texts(
            a in "[0-9]{0,20}X?|[-_A-Za-z0-9]{0,5}[0-9]{0,18}|[-_A-Za-z0-9]{7,12}|.{0,12}",
            b in "[0-9]{0,20}X?|[-_A-Za-z0-9]{0,5}[0-9]{0,18}|[-_A-Za-z0-9]{7,12}|.{0,12}",
            common in "[A-Z]{0,3}[0-9]{0,15}",
        ) {
            for (a, b) in [(a.clone(), b.clone()), (common.clone() + &a, common + &b)] {
                let mut list = Texts::default();
                let (one, two) = (list.key(&a), list.key(&b));
                proptest::prop_assert_eq!(&*list.text(one), &a);
                proptest::prop_assert_eq!(&*list.text(two), &b);
                proptest::prop_assert_eq!(list.compare(one, two), a.cmp(&b));
                proptest::prop_assert_eq!(one == two, a == b);
                proptest::prop_assert_eq!(list.find(&a), Some(one));
            }
        }
    }

    #[test]
    fn a_sorted_list_finds_its_numbers() {
        let names = Names::from_texts(["1", "10", "2", "a text longer than fifteen bytes", "b"]);
        assert_eq!(names.find("2"), Some(2));
        assert_eq!(names.find("a text longer than fifteen bytes"), Some(3));
        assert_eq!(names.find("3"), None);
    }
}
