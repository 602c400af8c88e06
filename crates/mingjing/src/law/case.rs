//! Cases of the law: small networks in a compact form, counted by the engine's own structure and territories.
//!
//! This module builds and counts; what a case must come to is the file's to say.

use super::Threshold;
use mingjing_model::money::{Fen, parse_yuan};
use mingjing_network::count::{Count, Parts};
use mingjing_network::figures::Thresholds;
use mingjing_network::forest::ROOT;
use serde::Deserialize;

/// The network of a case.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct Shape {
    /// Accounts on each level below each other, each level below the first account of the level above.
    widths: Option<Vec<u32>>,
    /// A single line of so many.
    chain: Option<u32>,
    /// A tree in which each account has `width` below it.
    full: Option<Full>,
    /// Several networks like `widths`, whose tops are one person.
    branches: Option<Vec<Vec<u32>>>,
    /// The top is a chain of so many accounts of one person (with `widths`).
    own_accounts: Option<u32>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Full {
    width: u32,
    levels: u32,
}

/// What a case must be counted to.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Counted {
    pub persons: u32,
    pub levels: u32,
}

/// An example that fires or nearly fires.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// In words.
    pub name: String,
    /// Who is below whom.
    pub network: Shape,
    /// Titles the accounts bear; they change nothing.
    #[serde(default)]
    pub grades: Vec<String>,
    /// Money in of the whole, yuan.
    pub team_paid_in_yuan: Option<String>,
    /// What the count must give for the top.
    pub counted: Counted,
    /// Is the threshold met?
    pub fires: bool,
}

fn count(parent: Vec<u32>, person: Vec<u32>) -> Counted {
    // No test of time is asked of a case.
    let none = Thresholds { floor_persons: 0, floor_levels: 0, grave_persons: 0, grave_amount: 0 };
    let count = Count::of(Parts::bare(parent, person), &none).expect("cases are built parents first");
    let first = count.territory(0);
    Counted { persons: first.persons, levels: first.levels }
}

/// Is the test met by a count and, where it asks for money, by the sum paid in?
pub(super) fn is_met(test: &Threshold, counted: Counted, money: Option<Fen>) -> Result<bool, String> {
    let amount = match (&test.paid_in_yuan, money) {
        (None, _) => true,
        (Some(_), None) => return Err("a test of money needs team_paid_in_yuan".to_owned()),
        (Some(least), Some(money)) => {
            money >= parse_yuan(least).map_err(|_| format!("{least} is no amount"))?
        }
    };
    Ok(amount
        && test.persons.is_none_or(|least| counted.persons >= least)
        && test.levels.is_none_or(|least| counted.levels >= least))
}

impl Shape {
    /// Counts the network for the person at its top.
    pub(super) fn count(&self) -> Result<Counted, String> {
        let (parent, person) = self.build()?;
        Ok(count(parent, person))
    }

    /// Parents and persons; the person under test is 0.
    fn build(&self) -> Result<(Vec<u32>, Vec<u32>), String> {
        let chain;
        let many: Vec<&[u32]> = match (&self.widths, self.chain, &self.full, &self.branches) {
            (Some(widths), None, None, None) => vec![widths],
            (None, Some(length), None, None) => {
                chain = vec![1; length as usize];
                vec![&chain]
            }
            (None, None, Some(full), None) => return Ok(full.build()),
            (None, None, None, Some(branches)) => branches.iter().map(Vec::as_slice).collect(),
            _ => return Err("expected one of widths, chain, full, branches".to_owned()),
        };
        let (mut parent, mut person) = (Vec::new(), Vec::new());
        let mut persons = 0;
        for widths in many {
            if widths.first() != Some(&1) || widths.contains(&0) {
                return Err("expected widths that begin with 1 and hold no 0".to_owned());
            }
            let own = self.own_accounts.unwrap_or(1).max(1);
            let mut above = ROOT;
            for _ in 0..own {
                person.push(0);
                parent.push(above);
                above = parent.len() as u32 - 1;
            }
            persons = persons.max(1);
            for &width in &widths[1..] {
                let first = parent.len() as u32;
                for _ in 0..width {
                    parent.push(above);
                    person.push(persons);
                    persons += 1;
                }
                above = first;
            }
        }
        Ok((parent, person))
    }
}

impl Full {
    fn build(&self) -> (Vec<u32>, Vec<u32>) {
        let accounts = (0..self.levels).map(|level| self.width.pow(level)).sum();
        let parent = (0..accounts).map(|i| if i == 0 { ROOT } else { (i - 1) / self.width }).collect();
        (parent, (0..accounts).collect())
    }
}
