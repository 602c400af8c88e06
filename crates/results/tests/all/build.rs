//! Counts built by hand from a forest, its holders and their money.

use mingjing_network::count::{Count, Identities, NO_DAY, Origin, Parts};
use mingjing_network::details::Details;
use mingjing_network::figures::{FINDING_KEYS, Finding, Table, Thresholds, Whole};
use mingjing_network::forest::ROOT;
use mingjing_network::keys::Names;

pub const FLOOR: Thresholds =
    Thresholds { floor_persons: 30, floor_levels: 3, grave_persons: 120, grave_amount: 250_000_000 };

pub const TOOL: &str = "mingjing 0.1.0";

/// A count of accounts `names` (in the order of the text) below `parent`, held by `person`; with money when `paid`
/// has any.
pub fn count(names: &[String], parent: &[u32], person: &[u32], paid: Option<&[i64]>) -> Count {
    let n = parent.len();
    let persons = person.iter().max().map_or(0, |&p| p as usize + 1);
    let share = |paid: &[i64], of: i64| paid.iter().map(|fen| fen / of).collect::<Vec<i64>>();
    let parts = Parts {
        names: Names::from_texts(names.iter().map(String::as_str)),
        joined: (0..n as i32).map(|a| if a % 5 == 4 { NO_DAY } else { 18_000 + a % 90 }).collect(),
        origin: Origin { ordinal: (2..n as u32 + 2).collect(), file_start: vec![0] },
        money: paid.map(|paid| [paid.to_vec(), share(paid, 3), share(paid, 7)]),
        identities: identities(persons),
        details: Details::from_findings(&[Finding {
            key: "self_referrals",
            table: Table::Members,
            file: 0,
            row: 2,
            account: names.first().cloned().unwrap_or_default(),
        }]),
        ..Parts::bare(parent.to_vec(), person.to_vec())
    };
    let mut count = Count::of(parts, &FLOOR).unwrap();
    count.whole = Whole { accounts: n as u64, persons: persons as u64, ..Whole::default() };
    count.findings = FINDING_KEYS.iter().map(|&key| (key, 0)).collect();
    count
}

/// A number for two of three persons.
fn identities(persons: usize) -> Identities {
    let numbers: Vec<(u32, String)> =
        (0..persons as u32).filter(|p| p % 3 != 2).map(|p| (p, format!("52011519900101{p:04}"))).collect();
    let pairs: Vec<(u32, &str)> = numbers.iter().map(|(p, number)| (*p, number.as_str())).collect();
    Identities::from_pairs(persons, &pairs)
}

/// `n` account numbers in the order of the text.
pub fn names(n: usize) -> Vec<String> {
    (0..n).map(|i| format!("M{i:08}")).collect()
}

/// Dice: a xorshift generator, the seed is not zero.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    /// Parents of a random forest of `n` accounts.
    pub fn forest(&mut self, n: usize) -> Vec<u32> {
        let mut name: Vec<u32> = (0..n as u32).collect();
        (1..n).rev().for_each(|i| name.swap(i, self.roll(i + 1)));
        let mut parent = vec![ROOT; n];
        for i in 1..n {
            if self.roll(20) > 0 {
                // Either anyone or one of the first, so that some subtrees are wide and some are deep.
                let above =
                    if self.roll(3) == 0 { self.roll(i.min(9)) } else { i - 1 - self.roll(i.min(40)) };
                parent[name[i] as usize] = name[above];
            }
        }
        parent
    }

    /// Persons of `n` accounts, numbered in the order of their first accounts.
    pub fn persons(&mut self, n: usize) -> Vec<u32> {
        let mut next = 0;
        (0..n)
            .map(|_| {
                let p = if next == 0 || self.roll(4) > 0 { next } else { self.roll(next as usize) as u32 };
                next = next.max(p + 1);
                p
            })
            .collect()
    }

    /// A whole random count.
    pub fn count(&mut self, n: usize, with_money: bool) -> Count {
        let (parent, person) = (self.forest(n), self.persons(n));
        let paid: Vec<i64> = (0..n).map(|_| [0, 6_980_000, 100, 1_234_567][self.roll(4)]).collect();
        count(&names(n), &parent, &person, with_money.then_some(&paid))
    }
}
