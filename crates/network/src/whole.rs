//! Figures of the whole network.
//!
//! Sequential passes over the columns of a count; persons with several accounts are taken from their rows. What
//! has to be in order is counted by day where days lie close, or selected, rather than sorted.

use crate::count::{Count, NO_DAY};
use crate::figures::{NetBasis, Spread, Terms, Whole};
use crate::rows::{Day, Fen};
use crate::sums::Sums;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What policy and cut-off dropped.
pub(crate) struct Dropped {
    pub accounts: u64,
    pub after_cutoff: u64,
    pub paid_in: Option<i128>,
}

/// Everything of [`Whole`] but the first day on which the floor was met. `reversed`: money in, bonus and
/// withdrawals that reversals took back.
pub(crate) fn figures(
    count: &Count,
    ledger: Option<(Sums, NetBasis)>,
    reversed: Option<(i128, i128, i128)>,
    dropped: Dropped,
    terms: &Terms,
) -> Whole {
    let (inner, alone) = (&count.structure.inner, u32::from(count.accounts() > 0));
    let mut w = Whole {
        persons: count.persons() as u64,
        accounts: count.accounts() as u64,
        roots: count.roots() as u64,
        levels: inner.iter().map(|own| own.levels).max().unwrap_or(alone),
        person_levels: inner.iter().map(|own| own.person_levels).max().unwrap_or(alone),
        dropped_accounts: dropped.accounts,
        accounts_after_cutoff: dropped.after_cutoff,
        dropped_paid_in: dropped.paid_in,
        ..Whole::default()
    };
    depths(count, &mut w);
    tests(count, terms, &mut w);
    if let Some((sums, basis)) = ledger {
        w.days = sums.days;
        money(count, sums.within_30_days, basis, reversed.unwrap_or_default(), &mut w);
    }
    days(count, terms, &mut w);
    systems(count, &mut w);
    w
}

/// Accounts of persons with several: their depths and days do not count for their persons one by one.
fn of_several(count: &Count) -> impl Iterator<Item = u32> + '_ {
    let is_several = &count.persons.held.is_several;
    (0u32..).zip(&count.person).filter(|(_, p)| is_several.has(**p)).map(|(account, _)| account)
}

/// Accounts per depth; persons at the depth of their shallowest account.
fn depths(count: &Count, w: &mut Whole) {
    let s = &count.structure;
    let deepest = s.depth.iter().copied().max().unwrap_or(0) as usize;
    w.accounts_per_depth = vec![0; deepest];
    s.depth.iter().for_each(|&depth| w.accounts_per_depth[depth as usize - 1] += 1);
    w.persons_per_depth = w.accounts_per_depth.clone();
    let persons = &mut w.persons_per_depth;
    of_several(count).for_each(|account| persons[s.depth[s.place(account) as usize] as usize - 1] -= 1);
    count.persons.several.iter().for_each(|own| persons[own.shallowest as usize - 1] += 1);
}

/// Joins by day; the days on which the whole had so many persons, each from the first known day of his accounts.
fn days(count: &Count, terms: &Terms, w: &mut Whole) {
    let known = || count.joined.iter().copied().filter(|&day| day != NO_DAY);
    let mut joins = ByDay::of(known().min().zip(known().max()));
    known().for_each(|day| *joins.at(day) += 1);
    let mut first = joins.clone();
    for day in of_several(count).map(|account| count.joined[account as usize]).filter(|&day| day != NO_DAY) {
        *first.at(day) -= 1;
    }
    let several = count.persons.several.iter().map(|own| own.first_joined);
    several.filter(|&day| day != NO_DAY).for_each(|day| *first.at(day) += 1);
    let reached = |persons: u32| {
        let mut met = 0;
        first.iter().find_map(|(day, more)| {
            met += more;
            (persons > 0 && met >= u64::from(persons)).then_some(day)
        })
    };
    w.floor_persons_reached_on = reached(terms.thresholds.floor_persons);
    w.grave_persons_reached_on = reached(terms.thresholds.grave_persons);
    let mut unknown = w.accounts;
    for (day, joined) in joins.iter() {
        w.days.entry(Some(day)).or_default().joins = joined;
        unknown -= joined;
    }
    if unknown > 0 {
        w.days.entry(None).or_default().joins = unknown;
    }
}

