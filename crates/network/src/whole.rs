//! Figures of the whole network.

use crate::count::{Count, NO_DAY, PersonSums};
use crate::figures::{NetBasis, Spread, Terms, Whole};
use crate::forest::ROOT;
use crate::rows::{Day, Fen};
use crate::sums::Sums;
use rayon::prelude::*;

/// What policy and cut-off dropped.
pub(crate) struct Dropped {
    pub accounts: u64,
    pub after_cutoff: u64,
    pub paid_in: Option<i128>,
}

/// Everything of [`Whole`]. `reversed`: money in, bonus and withdrawals that reversals took back.
pub(crate) fn figures(
    count: &Count,
    ledger: Option<(Sums, NetBasis)>,
    reversed: Option<(i128, i128, i128)>,
    dropped: Dropped,
    terms: &Terms,
) -> Whole {
    let mut w = Whole {
        persons: count.persons() as u64,
        accounts: count.accounts() as u64,
        roots: count.parent.iter().filter(|&&up| up == ROOT).count() as u64,
        levels: count.structure.levels.iter().copied().max().unwrap_or(0),
        person_levels: count.structure.person_levels.iter().copied().max().unwrap_or(0),
        dropped_accounts: dropped.accounts,
        accounts_after_cutoff: dropped.after_cutoff,
        dropped_paid_in: dropped.paid_in,
        ..Whole::default()
    };
    depths(count, &mut w);
    dates(count, terms, &mut w);
    tests(count, terms, &mut w);
    if let Some((sums, basis)) = ledger {
        w.days = sums.days;
        money(count, sums.within_30_days, basis, reversed.unwrap_or_default(), &mut w);
    }
    joins(count, &mut w);
    systems(count, &mut w);
    w
}

fn depths(count: &Count, w: &mut Whole) {
    let depth = &count.structure.depth;
    let deepest = depth.iter().copied().max().unwrap_or(0) as usize;
    w.accounts_per_depth = vec![0; deepest];
    let mut shallowest = vec![u32::MAX; count.persons()];
    for (&depth, &p) in depth.iter().zip(&count.person) {
        w.accounts_per_depth[depth as usize - 1] += 1;
        shallowest[p as usize] = shallowest[p as usize].min(depth);
    }
    w.persons_per_depth = vec![0; deepest];
    shallowest.iter().for_each(|&depth| w.persons_per_depth[depth as usize - 1] += 1);
}

fn dates(count: &Count, terms: &Terms, w: &mut Whole) {
    let mut first = vec![Day::MAX; count.persons()];
    for (&day, &p) in count.joined.iter().zip(&count.person) {
        if day != NO_DAY {
            first[p as usize] = first[p as usize].min(day);
        }
    }
    let mut known: Vec<Day> = first.into_iter().filter(|&day| day != Day::MAX).collect();
    let mut nth = |n: u32| {
        let n = (n as usize).checked_sub(1).filter(|&n| n < known.len())?;
        Some(*known.select_nth_unstable(n).1)
    };
    w.floor_persons_reached_on = nth(terms.thresholds.floor_persons);
    w.grave_persons_reached_on = nth(terms.thresholds.grave_persons);
    w.first_floor_met_on = count.floor_met_on.iter().copied().filter(|&day| day != NO_DAY).min();
}

fn tests(count: &Count, terms: &Terms, w: &mut Whole) {
    let (t, s, limits) = (&count.territories, &count.structure, &terms.thresholds);
    let pairs = |persons: &[u32], levels: &[u32]| {
        let floor = persons
            .iter()
            .zip(levels)
            .filter(|&(&persons, &levels)| persons >= limits.floor_persons && levels >= limits.floor_levels)
            .count() as u64;
        (floor, persons.iter().filter(|&&persons| persons >= limits.grave_persons).count() as u64)
    };
    (w.persons_meeting_floor, w.persons_meeting_grave_persons) = pairs(&t.persons, &t.levels);
    (w.accounts_meeting_floor, w.accounts_meeting_grave_persons) = pairs(&s.accounts, &s.levels);
    if count.person_money.is_some() {
        let over = |pick: fn(PersonSums) -> Fen| {
            persons(count, pick).filter(|&fen| fen >= limits.grave_amount).count() as u64
        };
        w.persons_meeting_grave_amount = Some(over(|sums| sums.team_paid_in));
        w.persons_meeting_grave_amount_others = Some(over(|sums| sums.team_paid_in_others));
    }
}

