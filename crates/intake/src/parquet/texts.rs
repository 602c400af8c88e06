//! Columns of a batch as texts: trimmed when they are looked at, and what few different words stand for.

use super::column::Column;
use crate::csv::{needs_trim, trimmed};
use crate::rows::SEPARATOR;
use arrow::array::{Array, StringViewArray, StringViewBuilder};
use memchr::memchr2;

/// A column of texts, or none: every cell empty.
#[derive(Clone, Default)]
pub(super) struct Words {
    views: Option<StringViewArray>,
    has_nulls: bool,
}

impl Words {
    /// The cells of a column; those that are no texts are written as such.
    pub fn of(column: &Column<'_>) -> Result<Words, String> {
        let views = match column {
            Column::View(views) => (*views).clone(),
            column => {
                let mut builder = StringViewBuilder::with_capacity(column.len());
                let mut text = Vec::new();
                for place in 0..column.len() {
                    text.clear();
                    column.push(place, &mut text);
                    builder.append_value(std::str::from_utf8(&text).map_err(|e| e.to_string())?);
                }
                builder.finish()
            }
        };
        let has_nulls = views.null_count() > 0;
        Ok(Words { views: Some(views), has_nulls })
    }

    /// The cell as it stands.
    #[inline]
    fn raw(&self, place: usize) -> &str {
        match &self.views {
            Some(views) if !self.has_nulls || views.is_valid(place) => views.value(place),
            _ => "",
        }
    }

    /// The cell, trimmed.
    #[inline]
    pub fn at(&self, place: usize) -> &str {
        let text = self.raw(place);
        match needs_trim(text.as_bytes()) {
            false => text,
            true => {
                let (from, to) = trimmed(text.as_bytes(), 0, text.len());
                &text[from..to]
            }
        }
    }

    /// Is there a NUL or U+001F in the cell? `sound` is the last short cell without, and is kept up.
    #[inline]
    pub fn has_control(&self, place: usize, sound: &mut u128) -> bool {
        let short = self.short(place);
        if short == Some(*sound) {
            return false;
        }
        let text = self.raw(place).as_bytes();
        let found = may_have_control(text) && memchr2(SEPARATOR, 0, text).is_some();
        if let (false, Some(short)) = (found, short) {
            *sound = short;
        }
        found
    }

    /// The cell as one number where it is short: equal cells have equal ones.
    #[inline]
    fn short(&self, place: usize) -> Option<u128> {
        match &self.views {
            Some(views) if !self.has_nulls || views.is_valid(place) => {
                let view = views.views()[place];
                (view as u32 <= 12).then_some(view)
            }
            _ => Some(0),
        }
    }
}

/// Is any byte below a blank? Eight at a time; in rare cases yes where it is not so.
#[inline]
fn may_have_control(text: &[u8]) -> bool {
    const ALL: u64 = 0x0101_0101_0101_0101;
    let is_low = |word: u64| word.wrapping_sub(ALL * 0x20) & !word & (ALL * 0x80) != 0;
    let (eights, rest) = text.as_chunks::<8>();
    eights.iter().any(|&eight| is_low(u64::from_le_bytes(eight))) || rest.iter().any(|&byte| byte < 0x20)
}

/// Words that occur again and again, with what they stand for.
pub(super) struct Seen<T> {
    list: Vec<(u128, T)>,
    last: usize,
}

impl<T> Default for Seen<T> {
    fn default() -> Seen<T> {
        Seen { list: Vec::new(), last: 0 }
    }
}

/// Words that are remembered.
const SEEN_MAX: usize = 16;

impl<T: Copy> Seen<T> {
    /// What the cell stands for: remembered, or found by `find`.
    #[inline]
    pub fn get(&mut self, words: &Words, place: usize, find: impl FnOnce(&[u8]) -> T) -> T {
        let short = words.short(place);
        if let (Some(short), Some(last)) = (short, self.list.get(self.last))
            && last.0 == short
        {
            return last.1;
        }
        self.search(short, words.at(place), find)
    }

    fn search(&mut self, short: Option<u128>, word: &str, find: impl FnOnce(&[u8]) -> T) -> T {
        if let Some(short) = short
            && let Some(at) = self.list.iter().position(|seen| seen.0 == short)
        {
            self.last = at;
            return self.list[at].1;
        }
        let value = find(word.as_bytes());
        if let Some(short) = short
            && self.list.len() < SEEN_MAX
        {
            self.last = self.list.len();
            self.list.push((short, value));
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_seen_at_any_place() {
        for len in 0..40 {
            let mut text = vec![b'a'; len];
            assert!(!may_have_control(&text));
            for place in 0..len {
                text[place] = SEPARATOR;
                assert!(may_have_control(&text), "{len} {place}");
                text[place] = 0xE4;
                assert!(!may_have_control(&text));
                text[place] = b'a';
            }
        }
    }
}