/// Numbers by day: a list where the days lie near each other, as they do unless a clock was wrong.
#[derive(Clone)]
enum ByDay {
    Near(Day, Vec<u64>),
    Far(BTreeMap<Day, u64>),
}

impl ByDay {
    /// Days of a list at most: 2,800 years.
    const NEAR_MAX: i64 = 1 << 20;

    /// Nothing on any day from the first to the last.
    fn of(span: Option<(Day, Day)>) -> ByDay {
        match span {
            Some((first, last)) if i64::from(last) - i64::from(first) < ByDay::NEAR_MAX => {
                ByDay::Near(first, vec![0; (last - first) as usize + 1])
            }
            _ => ByDay::Far(BTreeMap::new()),
        }
    }

    #[inline]
    fn at(&mut self, day: Day) -> &mut u64 {
        match self {
            ByDay::Near(first, list) => &mut list[(day - *first) as usize],
            ByDay::Far(map) => map.entry(day).or_default(),
        }
    }

    /// Days with something, rising.
    fn iter(&self) -> impl Iterator<Item = (Day, u64)> + '_ {
        let (first, list, map) = match self {
            ByDay::Near(first, list) => (*first, &list[..], None),
            ByDay::Far(map) => (0, &[][..], Some(map)),
        };
        let near = (first..).zip(list).map(|(day, &number)| (day, number));
        let far = map.into_iter().flatten().map(|(&day, &number)| (day, number));
        near.chain(far).filter(|&(_, number)| number > 0)
    }
}

/// Who meets which test, in the end.
fn tests(count: &Count, terms: &Terms, w: &mut Whole) {
    let limits = &terms.thresholds;
    let of = |&p: &u32| {
        let (t, money) = count.person(p as usize);
        let money = money.unwrap_or_default();
        [
            t.meets_floor(limits),
            t.persons >= limits.grave_persons,
            money.team_paid_in >= limits.grave_amount,
            money.team_paid_in_others >= limits.grave_amount,
        ]
        .map(u64::from)
    };
    let add = |a: [u64; 4], b: [u64; 4]| std::array::from_fn(|i| a[i] + b[i]);
    let [floor, grave, amount, others] = count.standing_out(limits).iter().map(of).fold([0; 4], add);
    (w.persons_meeting_floor, w.persons_meeting_grave_persons) = (floor, grave);
    if count.money.is_some() {
        w.persons_meeting_grave_amount = Some(amount);
        w.persons_meeting_grave_amount_others = Some(others);
    }
    let leaves = count.accounts() as u64 - count.structure.inner.len() as u64;
    let meets = |test: &dyn Fn(u32, u32) -> bool| {
        let inner = count.structure.inner.iter().filter(|own| test(own.accounts, own.levels)).count() as u64;
        inner + if test(1, 1) { leaves } else { 0 }
    };
    w.accounts_meeting_floor =
        meets(&|accounts, levels| accounts >= limits.floor_persons && levels >= limits.floor_levels);
    w.accounts_meeting_grave_persons = meets(&|accounts, _| accounts >= limits.grave_persons);
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
    // One list for both: of 100 million persons it has 800 MB.
    let persons = 0..count.persons();
    let mut list: Vec<Fen> = Vec::new();
    if basis == NetBasis::Out {
        let net = |p| count.person_own(p).map_or(0, |[paid_in, _, withdrawn]| withdrawn - paid_in);
        persons.clone().into_par_iter().map(net).collect_into_vec(&mut list);
        w.spread = Some(spread(&mut list));
    }
    persons.into_par_iter().map(|p| count.person_own(p).map_or(0, |own| own[1])).collect_into_vec(&mut list);
    // Zeros, mostly the larger part, stand before the others without being sorted; nothing is negative.
    list.retain(|&fen| fen != 0);
    list.par_sort_unstable();
    let zeros = count.persons() - list.len();
    w.bonus_gini_millionths = gini_millionths(zeros, &list);
    let top = count.persons().div_ceil(100).min(list.len());
    w.bonus_top_percent = Some(list[list.len() - top..].iter().map(|&fen| i128::from(fen)).sum());
}

