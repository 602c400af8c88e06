//! The first day on which a person met the floor of the statute, for the tree as it finally stands.
//!
//! An account x below one of p's accounts a counts for p from the latest known join day on the way a … x (both
//! included); several of p's accounts above x: the earliest of those days. An account whose own time is unknown
//! never counts and is passed through. The floor is met on the later of two days:
//!
//! - **Persons.** Every account passes up the earliest `floor_persons` distinct persons of its subtree, raised to its
//!   own day. Such lists stay exact when they are raised, merged and cut, because whoever is cut off stands behind
//!   enough others with days no later. p's list is the union of the lists of all his accounts.
//! - **Levels.** Three levels stand on a day if p's account has somebody else (y) below it, and y somebody other than
//!   y's person below himself (z). Every account passes up, for each number of levels, the earliest days with two
//!   different persons at the top. Where y lies between two accounts a, a' of p, and z below a' (or is a' itself),
//!   y's day runs from a and z's from a': those pairs are looked at apart.
//!
//! Linear in the accounts (each list holds at most `floor_persons`), without recursion: accounts come in pre-order,
//! and only those with a finished child and an unfinished self have an open list. The walk between two nested
//! accounts of one person is as long as the way between them, and is taken only if it can change the day.

use crate::count::{Count, NO_DAY};
use crate::figures::Thresholds;
use crate::forest::{ROOT, Structure};
use crate::holders::Holders;
use crate::rows::Day;
use crate::territory::{Several, Territory};
use std::collections::HashMap;

/// Never, while days are compared: later than every day.
const NEVER: Day = Day::MAX;
/// The greatest number of levels the method holds for.
pub const FLOOR_LEVELS_MAX: u32 = 3;

type Dated = (Day, u32);
const NOBODY: Dated = (NEVER, u32::MAX);

/// The two earliest days with different persons at the top.
type Two = [Dated; 2];

fn put(two: &mut Two, new: Dated) {
    if new.1 == two[0].1 {
        two[0].0 = two[0].0.min(new.0);
    } else if new.0 < two[0].0 {
        two[1] = two[0];
        two[0] = new;
    } else if new.1 == two[1].1 {
        two[1].0 = two[1].0.min(new.0);
    } else if new.0 < two[1].0 {
        two[1] = new;
    }
    if two[1].0 < two[0].0 {
        two.swap(0, 1);
    }
}

/// What the finished children of an account passed up.
#[derive(Clone, Default)]
struct Open {
    /// Place of the account.
    place: u32,
    /// Earliest distinct persons, by day.
    persons: Vec<Dated>,
    /// At least 1, 2, … levels.
    levels: [Two; FLOOR_LEVELS_MAX as usize],
}

impl Open {
    fn clear(&mut self, place: u32) {
        self.place = place;
        self.persons.clear();
        self.levels = [[NOBODY; 2]; FLOOR_LEVELS_MAX as usize];
    }
}

/// Inserts a person into a list sorted by day, cut at `most`.
fn insert(list: &mut Vec<Dated>, new: Dated, most: usize) {
    if list.len() == most && list.last().is_some_and(|last| last.0 <= new.0) {
        return;
    }
    if let Some(same) = list.iter().position(|entry| entry.1 == new.1) {
        if list[same].0 <= new.0 {
            return;
        }
        list.remove(same);
    }
    let place = list.partition_point(|entry| entry.0 <= new.0);
    list.insert(place, new);
    list.truncate(most);
}

/// Raises every day of a sorted list to at least `day`.
fn raise(list: &mut [Dated], day: Day) {
    list.iter_mut().take_while(|entry| entry.0 < day).for_each(|entry| entry.0 = day);
}

/// What is asked.
pub(crate) struct Question<'a> {
    /// Parents.
    pub parent: &'a [u32],
    /// Person of each account.
    pub person: &'a [u32],
    /// Join day, or [`NO_DAY`].
    pub joined: &'a [Day],
    /// Structure of the forest.
    pub structure: &'a Structure,
    /// Who holds several accounts.
    pub held: &'a Holders,
    /// Their figures, by rank.
    pub several: &'a [Several],
    /// The floor.
    pub thresholds: &'a Thresholds,
}

