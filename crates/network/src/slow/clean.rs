//! Cleaning of the member table: one row for each account, one parent for each account, findings.
//!
//! Nothing is dropped here: what the policy and the cut-off leave out is [`super::policy`]'s.

use super::tree::{self, Opened};
use crate::figures::{Finding, Table};
use crate::rows::MemberRow;
use mingjing_model::identity::{self, Check};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The accounts of the member table, numbered in the order of their account numbers as text.
pub(super) struct Members<'a> {
    /// The row that was kept for each account.
    pub rows: Vec<MemberRow<'a>>,
    /// Number of each account.
    pub number: HashMap<&'a str, usize>,
    /// Normalised identity number of each account, if it has a usable one.
    pub identity: Vec<Option<String>>,
    /// Is the account a declared system account?
    pub system: Vec<bool>,
    /// Findings about rows and accounts, those of the trees left out.
    pub details: Vec<Finding>,
}

/// One tree over all accounts, and what was found while making it.
pub(super) struct Grown {
    /// Parent of each account.
    pub parents: Vec<Option<usize>>,
    /// Findings.
    pub details: Vec<Finding>,
}

/// The keys under which the findings of a tree are reported.
struct Keys {
    unknown: &'static str,
    own: &'static str,
    cycles: &'static str,
    in_cycles: &'static str,
}

/// A finding about a member row.
pub(super) fn finding(key: &'static str, row: &MemberRow<'_>) -> Finding {
    Finding { key, table: Table::Members, file: row.file, row: row.row, account: row.account.to_owned() }
}

/// Settles duplicates and conflicts, and reads identity numbers.
pub(super) fn settle<'a>(rows: &[MemberRow<'a>], system_accounts: &[String]) -> Members<'a> {
    let mut of_account: BTreeMap<&str, Vec<&MemberRow<'a>>> = BTreeMap::new();
    for row in rows {
        of_account.entry(row.account).or_default().push(row);
    }
    let mut details = Vec::new();
    let winners: Vec<MemberRow<'a>> = of_account.values().map(|rows| *winner(rows, &mut details)).collect();
    let number = winners.iter().enumerate().map(|(i, row)| (row.account, i)).collect();
    let declared: HashSet<&str> = system_accounts.iter().map(String::as_str).collect();
    let system: Vec<bool> = winners.iter().map(|row| declared.contains(row.account)).collect();
    let identity: Vec<Option<String>> =
        winners.iter().map(|row| row.identity.and_then(identity::normalize).map(Cow::into_owned)).collect();
    for (i, row) in winners.iter().enumerate() {
        if system[i] {
            details.push(finding("system_accounts", row));
        }
        match &identity[i] {
            None if row.identity.is_some() => details.push(finding("unusable_identities", row)),
            Some(number) if identity::check(number) == Check::Wrong => {
                details.push(finding("identities_with_bad_check", row));
            }
            _ => {}
        }
    }
    Members { rows: winners, number, identity, system, details }
}

/// The row that is kept for an account: self-referrals last, then the earliest known join, then the first row.
fn winner<'r, 'a>(rows: &[&'r MemberRow<'a>], details: &mut Vec<Finding>) -> &'r MemberRow<'a> {
    let mut different: Vec<&MemberRow<'a>> = Vec::new();
    let mut seen = HashSet::new();
    for &row in rows {
        if seen.insert(row.exact) {
            different.push(row);
        } else {
            details.push(finding("duplicate_rows", row));
        }
    }
    let rank = |&place: &usize| {
        let row = different[place];
        (row.referrer == row.account, row.joined.is_none(), row.joined, place)
    };
    let best = (0..different.len()).min_by_key(rank).expect("an account has a row");
    for (place, row) in different.iter().enumerate() {
        if place != best {
            details.push(finding("superseded_rows", row));
        }
    }
    if different.len() > 1 {
        details.push(finding("conflicting_accounts", different[best]));
    }
    different[best]
}

/// The tree of referrals.
pub(super) fn referral_tree(members: &Members<'_>) -> Grown {
    let keys = Keys {
        unknown: "unknown_referrers",
        own: "self_referrals",
        cycles: "cycles",
        in_cycles: "accounts_in_cycles",
    };
    let mut grown = grow(members, |row| row.referrer, &keys);
    for (row, parent) in members.rows.iter().zip(&grown.parents) {
        let referrer_joined = parent.and_then(|parent| members.rows[parent].joined);
        if let (Some(own), Some(referrer)) = (row.joined, referrer_joined)
            && own < referrer
        {
            grown.details.push(finding("joined_before_referrer", row));
        }
    }
    grown
}

/// The tree of placements: all roots when the table has no such column.
pub(super) fn placement_tree(members: &Members<'_>) -> Grown {
    let keys = Keys {
        unknown: "unknown_placements",
        own: "self_placements",
        cycles: "placement_cycles",
        in_cycles: "accounts_in_placement_cycles",
    };
    grow(members, |row| row.placement, &keys)
}

/// Finds the parent that `above` names for each account, then opens the cycles.
fn grow<'a>(members: &Members<'a>, above: impl Fn(&MemberRow<'a>) -> &'a str, keys: &Keys) -> Grown {
    let mut details = Vec::new();
    let mut parents = Vec::new();
    for row in &members.rows {
        let named = above(row);
        let parent = members.number.get(named).copied();
        if named == row.account {
            details.push(finding(keys.own, row));
            parents.push(None);
        } else {
            if parent.is_none() && !identity::is_blank(named) {
                details.push(finding(keys.unknown, row));
            }
            parents.push(parent);
        }
    }
    // Numbers are in the order of the account numbers as text, so they settle a tie.
    let first_joined = |&account: &usize| {
        let joined = members.rows[account].joined;
        (joined.is_none(), joined, account)
    };
    for Opened { at, accounts } in tree::open_cycles(&mut parents, first_joined) {
        details.push(finding(keys.cycles, &members.rows[at]));
        details.extend(accounts.iter().map(|&account| finding(keys.in_cycles, &members.rows[account])));
    }
    Grown { parents, details }
}