/// Losses and deciles (nearest rank) of `net` over all persons, at least one; leaves them in another order.
fn spread(nets: &mut [Fen]) -> Spread {
    let lost = |fen: &&Fen| **fen < 0;
    let mut deciles = [0; 9];
    let ranks: [usize; 9] = std::array::from_fn(|i| (nets.len() * (i + 1)).div_ceil(10) - 1);
    select(nets, 0, &ranks, &mut deciles);
    Spread {
        persons_at_loss: nets.par_iter().filter(lost).count() as u64,
        sum_of_losses: nets.par_iter().filter(lost).map(|&fen| i128::from(fen)).sum(),
        sum: sum(nets),
        median: deciles[4],
        deciles,
    }
}

/// What would stand at the ranks if everything were sorted: the middle rank first, then either side by itself.
/// `before`: how many stand in front of `values`.
fn select(values: &mut [Fen], before: usize, ranks: &[usize], found: &mut [Fen]) {
    let middle = ranks.len() / 2;
    let Some(&rank) = ranks.get(middle) else { return };
    let (low, value, high) = values.select_nth_unstable(rank - before);
    let ((low_ranks, high_ranks), (low_found, high_found)) =
        (ranks.split_at(middle), found.split_at_mut(middle));
    high_found[0] = *value;
    // Few persons may have one rank for two deciles.
    let same = high_ranks.iter().take_while(|&&other| other == rank).count();
    high_found[..same].fill(*value);
    let below = low_ranks.iter().take_while(|&&other| other < rank).count();
    low_found[below..].fill(*value);
    rayon::join(
        || select(low, before, &low_ranks[..below], &mut low_found[..below]),
        || select(high, rank + 1, &high_ranks[same..], &mut high_found[same..]),
    );
}

/// Gini coefficient in millionths, rounded half up, from whole numbers: (2 Σ i·x − (n+1) Σ x) / (n Σ x) over
/// `zeros` zeros and the sorted values. `None` when all are zero.
fn gini_millionths(zeros: usize, sorted: &[Fen]) -> Option<i64> {
    let (n, total) = ((zeros + sorted.len()) as i128, sum(sorted));
    if total <= 0 {
        return None;
    }
    let weighted: i128 = sorted.iter().zip(zeros as i128 + 1..).map(|(&fen, i)| i * i128::from(fen)).sum();
    let (top, bottom) = (2 * weighted - (n + 1) * total, n * total);
    i64::try_from((top * 2_000_000 + bottom).div_euclid(2 * bottom)).ok()
}

/// System accounts, and the totals without them.
fn systems(count: &Count, w: &mut Whole) {
    let mut held: BTreeMap<u32, u32> = BTreeMap::new();
    for &account in &count.system {
        *held.entry(count.person[account as usize]).or_default() += 1;
    }
    let has_no_other = |&(&p, &system): &(&u32, &u32)| count.territory(p as usize).accounts == system;
    w.system_accounts = count.system.len() as u64;
    w.accounts_without_system = w.accounts - w.system_accounts;
    w.persons_without_system = w.persons - held.iter().filter(has_no_other).count() as u64;
    w.paid_in_without_system = count.money.as_ref().map(|money| {
        let system = count.system.iter().map(|&account| i128::from(money.paid_in[account as usize]));
        sum(&money.paid_in) - system.sum::<i128>()
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;

    #[test]
    fn selected_deciles_are_those_of_a_sorted_list() {
        let mut dice = Dice(0x0123_4567_89AB_CDEF);
        for n in (1..60).chain([1_000]) {
            let mut values: Vec<Fen> = (0..n).map(|_| dice.roll(40) as Fen - 20).collect();
            let mut sorted = values.clone();
            sorted.sort_unstable();
            let expected: [Fen; 9] = std::array::from_fn(|i| sorted[(n * (i + 1)).div_ceil(10) - 1]);
            assert_eq!(spread(&mut values).deciles, expected, "{n}");
        }
    }

    #[test]
    fn days_far_from_each_other_are_counted_as_days_near_each_other_are() {
        for days in [vec![5, 3, 5, 900], vec![5, -2_000_000_000, 5, 2_000_000_000]] {
            let mut by_day = ByDay::of(days.iter().min().copied().zip(days.iter().max().copied()));
            days.iter().for_each(|&day| *by_day.at(day) += 1);
            let expected = days.iter().fold(BTreeMap::new(), |mut map, &day| {
                *map.entry(day).or_insert(0) += 1;
                map
            });
            assert!(by_day.iter().eq(expected));
        }
    }
}
