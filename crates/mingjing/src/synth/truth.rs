//! What must come out, counted by forward sweeps over the generator's own columns: not by the engine.

use super::dirt;
use super::scheme::{ROOT, Scheme};
use serde::Serialize;
use std::collections::BTreeMap;

/// `truth.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Truth {
    /// What the scheme was made from.
    pub made_from: MadeFrom,
    /// How many of each kind of dirt were injected.
    pub injected: BTreeMap<&'static str, u64>,
    /// Figures of policy `main` after cleaning; money in yuan.
    pub figures: Figures,
    /// Counts of findings; `orphan_amount` in yuan.
    pub findings: BTreeMap<&'static str, String>,
    /// Rows of the member table.
    pub members: Rows,
    /// Rows of the ledger.
    pub ledger: Option<Rows>,
}

/// The arguments.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct MadeFrom {
    pub accounts: u32,
    pub seed: u64,
    pub plan: &'static str,
    pub dirty: f64,
    pub ledger_rows: u32,
}

/// Figures, named as in `summary.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Figures {
    pub accounts: u64,
    pub persons: u64,
    pub roots: u64,
    pub levels: u32,
    pub person_levels: u32,
    pub accounts_per_depth: Vec<u64>,
    /// Deepest level of the placement tree.
    pub placement_levels: u32,
    pub persons_with_several_accounts: u64,
    pub system_accounts: u64,
    pub money: Option<Money>,
}

/// Sums in yuan as text with two decimals.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Money {
    pub paid_in: String,
    pub paid_in_net: String,
    pub bonus: String,
    pub bonus_net: String,
    pub withdrawn: String,
    pub withdrawn_net: String,
    pub retained: String,
    /// Sum of class topup, which the boundary `order` leaves out.
    pub topup: String,
    /// Persons whose withdrawn − paid_in is negative; not counted above 20 million accounts.
    pub persons_at_loss: Option<u64>,
}

/// Where the rows of a table go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Rows {
    pub read: u64,
    pub accepted: u64,
    pub rejected: u64,
    pub duplicate: u64,
    pub superseded: u64,
}

/// Structural figures of the scheme as bent by the dirt.
pub fn figures(scheme: &Scheme, dirt: &dirt::Plan) -> Figures {
    let n = scheme.len();
    let mut figures = Figures {
        accounts: u64::from(n),
        system_accounts: u64::from(scheme.system),
        placement_levels: levels(n, |account| dirt.placement(scheme, account)),
        ..Figures::default()
    };
    let mut depth = vec![0u32; n as usize];
    let mut changes = vec![0u32; n as usize];
    let mut held = vec![0u8; scheme.persons as usize];
    for a in 0..n as usize {
        let holder = &mut held[scheme.person[a] as usize];
        *holder = holder.saturating_add(1);
        let parent = scheme.parent[a];
        (depth[a], changes[a]) = match parent {
            ROOT => (1, 1),
            up => {
                let up = up as usize;
                let step = u32::from(scheme.person[up] != scheme.person[a]);
                (depth[up] + 1, changes[up] + step)
            }
        };
        figures.roots += u64::from(parent == ROOT);
        figures.person_levels = figures.person_levels.max(changes[a]);
        if figures.accounts_per_depth.len() < depth[a] as usize {
            figures.accounts_per_depth.push(0);
        }
        figures.accounts_per_depth[depth[a] as usize - 1] += 1;
    }
    figures.levels = figures.accounts_per_depth.len() as u32;
    figures.persons = held.iter().filter(|&&accounts| accounts > 0).count() as u64;
    figures.persons_with_several_accounts = held.iter().filter(|&&accounts| accounts > 1).count() as u64;
    figures
}

fn levels(n: u32, parent: impl Fn(u32) -> u32) -> u32 {
    let mut depth = vec![0u32; n as usize];
    for account in 0..n {
        let up = parent(account);
        depth[account as usize] = if up == ROOT { 1 } else { depth[up as usize] + 1 };
    }
    depth.into_iter().max().unwrap_or(0)
}

/// Findings of the member table, from the columns where they can be counted there.
pub fn member_findings(scheme: &Scheme, dirt: &dirt::Plan) -> BTreeMap<&'static str, u64> {
    let injected = |key: &str| dirt.injected.get(key).copied().unwrap_or(0);
    let conflicts = injected("conflict_rows_joined_later")
        + injected("conflict_rows_self_referral")
        + injected("conflict_rows_same_time");
    let is_known = |account: u32| !matches!(dirt.of.get(&account), Some((dirt::Member::BadTime, _)));
    let joined_before = (0..scheme.len())
        .filter(|&account| {
            let up = scheme.parent[account as usize];
            up != ROOT
                && scheme.joined[account as usize] < scheme.joined[up as usize]
                && is_known(account)
                && is_known(up)
        })
        .count() as u64;
    let bad_check = match dirt.bad_check.is_empty() {
        true => 0,
        false => scheme.person.iter().filter(|person| dirt.bad_check.contains(person)).count() as u64,
    };
    BTreeMap::from([
        ("duplicate_rows", injected("duplicate_rows")),
        ("conflicting_accounts", conflicts),
        ("superseded_rows", conflicts),
        ("unknown_referrers", injected("unknown_referrers")),
        ("self_referrals", injected("self_referrals")),
        ("cycles", injected("cycles")),
        ("accounts_in_cycles", dirt.in_cycles),
        ("joined_before_referrer", joined_before),
        ("unknown_placements", injected("unknown_placements")),
        ("self_placements", injected("self_placements")),
        ("placement_cycles", 0),
        ("accounts_in_placement_cycles", 0),
        ("unusable_identities", injected("unusable_identities") + u64::from(scheme.system)),
        ("identities_with_bad_check", bad_check),
        ("system_accounts", u64::from(scheme.system)),
        ("referrer_after_cutoff", 0),
    ])
}
