//! A person's territory: the union of the subtrees of all his accounts, each account and each person once.
//!
//! Most persons have one topmost account and take its figures. For the others the widest branch gives its
//! figure; in the narrower branches whoever holds a single account is new, and only persons with several are
//! looked at, each once, to see whether they also stand in the widest. Bound: the accounts of such persons in all
//! branches but the widest, summed over persons with several topmost accounts.

use crate::forest::{ROOT, Structure};
use rayon::prelude::*;

/// Structural figures of all persons, each indexed by person number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Territories {
    /// Accounts the person holds.
    pub accounts: Vec<u32>,
    /// Distinct persons in the territory, the person included.
    pub persons: Vec<u32>,
    /// Greatest person levels of the person's accounts.
    pub levels: Vec<u32>,
    /// Distinct persons directly below any of the accounts, the person excluded.
    pub direct_persons: Vec<u32>,
}

/// Places of the accounts of persons who hold several, by person, rising.
struct Held {
    /// Which list a person has, or [`ROOT`] for a person with one account.
    list: Vec<u32>,
    start: Vec<u32>,
    places: Vec<u32>,
}

impl Held {
    fn new(at: &[u32], person: &[u32], accounts: &[u32]) -> Held {
        let mut held = Held { list: vec![ROOT; accounts.len()], start: vec![0], places: Vec::new() };
        for (list, &count) in held.list.iter_mut().zip(accounts).filter(|(_, count)| **count > 1) {
            *list = held.start.len() as u32 - 1;
            held.start.push(held.start[*list as usize] + count);
        }
        held.places = vec![0; held.start.last().copied().unwrap_or(0) as usize];
        let mut next = held.start.clone();
        for (&account, place) in at.iter().zip(0u32..) {
            let list = held.list[person[account as usize] as usize];
            if list != ROOT {
                held.places[next[list as usize] as usize] = place;
                next[list as usize] += 1;
            }
        }
        held
    }

    /// Places of a person with several accounts.
    fn of(&self, p: u32) -> &[u32] {
        let list = self.list[p as usize] as usize;
        &self.places[self.start[list] as usize..self.start[list + 1] as usize]
    }
}

/// The places at which persons with several accounts stand, in pre-order.
struct Scattered {
    places: Vec<u32>,
    persons: Vec<u32>,
}

impl Scattered {
    fn range(&self, start: u32, end: u32) -> std::ops::Range<usize> {
        self.places.partition_point(|&place| place < start)..self.places.partition_point(|&place| place < end)
    }
}

/// Counts every person's territory. `person[a]` lies below `persons`, and every person holds an account.
pub fn territories(parent: &[u32], person: &[u32], persons: usize, s: &Structure) -> Territories {
    let at = s.at();
    let mut t = Territories {
        accounts: vec![0; persons],
        persons: vec![0; persons],
        levels: vec![0; persons],
        direct_persons: Vec::new(),
    };
    for (a, &p) in person.iter().enumerate() {
        let p = p as usize;
        t.accounts[p] += 1;
        t.levels[p] = t.levels[p].max(s.person_levels[a]);
        // Right for persons with one account; the others are counted below.
        t.persons[p] = s.persons[a];
    }
    t.direct_persons = direct_persons(parent, person, &t.accounts);
    let held = Held::new(&at, person, &t.accounts);
    let places: Vec<u32> = (0..at.len() as u32)
        .filter(|&i| held.list[person[at[i as usize] as usize] as usize] != ROOT)
        .collect();
    let met = places.iter().map(|&i| person[at[i as usize] as usize]).collect();
    let scattered = Scattered { places, persons: met };
    let several: Vec<u32> = (0..persons as u32).filter(|&p| t.accounts[p as usize] > 1).collect();
    let counted: Vec<u32> = several
        .par_iter()
        .map_init(Vec::new, |seen, &p| {
            union(p, &topmost(held.of(p), &at, s), &at, &held, &scattered, s, seen)
        })
        .collect();
    several.iter().zip(counted).for_each(|(&p, count)| t.persons[p as usize] = count);
    t
}

/// The topmost of a person's accounts, by account: those that lie below none of the others. `at` is the pre-order.
pub(crate) fn tops(places: &[u32], at: &[u32], s: &Structure) -> Vec<u32> {
    topmost(places, at, s).into_iter().map(|(start, _)| at[start as usize]).collect()
}

