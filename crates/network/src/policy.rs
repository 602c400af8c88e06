//! Which accounts a policy and a cut-off keep, and the tree of the kept ones.
//!
//! The cut-off comes first; every drop of the policy is judged once, on the tree as it stands then. A kept account
//! hangs below its nearest kept ancestor. Linear, without recursion.

use crate::count::NO_DAY;
use crate::details::{Detail, RUNNING, code};
use crate::figures::{Policy, Refusal, Terms, Tree};
use crate::forest::ROOT;
use crate::ledger::Ledger;
use crate::roster::{NO_TIME, Roster, flag};
use crate::rows::Day;
use mingjing_model::time::day_in_shanghai;
use rayon::prelude::*;

/// Which accounts stay.
pub struct Kept {
    /// By account of the roster; `None` when all stay.
    pub is_kept: Option<Vec<bool>>,
    /// Parent by account of the roster: for a kept account the nearest kept one above it, or [`ROOT`].
    pub(crate) parent: Vec<u32>,
    /// Join day by account of the roster, or [`NO_DAY`].
    pub(crate) day: Vec<Day>,
    pub(crate) after_cutoff: u64,
    pub(crate) dropped: u64,
    pub(crate) details: Vec<Detail>,
}

/// Can the policy be judged on these tables at all?
///
/// # Errors
/// [`Refusal::PlacementMissing`], [`Refusal::PaidUnknown`], [`Refusal::BonusUnknown`].
pub fn check(policy: &Policy, roster: &Roster, has_ledger: bool) -> Result<(), Refusal> {
    if policy.tree == Tree::Placement && roster.placement.is_none() {
        return Err(Refusal::PlacementMissing);
    }
    if policy.paid_only && !has_ledger && !roster.has_paid_flag() {
        return Err(Refusal::PaidUnknown);
    }
    if !policy.with_consumers && !has_ledger {
        return Err(Refusal::BonusUnknown);
    }
    Ok(())
}

/// Decides who stays. The tree that is counted is taken out of the roster.
///
/// # Errors
/// Those of [`check`], and [`Refusal::NothingLeft`].
pub fn keep(roster: &mut Roster, ledger: Option<&Ledger>, terms: &Terms) -> Result<Kept, Refusal> {
    check(&terms.policy, roster, ledger.is_some())?;
    let parent = match terms.policy.tree {
        Tree::Referral => std::mem::take(&mut roster.referral),
        Tree::Placement => roster.placement.take().unwrap_or_default(),
    };
    let day = roster.joined.par_iter().map(|&time| day(time)).collect();
    let mut kept = Kept { is_kept: None, parent, day, after_cutoff: 0, dropped: 0, details: Vec::new() };
    let policy = &terms.policy;
    if let Some(cutoff) = terms.cutoff {
        cut(&mut kept, cutoff, roster);
    }
    if policy.paid_only || !policy.with_system || !policy.with_consumers {
        drop_accounts(&mut kept, policy, roster, ledger);
    }
    match &kept.is_kept {
        Some(is_kept) if !is_kept.contains(&true) => Err(Refusal::NothingLeft),
        _ => Ok(kept),
    }
}

fn day(time: i64) -> Day {
    if time == NO_TIME { NO_DAY } else { day_in_shanghai(time).unwrap_or(NO_DAY) }
}

/// Accounts that joined after the day leave; children of theirs become roots.
fn cut(kept: &mut Kept, cutoff: Day, roster: &Roster) {
    let is_kept: Vec<bool> = kept.day.iter().map(|&day| day == NO_DAY || day <= cutoff).collect();
    kept.after_cutoff = is_kept.iter().filter(|&&is_kept| !is_kept).count() as u64;
    if kept.after_cutoff == 0 {
        return;
    }
    for (a, up) in kept.parent.iter_mut().enumerate() {
        if *up != ROOT && !is_kept[*up as usize] {
            *up = ROOT;
            if is_kept[a] {
                kept.details.push(Detail {
                    account: roster.names.keys[a],
                    row: roster.ordinal[a],
                    file: RUNNING,
                    code: code::REFERRER_AFTER_CUTOFF,
                    is_ledger: false,
                });
            }
        }
    }
    kept.is_kept = Some(is_kept);
}

fn drop_accounts(kept: &mut Kept, policy: &Policy, roster: &Roster, ledger: Option<&Ledger>) {
    let n = kept.parent.len();
    let mut is_kept = kept.is_kept.take().unwrap_or_else(|| vec![true; n]);
    let mut has_child = vec![false; if policy.with_consumers { 0 } else { n }];
    if !policy.with_consumers {
        for (a, &up) in kept.parent.iter().enumerate().filter(|&(_, &up)| up != ROOT) {
            has_child[up as usize] |= is_kept[a];
        }
    }
    for (a, is_kept) in is_kept.iter_mut().enumerate().filter(|(_, is_kept)| **is_kept) {
        let flags = roster.flags[a];
        let is_paid = match flags & flag::PAID_KNOWN {
            0 => ledger.is_some_and(|ledger| ledger.paid_in[a] > 0),
            _ => flags & flag::PAID != 0,
        };
        let has_bonus = ledger.is_some_and(|ledger| ledger.bonus[a] > 0);
        *is_kept = (!policy.paid_only || is_paid)
            && (policy.with_system || flags & flag::SYSTEM == 0)
            && (policy.with_consumers || has_child[a] || has_bonus);
        kept.dropped += u64::from(!*is_kept);
    }
    hang(&mut kept.parent, &is_kept);
    kept.is_kept = Some(is_kept);
}

/// Points every account at its nearest kept ancestor.
fn hang(parent: &mut [u32], is_kept: &[bool]) {
    let mut is_settled = vec![false; parent.len()];
    let mut way = Vec::new();
    for start in 0..parent.len() as u32 {
        let mut at = start;
        while !is_settled[at as usize] {
            way.push(at);
            is_settled[at as usize] = true;
            match parent[at as usize] {
                ROOT => break,
                up => at = up,
            }
        }
        while let Some(a) = way.pop() {
            let up = parent[a as usize];
            if up != ROOT && !is_kept[up as usize] {
                parent[a as usize] = parent[up as usize];
            }
        }
    }
}