impl<'a> Question<'a> {
    /// The question about a count.
    pub fn of(count: &'a Count, thresholds: &'a Thresholds) -> Question<'a> {
        Question {
            parent: &count.parent,
            person: &count.person,
            joined: &count.joined,
            structure: &count.structure,
            held: &count.persons.held,
            several: &count.persons.several,
            thresholds,
        }
    }
}

/// Kept for an account of a person with several.
struct Kept {
    place: u32,
    account: u32,
    persons: Vec<Dated>,
    levels_on: Day,
}

/// Accounts whose facts are fetched together.
const BLOCK: usize = 1_024;

/// An account whose subtree is not finished.
struct Above {
    place: u32,
    end: u32,
    person: u32,
    day: Day,
}

/// The first known day of each person who met the floor, by person, rising.
pub(crate) fn met_on(q: &Question<'_>) -> Vec<(u32, Day)> {
    let mut sweep = Sweep::new(q);
    let mut above: Vec<Above> = Vec::new();
    let mut facts: Vec<(u32, Day)> = Vec::with_capacity(BLOCK);
    let mut place = 0u32;
    for accounts in q.structure.at.chunks(BLOCK) {
        // What is known of the next accounts is fetched for a block together, so that the cache misses overlap.
        facts.clear();
        facts.extend(accounts.iter().map(|&a| (q.person[a as usize], q.joined[a as usize])));
        for &(person, day) in &facts {
            while let Some(done) = above.pop_if(|top| top.end <= place) {
                sweep.close(done, above.last());
            }
            match q.structure.size_at(place) {
                1 => sweep.leaf(place, (day, person), above.last()),
                size => above.push(Above { place, end: place + size, person, day }),
            }
            place += 1;
        }
    }
    while let Some(done) = above.pop() {
        sweep.close(done, above.last());
    }
    sweep.finish()
}

/// A walk over the places, with what finished accounts passed up.
struct Sweep<'a> {
    q: &'a Question<'a>,
    need: usize,
    levels: usize,
    /// Has one person alone the floor?
    is_met_alone: bool,
    first: Vec<(u32, Day)>,
    /// By person with several accounts.
    kept: HashMap<u32, Vec<Kept>>,
    open: Vec<Open>,
    spare: Vec<Open>,
}

