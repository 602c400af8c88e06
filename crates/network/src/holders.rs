//! Who holds which accounts: the first account of each person, and who holds several.

use crate::forest::ROOT;
use crate::ranks::{Marks, Ranks};

/// Persons and how many accounts they hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Holders {
    /// By person his smallest account.
    pub first: Vec<u32>,
    /// Persons with several accounts.
    pub is_several: Ranks,
    /// By rank among those where the list of their accounts begins, and at the end where the last one ends.
    pub start: Vec<u32>,
}

impl Holders {
    /// From the person of each account.
    pub fn new(person: &[u32]) -> Holders {
        let persons = person.iter().max().map_or(0, |&last| last as usize + 1);
        let mut first = vec![ROOT; persons];
        let mut marks = Marks::none(persons);
        for (&p, account) in person.iter().zip(0u32..) {
            match &mut first[p as usize] {
                own if *own == ROOT => *own = account,
                _ => marks.set(p),
            }
        }
        let is_several = marks.ranked();
        let mut start = vec![0u32; is_several.len() + 1];
        for rank in person.iter().filter_map(|&p| is_several.of(p)) {
            start[rank as usize + 1] += 1;
        }
        (1..start.len()).for_each(|list| start[list] += start[list - 1]);
        Holders { first, is_several, start }
    }

    /// How many persons.
    pub fn len(&self) -> usize {
        self.first.len()
    }

    /// The range of a list of accounts, by rank.
    #[inline]
    pub fn range(&self, rank: usize) -> std::ops::Range<usize> {
        self.start[rank] as usize..self.start[rank + 1] as usize
    }
}
