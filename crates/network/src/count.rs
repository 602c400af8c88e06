//! What the fast engine gives: columns by account and by person. Shapes only; [`crate::figures`] says the same
//! as rows.

use crate::figures::{Finding, Policy, Whole};
use crate::forest::{ROOT, Structure};
use crate::keys::Names;
use crate::rows::{Day, Fen};
use crate::territory::Territories;
use std::collections::BTreeMap;

/// In a column of days: no day (unknown, or never).
pub const NO_DAY: Day = Day::MIN;

/// A finished count. Accounts are the kept ones in the order of their numbers as text; persons are numbered
/// from 0 here and from 1 (`P1`) in every output, in the order of their smallest account numbers.
#[derive(Clone, Debug)]
pub struct Count {
    /// The policy.
    pub policy: Policy,
    /// Account numbers.
    pub names: Names,
    /// Parent in the counted tree, or [`ROOT`].
    pub parent: Vec<u32>,
    /// Person of each account.
    pub person: Vec<u32>,
    /// Day of joining in Asia/Shanghai, or [`NO_DAY`].
    pub joined: Vec<Day>,
    /// Input (file, row) that was kept for the account.
    pub origin: Origin,
    /// Is the account a declared system account?
    pub system: Vec<bool>,
    /// Children of each account.
    pub directs: Vec<u32>,
    /// Depth, accounts, persons, levels, person levels, pre-order places.
    pub structure: Structure,
    /// Money of accounts; `None` without a ledger.
    pub money: Option<AccountMoney>,
    /// Structural figures of persons.
    pub territories: Territories,
    /// Money of persons; `None` without a ledger.
    pub person_money: Option<PersonMoney>,
    /// First day on which the floor was met, or [`NO_DAY`]; by person.
    pub floor_met_on: Vec<Day>,
    /// Normalised identity numbers, one person each; several for a confirmed person, none for a person
    /// without a usable one. Sorted by person, then text.
    pub identities: Vec<(u32, String)>,
    /// Whole-network figures.
    pub whole: Whole,
    /// Counts of findings, every key of [`crate::figures::FINDING_KEYS`].
    pub findings: BTreeMap<&'static str, i128>,
    /// Each finding with its row, sorted.
    pub details: Vec<Finding>,
}

/// Money of accounts, fen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct AccountMoney {
    pub paid_in: Vec<Fen>,
    pub bonus: Vec<Fen>,
    pub withdrawn: Vec<Fen>,
    pub team_paid_in: Vec<Fen>,
}

/// Money of persons, fen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct PersonMoney {
    pub paid_in: Vec<Fen>,
    pub bonus: Vec<Fen>,
    pub withdrawn: Vec<Fen>,
    pub team_paid_in: Vec<Fen>,
    pub team_paid_in_others: Vec<Fen>,
    pub net: Vec<Fen>,
}

/// Where rows came from: one running number over all files of the member table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// For each account, the running number of its row.
    pub ordinal: Vec<u32>,
    /// For each file, the running number of its row 0 (row numbers are the reader's).
    pub file_start: Vec<u64>,
}

impl Origin {
    /// (file, row) of an account.
    pub fn of(&self, account: u32) -> (u32, u64) {
        let ordinal = u64::from(self.ordinal[account as usize]);
        let file = self.file_start.partition_point(|&start| start <= ordinal) - 1;
        (file as u32, ordinal - self.file_start[file])
    }
}

impl Count {
    /// How many accounts.
    pub fn accounts(&self) -> usize {
        self.parent.len()
    }

    /// How many persons.
    pub fn persons(&self) -> usize {
        self.territories.persons.len()
    }

    /// Is the account a root of the counted tree?
    pub fn is_root(&self, account: u32) -> bool {
        self.parent[account as usize] == ROOT
    }
}
