//! The first day on which a person met the floor, literally by its definition.
//!
//! For one person p: each account of his territory counts from a day of its own (the latest known join day on the
//! way down from p's account, the earliest such day where several of p's accounts lie above it). The days are
//! tried one after the other until persons and levels of the counting accounts suffice. Walks down from each of
//! p's accounts: O(p's accounts × territory) for the days, the same for the levels of each day that has enough
//! persons.

use super::policy::Kept;
use super::tree::children;
use crate::figures::{PersonFigures, Thresholds};
use crate::rows::Day;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Sets `floor_met_on` of every person whose floor is finally met. `held` are the accounts of each person.
pub(super) fn date(
    kept: &Kept<'_>,
    held: &[Vec<usize>],
    thresholds: &Thresholds,
    figures: &mut [PersonFigures],
) {
    let below = children(&kept.parents);
    for (person, figure) in figures.iter_mut().enumerate() {
        if figure.floor_met {
            let person = Person { kept, below: &below, person, held: &held[person] };
            figure.floor_met_on = person.floor_met_on(thresholds);
        }
    }
}

/// One person in the tree.
struct Person<'k, 'a> {
    kept: &'k Kept<'a>,
    below: &'k [Vec<usize>],
    person: usize,
    held: &'k [usize],
}

impl Person<'_, '_> {
    fn floor_met_on(&self, thresholds: &Thresholds) -> Option<Day> {
        let counts_from = self.counts_from();
        let mut newcomers: BTreeMap<Day, Vec<usize>> = BTreeMap::new();
        for (&account, &day) in &counts_from {
            newcomers.entry(day).or_default().push(account);
        }
        let mut others: HashSet<usize> = HashSet::new();
        for (day, accounts) in newcomers {
            let persons = accounts.iter().map(|&account| self.kept.accounts[account].person);
            others.extend(persons.filter(|&person| person != self.person));
            if 1 + others.len() >= thresholds.floor_persons as usize
                && self.levels_on(day, &counts_from) >= thresholds.floor_levels
            {
                return Some(day);
            }
        }
        None
    }

    /// The day from which each account of the territory counts; an account whose own time is unknown is not in it.
    fn counts_from(&self) -> HashMap<usize, Day> {
        let mut counts_from = HashMap::new();
        for &top in self.held {
            // An account to visit, with the latest known join day on the way to it, itself left out.
            let mut to_visit = vec![(top, None)];
            while let Some((account, day_above)) = to_visit.pop() {
                let own_day = self.kept.accounts[account].joined_on;
                let latest_day = own_day.max(day_above);
                if let (Some(_), Some(latest)) = (own_day, latest_day) {
                    let day = counts_from.entry(account).or_insert(latest);
                    *day = latest.min(*day);
                }
                to_visit.extend(self.below[account].iter().map(|&child| (child, latest_day)));
            }
        }
        counts_from
    }

    /// The greatest person levels of the person's accounts on a day: those of the counting accounts alone, each
    /// below its nearest counting ancestor; the account at the top always stands.
    fn levels_on(&self, day: Day, counts_from: &HashMap<usize, Day>) -> u32 {
        let mut most = 0;
        for &top in self.held {
            // An account to visit, with the person of its nearest counting ancestor and the levels down to that.
            let mut to_visit: Vec<(usize, usize, u32)> = vec![(top, self.person, 1)];
            while let Some((account, person_above, levels_above)) = to_visit.pop() {
                let counts = counts_from.get(&account).is_some_and(|&from| from <= day);
                let person = self.kept.accounts[account].person;
                let (person, levels) = match counts {
                    true => (person, levels_above + u32::from(person != person_above)),
                    false => (person_above, levels_above),
                };
                most = most.max(levels);
                to_visit.extend(self.below[account].iter().map(|&child| (child, person, levels)));
            }
        }
        most
    }
}