/// The subtrees of those places that lie below none of the others, as ranges of places.
fn topmost(places: &[u32], at: &[u32], s: &Structure) -> Vec<(u32, u32)> {
    let mut tops: Vec<(u32, u32)> = Vec::new();
    for &place in places {
        if tops.last().is_none_or(|&(_, end)| place >= end) {
            tops.push((place, place + s.accounts[at[place as usize] as usize]));
        }
    }
    tops
}

/// Distinct persons in the union of disjoint ranges. Whoever holds one account and stands in a narrower range is
/// new; of the others each is looked up once. `seen` remembers who was met on behalf of `p`.
fn union(
    p: u32,
    tops: &[(u32, u32)],
    at: &[u32],
    held: &Held,
    scattered: &Scattered,
    s: &Structure,
    seen: &mut Vec<u32>,
) -> u32 {
    let Some(widest) = tops.iter().max_by_key(|(start, end)| end - start) else { return 0 };
    seen.resize(held.start.len(), ROOT);
    let mut count = s.persons[at[widest.0 as usize] as usize];
    for range in tops.iter().filter(|range| *range != widest) {
        let places = scattered.range(range.0, range.1);
        count += range.1 - range.0 - places.len() as u32;
        for &met in &scattered.persons[places] {
            let list = held.list[met as usize] as usize;
            if std::mem::replace(&mut seen[list], p) != p {
                let places = held.of(met);
                let first = places.iter().find(|&&i| i >= widest.0);
                count += u32::from(first.is_none_or(|&i| i >= widest.1));
            }
        }
    }
    count
}

/// Distinct persons directly below any account of each person, that person left out. `accounts` by person.
fn direct_persons(parent: &[u32], person: &[u32], accounts: &[u32]) -> Vec<u32> {
    let mut direct = vec![0u32; accounts.len()];
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for (a, &up) in parent.iter().enumerate().filter(|&(_, &up)| up != ROOT) {
        let (above, below) = (person[up as usize], person[a]);
        if accounts[below as usize] == 1 {
            direct[above as usize] += 1;
        } else if above != below {
            pairs.push((above, below));
        }
    }
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs.iter().for_each(|&(above, _)| direct[above as usize] += 1);
    direct
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forest::structure;
    use std::collections::HashSet;

    fn slow(parent: &[u32], person: &[u32], persons: usize, s: &Structure) -> Territories {
        let mut met = vec![HashSet::new(); persons];
        let mut direct = vec![HashSet::new(); persons];
        let mut t = Territories {
            accounts: vec![0; persons],
            persons: vec![],
            levels: vec![0; persons],
            direct_persons: vec![],
        };
        for a in 0..parent.len() {
            let p = person[a] as usize;
            t.accounts[p] += 1;
            t.levels[p] = t.levels[p].max(s.person_levels[a]);
            if parent[a] != ROOT && person[parent[a] as usize] != person[a] {
                direct[person[parent[a] as usize] as usize].insert(person[a]);
            }
            let mut up = a as u32;
            while up != ROOT {
                met[person[up as usize] as usize].insert(person[a]);
                up = parent[up as usize];
            }
        }
        t.persons = met.iter().map(|set| set.len() as u32).collect();
        t.direct_persons = direct.iter().map(|set| set.len() as u32).collect();
        t
    }

    #[test]
    fn territories_agree_with_the_slow_way_on_random_forests() {
        let mut dice = 0xD1B5_4A32_D192_ED03u64;
        let mut roll = |sides: usize| {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            (dice % sides as u64) as usize
        };
        for round in 0..2_000 {
            let n = 1 + roll(60);
            let parent: Vec<u32> =
                (0..n).map(|i| if i == 0 || roll(8) == 0 { ROOT } else { roll(i) as u32 }).collect();
            let persons = 1 + roll(n);
            let person: Vec<u32> =
                (0..n).map(|i| if i < persons { i } else { roll(persons) } as u32).collect();
            let s = structure(&parent, &person).unwrap();
            assert_eq!(
                territories(&parent, &person, persons, &s),
                slow(&parent, &person, persons, &s),
                "round {round}"
            );
        }
    }

    #[test]
    fn two_chains_whose_holders_cross_have_everyone_in_every_territory() {
        let n = 2_000u32;
        let chain = |first: u32| std::iter::once(ROOT).chain(first..first + n - 1);
        let parent: Vec<u32> = chain(0).chain(chain(n)).collect();
        let person: Vec<u32> = (0..n).chain((0..n).rev()).collect();
        let s = structure(&parent, &person).unwrap();
        let t = territories(&parent, &person, n as usize, &s);
        assert!(t.persons.iter().all(|&persons| persons == n));
    }
}
