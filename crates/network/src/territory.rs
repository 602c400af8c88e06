//! A person's territory: the union of the subtrees of all his accounts, each account and each person once.
//!
//! Whoever holds one account takes its figures, and nothing is kept for him but what differs: directs of which
//! several are of one person. The others have a row each. Their widest branch gives its figure; in the narrower
//! branches whoever holds a single account is new, and only persons with several are looked at, each once, to see
//! whether they also stand in the widest. Bound: the accounts of such persons in all branches but the widest, summed
//! over persons with several topmost accounts.

use crate::count::{AccountMoney, NO_DAY};
use crate::figures::Thresholds;
use crate::forest::{ROOT, Structure};
use crate::holders::Holders;
use crate::rows::{Day, Fen};
use crate::sweep::Places;
use rayon::prelude::*;

/// Structural figures of one person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Territory {
    /// Accounts the person holds.
    pub accounts: u32,
    /// Distinct persons in the territory, the person included.
    pub persons: u32,
    /// Greatest person levels of the person's accounts.
    pub levels: u32,
    /// Distinct persons directly below any of the accounts, the person excluded.
    pub direct_persons: u32,
}

impl Territory {
    /// Are the persons and levels those of the floor, in the end?
    #[inline]
    pub fn meets_floor(&self, thresholds: &Thresholds) -> bool {
        self.persons >= thresholds.floor_persons && self.levels >= thresholds.floor_levels
    }
}

/// What is kept of a person with several accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Several {
    pub territory: Territory,
    /// Depth of his shallowest account.
    pub shallowest: u32,
    /// First known day on which one of his accounts joined, or [`NO_DAY`].
    pub first_joined: Day,
    pub paid_in: Fen,
    pub bonus: Fen,
    pub withdrawn: Fen,
    pub team_paid_in: Fen,
}

/// What territories are counted from; everything by account number.
pub(crate) struct Forest<'a> {
    pub parent: &'a [u32],
    pub person: &'a [u32],
    pub joined: &'a [Day],
    pub structure: &'a Structure,
    pub money: Option<&'a AccountMoney>,
    pub held: &'a Holders,
}

/// Territories of persons.
pub(crate) struct Territories {
    /// Persons with several accounts, by rank.
    pub several: Vec<Several>,
    /// Other persons some of whose directs are accounts of one person: how many too many. Rising.
    pub fewer_directs: Vec<(u32, u32)>,
}

/// Persons counted in one go by one thread.
const PART: usize = 1 << 12;

/// Counts the territories of persons with several accounts.
pub(crate) fn territories(forest: &Forest<'_>, places: &Places) -> Territories {
    let lists: Vec<u32> = forest.held.is_several.iter().collect();
    let parts: Vec<(Vec<Several>, Vec<(u32, u32)>)> = lists
        .par_chunks(PART)
        .enumerate()
        .map_init(Vec::new, |seen, (part, persons)| {
            let mut surplus = Vec::new();
            let list = |i: usize| (part * PART + i) as u32;
            let rows = persons.iter().enumerate();
            let rows = rows.map(|(i, &p)| forest.several(p, list(i), places, seen, &mut surplus)).collect();
            (rows, surplus)
        })
        .collect();
    let mut several = Vec::with_capacity(lists.len());
    let mut surplus = Vec::new();
    for (rows, more) in parts {
        several.extend(rows);
        surplus.extend(more);
    }
    surplus.sort_unstable();
    let mut fewer_directs = Vec::new();
    for run in surplus.chunk_by(|a, b| a.0 == b.0) {
        let (p, sum) = (run[0].0, run.iter().map(|(_, more)| more).sum::<u32>());
        match forest.held.is_several.of(p) {
            Some(rank) => several[rank as usize].territory.direct_persons -= sum,
            None => fewer_directs.push((p, sum)),
        }
    }
    Territories { several, fewer_directs }
}