impl<'a> Sweep<'a> {
    fn new(q: &'a Question<'a>) -> Sweep<'a> {
        let alone = Territory { accounts: 1, persons: 1, levels: 1, direct_persons: 0 };
        Sweep {
            q,
            need: q.thresholds.floor_persons as usize,
            levels: q.thresholds.floor_levels.clamp(1, FLOOR_LEVELS_MAX) as usize,
            is_met_alone: alone.meets_floor(q.thresholds),
            first: Vec::new(),
            kept: HashMap::new(),
            open: Vec::new(),
            spare: Vec::new(),
        }
    }

    /// An account without any below it: mostly one person and one level above.
    fn leaf(&mut self, place: u32, (day, p): Dated, above: Option<&Above>) {
        let several = self.q.held.is_several.of(p);
        let is_met = match several {
            None => self.is_met_alone,
            Some(rank) => self.q.several[rank as usize].territory.meets_floor(self.q.thresholds),
        };
        if is_met {
            let own = fresh(&mut self.spare, place);
            self.stand_and_pass(own, Above { place, end: place + 1, person: p, day }, Some(several), above);
            return;
        }
        let Some(above) = above else { return };
        if self.open.last().is_none_or(|open| open.place != above.place) {
            self.open.push(fresh(&mut self.spare, above.place));
        }
        if let (Some(open), true) = (self.open.last_mut(), day != NO_DAY) {
            insert(&mut open.persons, (day, p), self.need);
            put(&mut open.levels[0], (day, p));
        }
    }

    /// An account whose subtree is finished; its list is the last one.
    fn close(&mut self, done: Above, above: Option<&Above>) {
        let mut own = self.open.pop().unwrap_or_default();
        if done.day != NO_DAY {
            raise(&mut own.persons, done.day);
        }
        let several = self.q.held.is_several.of(done.person);
        let is_met = match several {
            Some(rank) => self.q.several[rank as usize].territory.meets_floor(self.q.thresholds),
            None => {
                let own = self.q.structure.below(done.place);
                let (accounts, direct_persons) = (1, own.directs);
                let (persons, levels) = (own.persons, own.person_levels);
                Territory { accounts, persons, levels, direct_persons }.meets_floor(self.q.thresholds)
            }
        };
        self.stand_and_pass(own, done, is_met.then_some(several), above);
    }

    /// Notes the day of an account that meets the floor (`met`: with the rank of its person, if he has several),
    /// stands it on what its children passed up, and passes that on.
    fn stand_and_pass(
        &mut self,
        mut own: Open,
        done: Above,
        met: Option<Option<u32>>,
        above: Option<&Above>,
    ) {
        let (p, day) = (done.person, done.day);
        if let Some(several) = met {
            let levels_on = day_of_levels(&own.levels, self.levels, p, day);
            if several.is_none() {
                self.note(p, nth_other(&own.persons, self.need, p).max(levels_on));
            } else {
                let account = self.q.structure.at[done.place as usize];
                let kept = Kept { place: done.place, account, persons: own.persons.clone(), levels_on };
                self.kept.entry(p).or_default().push(kept);
            }
        }
        if day != NO_DAY {
            stand(&mut own, p, day, self.need);
        }
        pass_up(own, above, self.need, &mut self.open, &mut self.spare);
    }

    fn note(&mut self, p: u32, day: Day) {
        if day != NEVER && day != NO_DAY {
            self.first.push((p, day));
        }
    }

    fn finish(mut self) -> Vec<(u32, Day)> {
        for (p, kept) in std::mem::take(&mut self.kept) {
            self.note(p, of_several(self.q, p, kept, self.need, self.levels));
        }
        self.first.sort_unstable();
        self.first
    }
}

fn fresh(spare: &mut Vec<Open>, place: u32) -> Open {
    let mut open = spare.pop().unwrap_or_default();
    open.clear(place);
    open
}

/// The first day on which the account of `p`, joined on `day`, has `levels` levels below and with itself.
fn day_of_levels(below: &[Two], levels: usize, p: u32, day: Day) -> Day {
    let own = if day == NO_DAY { Day::MIN } else { day };
    if levels <= 1 {
        return own;
    }
    // One level less under somebody else, or as many under an account of p himself.
    let others = below[levels - 2].iter().find(|entry| entry.1 != p).map_or(NEVER, |entry| entry.0);
    let same = below[levels - 1].iter().find(|entry| entry.1 == p).map_or(NEVER, |entry| entry.0);
    others.min(same).max(own)
}

/// The day on which the `need`-th person, p himself counted, is there.
fn nth_other(persons: &[Dated], need: usize, p: u32) -> Day {
    match need {
        0 | 1 => Day::MIN,
        _ => persons.iter().filter(|entry| entry.1 != p).nth(need - 2).map_or(NEVER, |entry| entry.0),
    }
}

/// Puts the account itself on top of what its children passed up.
fn stand(own: &mut Open, p: u32, day: Day, need: usize) {
    insert_front(&mut own.persons, (day, p), need);
    let mut levels = [[NOBODY; 2]; FLOOR_LEVELS_MAX as usize];
    for (k, two) in levels.iter_mut().enumerate() {
        two[0] = (day_of_levels(&own.levels, k + 1, p, day), p);
        if two[0].0 == NEVER {
            two[0] = NOBODY;
        }
    }
    own.levels = levels;
}

