//! Bigger random networks from a seed: clean rows in the shape of a real scheme, for runs too large for proptest.

use crate::rows::{Entry, Member, Rows};
use mingjing_model::time::Micros;
use mingjing_network::rows::Class;

const MINUTE: Micros = 60_000_000;
/// 2020-01-01 00:00 in Shanghai.
const START: Micros = 1_577_808_000_000_000;

/// A xorshift generator: the same rolls on every machine.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Dice {
        let mut dice = Dice(seed ^ 0x9e37_79b9_7f4a_7c15);
        if dice.0 == 0 {
            dice.0 = 1;
        }
        (0..8).for_each(|_| _ = dice.roll(2));
        dice
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

/// A network of `accounts` accounts and about two ledger rows each.
///
/// One account in 500 is a root; half of the others were recruited by one of the 200 accounts before them, so that
/// lines grow deep; the rest by anyone before. One account in five belongs to a person who has others already, one
/// in fifty has no known join time. Rows are shuffled, so that a referrer need not stand before its accounts.
/// The same seed gives the same rows.
pub fn random_forest(accounts: usize, seed: u64) -> Rows {
    let mut dice = Dice::new(seed);
    let mut members: Vec<Member> = Vec::with_capacity(accounts);
    let mut ledger = Vec::new();
    for i in 0..accounts {
        let referrer = match (i, dice.roll(500)) {
            (0, _) | (_, 0) => String::new(),
            (_, roll) if roll % 2 == 0 => number(i - 1 - dice.roll(i.min(200))),
            _ => number(dice.roll(i)),
        };
        let person = if i > 0 && dice.roll(5) == 0 { dice.roll(i) } else { i };
        let joined = (dice.roll(50) > 0).then_some(START + i as Micros * 7 * MINUTE);
        members.push(Member {
            account: number(i),
            referrer,
            identity: Some(format!("H{person:08}")),
            joined,
            ..Member::default()
        });
        for _ in 0..dice.roll(5) {
            ledger.push(entry(&mut dice, i));
        }
    }
    (1..accounts).rev().for_each(|i| members.swap(i, dice.roll(i + 1)));
    Rows { members, ledger: Some(ledger), ..Rows::default() }
}

fn number(account: usize) -> String {
    format!("M{account:09}")
}

fn entry(dice: &mut Dice, account: usize) -> Entry {
    let class = [Class::Order, Class::Order, Class::Bonus, Class::Out][dice.roll(4)];
    Entry {
        account: number(account),
        class,
        amount: 100 * (1 + dice.roll(100_000) as i64),
        time: Some(START + account as Micros * 7 * MINUTE + dice.roll(60 * 24 * 60) as Micros * MINUTE),
        serial: String::new(),
        foreign: false,
        note: String::new(),
        file: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_network_and_another_gives_another() {
        assert_eq!(random_forest(500, 7), random_forest(500, 7));
        assert_ne!(random_forest(500, 7), random_forest(500, 8));
        assert_eq!(random_forest(0, 1).members, []);
    }
}