impl Forest<'_> {
    /// The row of person `p`, whose accounts stand in `list`. `surplus` takes, for each person above, how many of
    /// p's accounts stand directly below him beside the first.
    fn several(
        &self,
        p: u32,
        list: u32,
        all: &Places,
        seen: &mut Vec<u32>,
        surplus: &mut Vec<(u32, u32)>,
    ) -> Several {
        let s = self.structure;
        let places = &all.of_list[self.held.range(list as usize)];
        let mut row = Several { shallowest: u32::MAX, first_joined: NO_DAY, ..Several::default() };
        let mut above: Vec<u32> = Vec::new();
        for &place in places {
            let account = s.at[place as usize] as usize;
            let own = s.below(place);
            row.territory.levels = row.territory.levels.max(own.person_levels);
            row.territory.direct_persons += own.directs;
            row.shallowest = row.shallowest.min(s.depth[place as usize]);
            let day = self.joined[account];
            if day != NO_DAY && (row.first_joined == NO_DAY || day < row.first_joined) {
                row.first_joined = day;
            }
            match self.parent[account] {
                ROOT => {}
                up if self.person[up as usize] == p => row.territory.direct_persons -= 1,
                up => above.push(self.person[up as usize]),
            }
            if let Some(money) = self.money {
                row.paid_in += money.paid_in[account];
                row.bonus += money.bonus[account];
                row.withdrawn += money.withdrawn[account];
            }
        }
        above.sort_unstable();
        let runs = above.chunk_by(|a, b| a == b).filter(|run| run.len() > 1);
        surplus.extend(runs.map(|run| (run[0], run.len() as u32 - 1)));
        let tops = topmost(places, s);
        row.territory.accounts = places.len() as u32;
        row.territory.persons = self.union(list, &tops, all, seen);
        if let Some(money) = self.money {
            row.team_paid_in = tops.iter().map(|&(place, _)| money.team_at(s, place)).sum();
        }
        row
    }

    /// Distinct persons in the union of disjoint ranges. Whoever holds one account and stands in a narrower range is
    /// new; of the others each is looked up once. `seen` remembers who was met on behalf of `list`.
    fn union(&self, list: u32, tops: &[(u32, u32)], all: &Places, seen: &mut Vec<u32>) -> u32 {
        let Some(widest) = tops.iter().max_by_key(|(start, end)| end - start) else { return 0 };
        let mut count = self.structure.below(widest.0).persons;
        for range in tops.iter().filter(|range| *range != widest) {
            if range.1 - range.0 == 1 {
                // The account itself: its person stands in the widest branch too.
                continue;
            }
            seen.resize(self.held.is_several.len(), ROOT);
            let of = |end: u32| all.all.partition_point(|&place| place < end);
            let met = of(range.0)..of(range.1);
            count += range.1 - range.0 - met.len() as u32;
            for &met in &all.lists[met] {
                if std::mem::replace(&mut seen[met as usize], list) != list {
                    let places = &all.of_list[self.held.range(met as usize)];
                    let first = places.iter().find(|&&i| i >= widest.0);
                    count += u32::from(first.is_none_or(|&i| i >= widest.1));
                }
            }
        }
        count
    }
}

/// The subtrees of those places that lie below none of the others, as ranges of places.
fn topmost(places: &[u32], s: &Structure) -> Vec<(u32, u32)> {
    let mut tops: Vec<(u32, u32)> = Vec::new();
    for &place in places {
        if tops.last().is_none_or(|&(_, end)| place >= end) {
            tops.push((place, place + s.size_at(place)));
        }
    }
    tops
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::{Count, Parts};
    use crate::dice::Dice;
    use std::collections::HashSet;

    fn fast(parent: &[u32], person: &[u32]) -> Vec<Territory> {
        let none = Thresholds { floor_persons: 30, floor_levels: 3, grave_persons: 120, grave_amount: 0 };
        let count = Count::of(Parts::bare(parent.to_vec(), person.to_vec()), &none).unwrap();
        (0..count.persons()).map(|p| count.territory(p)).collect()
    }

    fn slow(parent: &[u32], person: &[u32], persons: usize) -> Vec<Territory> {
        let structure = crate::forest::structure(parent, person).unwrap();
        let mut met = vec![HashSet::new(); persons];
        let mut direct = vec![HashSet::new(); persons];
        let mut all = vec![Territory::default(); persons];
        for a in 0..parent.len() {
            let t = &mut all[person[a] as usize];
            t.accounts += 1;
            t.levels = t.levels.max(structure.of(a as u32).person_levels);
            if parent[a] != ROOT && person[parent[a] as usize] != person[a] {
                direct[person[parent[a] as usize] as usize].insert(person[a]);
            }
            let mut up = a as u32;
            while up != ROOT {
                met[person[up as usize] as usize].insert(person[a]);
                up = parent[up as usize];
            }
        }
        for (t, (met, direct)) in all.iter_mut().zip(met.iter().zip(&direct)) {
            (t.persons, t.direct_persons) = (met.len() as u32, direct.len() as u32);
        }
        all
    }

    #[test]
    fn territories_agree_with_the_slow_way_on_random_forests() {
        let mut dice = Dice(0xD1B5_4A32_D192_ED03);
        for round in 0..2_000 {
            let parent = dice.forest();
            let n = parent.len();
            let persons = 1 + dice.roll(n);
            let person: Vec<u32> =
                (0..n).map(|i| if i < persons { i } else { dice.roll(persons) } as u32).collect();
            assert_eq!(fast(&parent, &person), slow(&parent, &person, persons), "round {round}");
        }
    }

    #[test]
    fn two_chains_whose_holders_cross_have_everyone_in_every_territory() {
        let n = 2_000u32;
        let chain = |first: u32| std::iter::once(ROOT).chain(first..first + n - 1);
        let parent: Vec<u32> = chain(0).chain(chain(n)).collect();
        let person: Vec<u32> = (0..n).chain((0..n).rev()).collect();
        assert!(fast(&parent, &person).iter().all(|t| t.persons == n));
    }
}