/// Inserts the earliest of all, in front even of equal days.
fn insert_front(list: &mut Vec<Dated>, new: Dated, most: usize) {
    list.retain(|entry| entry.1 != new.1);
    list.insert(0, new);
    list.truncate(most);
}

fn pass_up(own: Open, above: Option<&Above>, need: usize, open: &mut Vec<Open>, spare: &mut Vec<Open>) {
    let Some(above) = above else {
        spare.push(own);
        return;
    };
    match open.last_mut() {
        Some(list) if list.place == above.place => {
            for &entry in &own.persons {
                // Both lists are sorted: whoever comes behind a full list is followed by others who do.
                if list.persons.len() == need && list.persons.last().is_some_and(|last| last.0 <= entry.0) {
                    break;
                }
                insert(&mut list.persons, entry, need);
            }
            for (to, from) in list.levels.iter_mut().zip(&own.levels) {
                from.iter().filter(|entry| entry.0 != NEVER).for_each(|&entry| put(to, entry));
            }
            spare.push(own);
        }
        _ => open.push(Open { place: above.place, ..own }),
    }
}

/// A person with several accounts: their lists united, and the pairs that lie across two of them.
fn of_several(q: &Question<'_>, p: u32, mut kept: Vec<Kept>, need: usize, levels: usize) -> Day {
    kept.sort_by_key(|kept| kept.place);
    let mut union: Vec<Dated> = Vec::new();
    // p himself may stand in a list: one more, so that the others are enough.
    kept.iter().flat_map(|kept| &kept.persons).for_each(|&entry| insert(&mut union, entry, need));
    let persons_on = nth_other(&union, need, p);
    let levels_on = kept.iter().map(|kept| kept.levels_on).min().unwrap_or(NEVER);
    if levels_on <= persons_on || levels < 3 {
        return persons_on.max(levels_on);
    }
    persons_on.max(levels_on.min(across(q, p, &kept)))
}

/// The first day on which y between two accounts of p and z below the lower one (or that account itself) count.
fn across(q: &Question<'_>, p: u32, kept: &[Kept]) -> Day {
    let mut best = NEVER;
    // Nested accounts of p above the present one, with the earliest others on the way down to each.
    let mut above: Vec<(&Kept, Two)> = Vec::new();
    for lower in kept {
        let is_above = |upper: &Kept| lower.place < upper.place + q.structure.size_at(upper.place);
        while above.last().is_some_and(|(upper, _)| !is_above(upper)) {
            above.pop();
        }
        let Some((upper, between)) = above.last() else {
            above.push((lower, [NOBODY; 2]));
            continue;
        };
        let mut between = *between;
        on_the_way(q, upper.account, lower.account).into_iter().for_each(|entry| put(&mut between, entry));
        let own = q.joined[lower.account as usize];
        if own != NO_DAY {
            best = best.min(between[0].0.max(own));
        } else {
            for y in between.iter().filter(|y| y.0 != NEVER) {
                let z = lower.persons.iter().find(|z| z.1 != y.1 && z.1 != p);
                best = best.min(z.map_or(NEVER, |z| z.0.max(y.0)));
            }
        }
        above.push((lower, between));
    }
    best
}

/// The first account with a known time strictly between two, and the first of another person, each with the
/// latest known day from `upper` down to it.
fn on_the_way(q: &Question<'_>, upper: u32, lower: u32) -> Vec<Dated> {
    let mut way = Vec::new();
    let mut at = q.parent[lower as usize];
    while at != upper && at != ROOT {
        if q.joined[at as usize] != NO_DAY {
            way.push(at);
        }
        at = q.parent[at as usize];
    }
    // An unknown day is the least of all.
    let mut day = q.joined[upper as usize];
    let mut found: Vec<Dated> = Vec::new();
    for &account in way.iter().rev() {
        day = day.max(q.joined[account as usize]);
        let person = q.person[account as usize];
        if found.first().is_none_or(|first| first.1 != person) {
            found.push((day, person));
        }
        if found.len() == 2 {
            break;
        }
    }
    found
}
