//! A person's territory: the union of the subtrees of all his accounts, each account and each person once.
//!
//! Whoever holds one account takes its figures, and nothing is kept for him but what differs: directs of which
//! several are of one person. The others have a row each. Their widest branch gives its figure; in the narrower
//! branches whoever holds a single account is new, and only persons with several are looked at, each once, to see
//! whether they also stand in the widest. Bound: the accounts of such persons in all branches but the widest, summed
//! over persons with several topmost accounts.

use crate::count::{AccountMoney, NO_DAY};
use crate::figures::Thresholds;
use crate::forest::{Inner, LEAF, ROOT, Structure};
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
const PART: usize = 1 << 10;

/// What is known of one account of a person with several.
struct Fact {
    place: u32,
    account: u32,
    own: Inner,
    depth: u32,
    day: Day,
    /// Account above it, then its person, or [`ROOT`].
    above: u32,
    money: [Fen; 3],
}

/// What one thread keeps between persons.
#[derive(Default)]
struct Desk {
    facts: Vec<Fact>,
    /// By list the last list on whose behalf it was met.
    seen: Vec<u32>,
    above: Vec<u32>,
    tops: Vec<(u32, u32)>,
    /// For each person above, how many accounts of one person stand directly below him beside the first.
    surplus: Vec<(u32, u32)>,
}

/// Counts the territories of persons with several accounts.
pub(crate) fn territories(forest: &Forest<'_>, places: &Places) -> Territories {
    let lists: Vec<u32> = forest.held.is_several.iter().collect();
    let parts: Vec<(Vec<Several>, Vec<_>)> = lists
        .par_chunks(PART)
        .enumerate()
        .map_init(Desk::default, |desk, (part, persons)| {
            let first = part * PART;
            let start = forest.held.start[first] as usize;
            let all = start..forest.held.start[first + persons.len()] as usize;
            let mut facts = std::mem::take(&mut desk.facts);
            forest.fetch(&places.of_list[all], &mut facts);
            let rows = (first..).zip(persons).map(|(list, &p)| {
                let range = forest.held.range(list);
                forest.several(p, list as u32, &facts[range.start - start..range.end - start], places, desk)
            });
            let rows = rows.collect();
            desk.facts = facts;
            (rows, std::mem::take(&mut desk.surplus))
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
    /// Facts of the accounts at places, column by column, so that the waits for memory overlap.
    fn fetch(&self, places: &[u32], facts: &mut Vec<Fact>) {
        let s = self.structure;
        let none = |&place: &u32| {
            let account = s.at[place as usize];
            Fact { place, account, own: LEAF, depth: 0, day: NO_DAY, above: ROOT, money: [0; 3] }
        };
        facts.clear();
        facts.extend(places.iter().map(none));
        for fact in facts.iter_mut() {
            let a = fact.account as usize;
            (fact.above, fact.day) = (self.parent[a], self.joined[a]);
        }
        for fact in facts.iter_mut() {
            (fact.own, fact.depth) = (s.below(fact.place), s.depth[fact.place as usize]);
            if fact.above != ROOT {
                fact.above = self.person[fact.above as usize];
            }
        }
        if let Some(money) = self.money {
            for fact in facts.iter_mut() {
                let a = fact.account as usize;
                fact.money = [money.paid_in[a], money.bonus[a], money.withdrawn[a]];
            }
        }
    }

    /// The row of person `p`, whose accounts stand in `list`.
    fn several(&self, p: u32, list: u32, facts: &[Fact], all: &Places, desk: &mut Desk) -> Several {
        let Desk { seen, above, tops, surplus, .. } = desk;
        let mut row = Several { shallowest: u32::MAX, first_joined: NO_DAY, ..Several::default() };
        above.clear();
        tops.clear();
        for fact in facts {
            row.territory.levels = row.territory.levels.max(fact.own.person_levels);
            row.territory.direct_persons += fact.own.directs;
            row.shallowest = row.shallowest.min(fact.depth);
            if fact.day != NO_DAY && (row.first_joined == NO_DAY || fact.day < row.first_joined) {
                row.first_joined = fact.day;
            }
            match fact.above {
                ROOT => {}
                up if up == p => row.territory.direct_persons -= 1,
                up => above.push(up),
            }
            row.paid_in += fact.money[0];
            row.bonus += fact.money[1];
            row.withdrawn += fact.money[2];
            // Places rise: an account that does not stand below the last topmost one is topmost too.
            if tops.last().is_none_or(|&(_, end)| fact.place >= end) {
                tops.push((fact.place, fact.place + fact.own.accounts));
                let is_leaf = fact.own.accounts == 1;
                row.team_paid_in += if is_leaf { fact.money[0] } else { fact.own.team_paid_in };
            }
        }
        above.sort_unstable();
        let runs = above.chunk_by(|a, b| a == b).filter(|run| run.len() > 1);
        surplus.extend(runs.map(|run| (run[0], run.len() as u32 - 1)));
        row.territory.accounts = facts.len() as u32;
        row.territory.persons = self.union(list, tops, all, seen);
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
