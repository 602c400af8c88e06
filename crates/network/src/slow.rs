//! The slow, obvious way to count: written to be obviously right, so that the fast engine can be held against it
//! on random dirty networks and `mingjing network verify` can count real inputs again.
//!
//! It follows the specification sentence by sentence with sets, maps and walks up from each account:
//! O(accounts × depth) time, O(accounts + rows) memory, one thread, no recursion. It shares no algorithm with
//! [`crate::forest`] and [`crate::territory`] and must never be tuned; it knows shapes ([`crate::rows`],
//! [`crate::figures`]) and `model` alone. Rows are equal when their `exact` bytes are.
//!
//! Where specification and ADR 0001 are silent, this way does the following:
//!
//! - Persons are joined over the whole member table, before cut-off and policy; they are numbered over kept accounts.
//! - A reversal is linked to the first row of its serial number that is not a reversal and lies within the
//!   cut-off. Only a reversal that is counted (not foreign, not orphan) takes its original out of the net sums.
//! - Repeated serial numbers and repeated rows are judged before currency, sign and account.
//! - [`Whole::persons_per_depth`] is as long as [`Whole::accounts_per_depth`], zeros included.
//! - A day on which nobody joined and no money moved has no entry in [`Whole::days`].

mod clean;
mod floor;
mod ledger;
mod numbers;
mod person;
mod policy;
mod tree;
mod whole;

#[cfg(test)]
mod tests;

use crate::figures::{Counted, FINDING_KEYS, Finding, Refusal, Terms, Tree};
use crate::rows::{Day, LedgerRow, MemberRow};
use clean::Members;
use ledger::Ledger;
use mingjing_model::time::day_in_shanghai;
use policy::Kept;
use std::collections::BTreeMap;

#[cfg(doc)]
use crate::figures::Whole;

/// Counts `members` and `ledger` under `terms`. Rows stand in the order in which they were read.
///
/// # Errors
/// A [`Refusal`]; the first that holds in the order placement missing, paid unknown, bonus unknown, boundary
/// needed, amounts too large, nothing left.
pub fn count(
    members: &[MemberRow<'_>],
    ledger: Option<&[LedgerRow<'_>]>,
    terms: &Terms,
) -> Result<Counted, Refusal> {
    refuse_what_cannot_be_judged(members, ledger.is_some(), terms)?;
    let members = clean::settle(members, &terms.system_accounts);
    let referral = clean::referral_tree(&members);
    let placement = clean::placement_tree(&members);
    let ledger = ledger.map(|rows| ledger::read(rows, &members, terms)).transpose()?;
    let persons = person::join(&members, &terms.confirmed);
    let parents = match terms.policy.tree {
        Tree::Referral => &referral.parents,
        Tree::Placement => &placement.parents,
    };
    let kept = policy::keep(&members, parents, &persons, ledger.as_ref(), terms);
    if kept.accounts.is_empty() {
        return Err(Refusal::NothingLeft);
    }
    let accounts = numbers::accounts(&kept);
    let persons = numbers::persons(&kept, &accounts, &terms.thresholds);
    let whole = whole::figures(&kept, ledger.as_ref(), &accounts, &persons, &terms.thresholds);
    let (findings, details) = found(&members, [referral.details, placement.details], ledger.as_ref(), &kept);
    Ok(Counted { accounts, persons, whole, findings, details })
}

/// The refusals that need no counting.
fn refuse_what_cannot_be_judged(
    members: &[MemberRow<'_>],
    has_ledger: bool,
    terms: &Terms,
) -> Result<(), Refusal> {
    let policy = &terms.policy;
    if policy.tree == Tree::Placement && members.iter().all(|row| row.placement.is_empty()) {
        return Err(Refusal::PlacementMissing);
    }
    if policy.paid_only && !has_ledger && members.iter().all(|row| row.paid.is_none()) {
        return Err(Refusal::PaidUnknown);
    }
    if !policy.with_consumers && !has_ledger {
        return Err(Refusal::BonusUnknown);
    }
    Ok(())
}

/// All findings in their order, and how many of each: one for each detail, but `orphan_amount` in fen.
fn found(
    members: &Members<'_>,
    trees: [Vec<Finding>; 2],
    ledger: Option<&Ledger<'_>>,
    kept: &Kept<'_>,
) -> (BTreeMap<&'static str, i128>, Vec<Finding>) {
    let mut details = members.details.clone();
    details.extend(trees.into_iter().flatten());
    details.extend(ledger.iter().flat_map(|ledger| ledger.details.iter().cloned()));
    details.extend(kept.details.iter().cloned());
    details.sort();
    let mut findings: BTreeMap<&'static str, i128> = FINDING_KEYS.iter().map(|&key| (key, 0)).collect();
    for finding in &details {
        *findings.entry(finding.key).or_default() += 1;
    }
    findings.insert("orphan_amount", ledger.map_or(0, |ledger| ledger.orphan_amount));
    (findings, details)
}

/// The day of a time, if it is known.
fn day_of(time: Option<crate::rows::Micros>) -> Option<Day> {
    time.and_then(day_in_shanghai)
}
