//! Kinds of ledger rows as they are written: the class of each, and how many rows bear it.

use crate::rows::Terms;
use mingjing_network::rows::Class;
use std::collections::HashMap;

/// The kinds of one batch.
#[derive(Default)]
pub(crate) struct Kinds {
    list: Vec<Kind>,
    index: HashMap<Box<[u8]>, usize>,
    last: usize,
}

struct Kind {
    text: Box<[u8]>,
    class: Option<Class>,
    count: u64,
    first_row: u64,
}

/// Kinds that are looked for one after the other before the index is asked.
const KINDS_IN_ROW: usize = 12;

impl Kinds {
    /// The class of a row's kind, counted; `None` for a kind without one.
    #[inline]
    pub fn class(&mut self, text: &[u8], row: u64, terms: &Terms) -> Option<Class> {
        let at = self.place(text, row, terms);
        self.count(at)
    }

    /// Counts a row of the kind at that place.
    #[inline]
    pub fn count(&mut self, at: usize) -> Option<Class> {
        self.last = at;
        self.list[at].count += 1;
        self.list[at].class
    }

    /// The place of a kind, new or known.
    #[inline]
    pub fn place(&mut self, text: &[u8], row: u64, terms: &Terms) -> usize {
        let is_it = |kind: &Kind| &*kind.text == text;
        if self.list.get(self.last).is_some_and(is_it) {
            self.last
        } else if let Some(at) = self.list.iter().take(KINDS_IN_ROW).position(is_it) {
            at
        } else if let Some(&at) = self.index.get(text) {
            at
        } else {
            let (at, class) = (self.list.len(), terms.class(text));
            self.index.insert(text.into(), at);
            self.list.push(Kind { text: text.into(), class, count: 0, first_row: row });
            at
        }
    }

    /// Kind as given, class, rows, first row.
    pub fn close(self) -> Vec<(String, Option<Class>, u64, u64)> {
        let text = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
        self.list.iter().map(|k| (text(&k.text), k.class, k.count, k.first_row)).collect()
    }
}
