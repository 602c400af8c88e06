//! A person's territory: the union of the subtrees of all his accounts, each account and each person once.
//!
//! Most persons have one topmost account and take its figures. For the others the widest branch gives its
//! figure, and only the persons of the narrower branches are looked at, each once, to see whether they also
//! stand in the widest. Bound: the accounts in all branches but the widest, summed over persons with several
//! topmost accounts; memory one number a person and one a account.

use crate::forest::{ROOT, Structure};

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

/// Lists of `u32` by number, in one block: `of(i)` is the list of `i`.
struct Lists {
    start: Vec<usize>,
    items: Vec<u32>,
}

impl Lists {
    /// Groups `items` (in their order) by `key`, which lies below `keys`.
    fn group(keys: usize, items: impl Iterator<Item = (u32, u32)> + Clone) -> Lists {
        let mut start = vec![0usize; keys + 1];
        items.clone().for_each(|(key, _)| start[key as usize + 1] += 1);
        (0..keys).for_each(|key| start[key + 1] += start[key]);
        let mut next = start.clone();
        let mut grouped = vec![0u32; start[keys]];
        for (key, item) in items {
            grouped[next[key as usize]] = item;
            next[key as usize] += 1;
        }
        Lists { start, items: grouped }
    }

    fn of(&self, key: u32) -> &[u32] {
        &self.items[self.start[key as usize]..self.start[key as usize + 1]]
    }
}

/// Counts every person's territory. `person[a]` lies below `persons`, and every person holds an account.
pub fn territories(parent: &[u32], person: &[u32], persons: usize, s: &Structure) -> Territories {
    let mut at = vec![0u32; parent.len()];
    (0..parent.len()).for_each(|account| at[s.position[account] as usize] = account as u32);
    // Places of each person's accounts, rising.
    let held = Lists::group(
        persons,
        at.iter().zip(0u32..).map(|(&account, place)| (person[account as usize], place)),
    );
    let mut t = Territories {
        accounts: (0..persons as u32).map(|p| held.of(p).len() as u32).collect(),
        persons: vec![0; persons],
        levels: vec![0; persons],
        direct_persons: direct_persons(parent, person, persons),
    };
    let mut seen = vec![ROOT; persons];
    for p in 0..persons as u32 {
        let places = held.of(p);
        t.levels[p as usize] =
            places.iter().map(|&i| s.person_levels[at[i as usize] as usize]).max().unwrap_or(0);
        let tops = topmost(places, &at, s);
        t.persons[p as usize] = union(p, &tops, &at, person, &held, s, &mut seen);
    }
    t
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

/// Distinct persons in the union of disjoint ranges; `seen` remembers who was met on behalf of `p`.
fn union(
    p: u32,
    tops: &[(u32, u32)],
    at: &[u32],
    person: &[u32],
    held: &Lists,
    s: &Structure,
    seen: &mut [u32],
) -> u32 {
    let Some(widest) = tops.iter().max_by_key(|(start, end)| end - start) else { return 0 };
    let mut count = s.persons[at[widest.0 as usize] as usize];
    for range in tops.iter().filter(|range| *range != widest) {
        for place in range.0..range.1 {
            let met = person[at[place as usize] as usize];
            if std::mem::replace(&mut seen[met as usize], p) != p {
                let places = held.of(met);
                let first = places.partition_point(|&i| i < widest.0);
                count += u32::from(places.get(first).is_none_or(|&i| i >= widest.1));
            }
        }
    }
    count
}

fn direct_persons(parent: &[u32], person: &[u32], persons: usize) -> Vec<u32> {
    let below = (0..parent.len()).filter(|&a| parent[a] != ROOT);
    let pairs = Lists::group(persons, below.map(|a| (person[parent[a] as usize], person[a])));
    let mut seen = vec![ROOT; persons];
    let fresh = |p: u32, seen: &mut [u32]| {
        seen[p as usize] = p;
        pairs.of(p).iter().filter(|&&met| std::mem::replace(&mut seen[met as usize], p) != p).count() as u32
    };
    (0..persons as u32).map(|p| fresh(p, &mut seen)).collect()
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