/// A sum of each person.
fn persons<'c>(count: &'c Count, pick: fn(PersonSums) -> Fen) -> impl Iterator<Item = Fen> + 'c {
    (0..count.persons()).map(move |p| count.person_sums(p).map_or(0, pick))
}

fn sum(column: &[Fen]) -> i128 {
    column.par_iter().map(|&fen| i128::from(fen)).sum()
}

fn money(count: &Count, within: i128, basis: NetBasis, reversed: (i128, i128, i128), w: &mut Whole) {
    let Some(own) = &count.money else { return };
    let (paid_in, bonus, withdrawn) = (sum(&own.paid_in), sum(&own.bonus), sum(&own.withdrawn));
    w.paid_in = Some(paid_in);
    w.bonus = Some(bonus);
    w.withdrawn = Some(withdrawn);
    w.paid_in_net = Some(paid_in - reversed.0);
    w.bonus_net = Some(bonus - reversed.1);
    w.withdrawn_net = Some(withdrawn - reversed.2);
    w.net_basis = Some(basis);
    w.retained = Some(paid_in - if basis == NetBasis::Out { withdrawn } else { bonus });
    w.paid_in_within_30_days = Some(within);
    w.spread = (basis == NetBasis::Out).then(|| spread(persons(count, |sums| sums.net).collect()));
    let mut sorted: Vec<Fen> = persons(count, |sums| sums.bonus).collect();
    sorted.par_sort_unstable();
    w.bonus_gini_millionths = gini_millionths(&sorted);
    let top = sorted.len().div_ceil(100);
    w.bonus_top_percent = Some(sorted[sorted.len() - top..].iter().map(|&fen| i128::from(fen)).sum());
}

/// Losses and deciles (nearest rank) of `net` over all persons.
fn spread(mut sorted: Vec<Fen>) -> Spread {
    sorted.par_sort_unstable();
    let losses = &sorted[..sorted.partition_point(|&fen| fen < 0)];
    let rank = |tenths: usize| sorted[(sorted.len() * tenths).div_ceil(10) - 1];
    Spread {
        persons_at_loss: losses.len() as u64,
        sum_of_losses: losses.iter().map(|&fen| i128::from(fen)).sum(),
        sum: sum(&sorted),
        median: rank(5),
        deciles: std::array::from_fn(|i| rank(i + 1)),
    }
}

/// Gini coefficient in millionths, rounded half up, from whole numbers: (2 Σ i·x − (n+1) Σ x) / (n Σ x) over the
/// sorted values. `None` when all are zero.
fn gini_millionths(sorted: &[Fen]) -> Option<i64> {
    let (n, total) = (sorted.len() as i128, sum(sorted));
    if total <= 0 {
        return None;
    }
    let weighted: i128 = sorted.iter().zip(1i128..).map(|(&fen, i)| i * i128::from(fen)).sum();
    let (top, bottom) = (2 * weighted - (n + 1) * total, n * total);
    i64::try_from((top * 2_000_000 + bottom).div_euclid(2 * bottom)).ok()
}

fn joins(count: &Count, w: &mut Whole) {
    let mut sorted: Vec<Day> = count.joined.clone();
    sorted.par_sort_unstable();
    for run in sorted.chunk_by(|a, b| a == b) {
        let day = (run[0] != NO_DAY).then_some(run[0]);
        w.days.entry(day).or_default().joins = run.len() as u64;
    }
}

fn systems(count: &Count, w: &mut Whole) {
    let mut has_own = vec![false; count.persons()];
    for (&is_system, &p) in count.system.iter().zip(&count.person) {
        has_own[p as usize] |= !is_system;
    }
    w.system_accounts = count.system.iter().filter(|&&is_system| is_system).count() as u64;
    w.accounts_without_system = w.accounts - w.system_accounts;
    w.persons_without_system = has_own.iter().filter(|&&has| has).count() as u64;
    w.paid_in_without_system = count.money.as_ref().map(|money| {
        let own = money.paid_in.iter().zip(&count.system).filter(|(_, is_system)| !**is_system);
        own.map(|(&fen, _)| i128::from(fen)).sum()
    });
}
