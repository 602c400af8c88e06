//! What is counted: the cut-off first, then the drops of the policy, all judged on one tree; what stays hangs
//! below its nearest kept ancestor.

use super::clean::{self, Members};
use super::day_of;
use super::ledger::Ledger;
use super::tree::{children, upward};
use crate::figures::{Finding, NetBasis, Terms};
use crate::rows::{Class, Day, Fen, Micros};
use std::collections::HashMap;

/// The kept accounts, numbered in the order of their account numbers as text.
pub(super) struct Kept<'a> {
    /// The accounts.
    pub accounts: Vec<KeptAccount<'a>>,
    /// Parent of each in the counted tree.
    pub parents: Vec<Option<usize>>,
    /// How many persons; they are numbered from 0.
    pub persons: usize,
    /// Is there a ledger, and by what is `net` measured then?
    pub basis: Option<NetBasis>,
    /// Accounts that joined after the cut-off day.
    pub after_cutoff: u64,
    /// Accounts that the policy dropped.
    pub dropped: u64,
    /// Money in of all accounts that are not kept, fen.
    pub dropped_paid_in: i128,
    /// Place of each account of the member table among the kept.
    pub place: Vec<Option<usize>>,
    /// Children of referrers beyond the cut-off.
    pub details: Vec<Finding>,
}

/// One kept account.
pub(super) struct KeptAccount<'a> {
    /// Its number.
    pub account: &'a str,
    /// Its person.
    pub person: usize,
    /// Time of joining, if known.
    pub joined: Option<Micros>,
    /// Day of joining in Asia/Shanghai, if known.
    pub joined_on: Option<Day>,
    /// Is it a declared system account?
    pub system: bool,
    /// Its money; all zero without a ledger.
    pub money: Money,
}

/// Own money of an account or a person, gross, fen.
#[derive(Clone, Copy, Default)]
pub(super) struct Money {
    /// At the boundary.
    pub paid_in: Fen,
    /// Of class bonus.
    pub bonus: Fen,
    /// Of class out.
    pub withdrawn: Fen,
}

/// Applies cut-off and policy to a tree over all accounts. `first_of_person` is what [`super::person::join`] gave.
pub(super) fn keep<'a>(
    members: &Members<'a>,
    parents: &[Option<usize>],
    first_of_person: &[usize],
    ledger: Option<&Ledger<'_>>,
    terms: &Terms,
) -> Kept<'a> {
    let all = members.rows.len();
    let money = money(all, ledger);
    let is_later: Vec<bool> = members
        .rows
        .iter()
        .map(|row| matches!((day_of(row.joined), terms.cutoff), (Some(day), Some(last)) if day > last))
        .collect();
    let (cut, details) = cut(members, parents, &is_later);
    let is_dropped = dropped(members, &cut, &money, ledger.is_some(), terms);
    let is_kept: Vec<bool> = (0..all).map(|account| !is_later[account] && !is_dropped[account]).collect();

    let mut place = vec![None; all];
    let originals: Vec<usize> = (0..all).filter(|&account| is_kept[account]).collect();
    for (at, &account) in originals.iter().enumerate() {
        place[account] = Some(at);
    }
    let nearest_kept = |account: usize| upward(&cut, account).skip(1).find_map(|above| place[above]);
    let mut person_number = HashMap::new();
    let mut accounts = Vec::new();
    for &account in &originals {
        let next = person_number.len();
        let row = &members.rows[account];
        accounts.push(KeptAccount {
            account: row.account,
            person: *person_number.entry(first_of_person[account]).or_insert(next),
            joined: row.joined,
            joined_on: day_of(row.joined),
            system: members.system[account],
            money: money[account],
        });
    }
    Kept {
        parents: originals.iter().map(|&account| nearest_kept(account)).collect(),
        persons: person_number.len(),
        basis: ledger.map(|ledger| ledger.basis),
        after_cutoff: is_later.iter().filter(|&&later| later).count() as u64,
        dropped: (0..all).filter(|&account| !is_later[account] && is_dropped[account]).count() as u64,
        dropped_paid_in: (0..all)
            .filter(|&account| !is_kept[account])
            .map(|account| i128::from(money[account].paid_in))
            .sum(),
        accounts,
        place,
        details,
    }
}

/// The own money of each account.
fn money(accounts: usize, ledger: Option<&Ledger<'_>>) -> Vec<Money> {
    let mut money = vec![Money::default(); accounts];
    if let Some(ledger) = ledger {
        for counted in &ledger.counted {
            let own = &mut money[counted.account];
            match counted.row.class {
                class if class == ledger.boundary => own.paid_in += counted.row.amount,
                Class::Bonus => own.bonus += counted.row.amount,
                Class::Out => own.withdrawn += counted.row.amount,
                _ => {}
            }
        }
    }
    money
}

/// The tree without the accounts beyond the cut-off: their children become roots.
fn cut(
    members: &Members<'_>,
    parents: &[Option<usize>],
    is_later: &[bool],
) -> (Vec<Option<usize>>, Vec<Finding>) {
    let mut details = Vec::new();
    let mut cut = parents.to_vec();
    for (account, parent) in cut.iter_mut().enumerate() {
        if is_later[account] {
            *parent = None;
        } else if parent.is_some_and(|parent| is_later[parent]) {
            *parent = None;
            details.push(clean::finding("referrer_after_cutoff", &members.rows[account]));
        }
    }
    (cut, details)
}

/// Which accounts the policy drops, each judged on the tree before any drop.
fn dropped(
    members: &Members<'_>,
    parents: &[Option<usize>],
    money: &[Money],
    has_ledger: bool,
    terms: &Terms,
) -> Vec<bool> {
    let recruits = children(parents);
    (0..members.rows.len())
        .map(|account| {
            let paid_in = has_ledger && money[account].paid_in > 0;
            let is_paid = members.rows[account].paid.unwrap_or(paid_in);
            let is_consumer = recruits[account].is_empty() && money[account].bonus == 0;
            (terms.policy.paid_only && !is_paid)
                || (!terms.policy.with_system && members.system[account])
                || (!terms.policy.with_consumers && is_consumer)
        })
        .collect()
}
