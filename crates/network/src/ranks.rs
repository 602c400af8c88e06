//! A set of small numbers as bits, and the rank of each member: what belongs to members only then stands in a list
//! of its own, indexed by rank. One and a half bits for each number that might be a member.

/// Numbers being collected.
pub(crate) struct Marks(Vec<u64>);

impl Marks {
    /// None of the numbers below `len`.
    pub fn none(len: usize) -> Marks {
        Marks(vec![0; len.div_ceil(64)])
    }

    /// Adds a number.
    #[inline]
    pub fn set(&mut self, number: u32) {
        self.0[number as usize / 64] |= 1 << (number % 64);
    }

    /// The set, with its ranks.
    pub fn ranked(self) -> Ranks {
        let mut before = Vec::with_capacity(self.0.len());
        let mut members = 0;
        for word in &self.0 {
            before.push(members);
            members += word.count_ones();
        }
        Ranks { words: self.0, before, members }
    }
}

/// A finished set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ranks {
    words: Vec<u64>,
    /// Members below the first number of each word.
    before: Vec<u32>,
    members: u32,
}

impl Ranks {
    /// How many members.
    pub fn len(&self) -> usize {
        self.members as usize
    }

    /// Is the number a member?
    #[inline]
    pub fn has(&self, number: u32) -> bool {
        self.words[number as usize / 64] >> (number % 64) & 1 == 1
    }

    /// How many members are smaller than the number.
    #[inline]
    pub fn below(&self, number: u32) -> u32 {
        let word = number as usize / 64;
        self.before[word] + (self.words[word] & ((1 << (number % 64)) - 1)).count_ones()
    }

    /// The rank of a member, from 0; `None` for any other number.
    #[inline]
    pub fn of(&self, number: u32) -> Option<u32> {
        self.has(number).then(|| self.below(number))
    }

    /// The members, rising.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().zip(0u32..).flat_map(|(&word, i)| {
            let next = |left: &u64| Some(left & (left - 1)).filter(|&left| left != 0);
            std::iter::successors((word != 0).then_some(word), next)
                .map(move |left| i * 64 + left.trailing_zeros())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_have_the_ranks_of_a_sorted_list() {
        let members = [0u32, 1, 63, 64, 65, 127, 128, 200, 511];
        let mut marks = Marks::none(512);
        members.iter().rev().for_each(|&member| marks.set(member));
        let ranks = marks.ranked();
        assert_eq!((ranks.len(), ranks.iter().collect::<Vec<_>>()), (members.len(), members.to_vec()));
        for number in 0..512 {
            let rank = members.binary_search(&number);
            assert_eq!(ranks.of(number), rank.ok().map(|rank| rank as u32), "{number}");
            assert_eq!(ranks.below(number) as usize, rank.unwrap_or_else(|rank| rank), "{number}");
        }
    }
}
