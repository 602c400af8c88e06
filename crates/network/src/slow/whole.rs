//! Whole-network figures.

use super::day_of;
use super::ledger::{CountedRow, Ledger};
use super::policy::Kept;
use crate::figures::{AccountFigures, DayFlow, NetBasis, PersonFigures, Spread, Thresholds, Whole};
use crate::rows::{Class, Day, Fen, Micros};
use std::collections::{BTreeMap, BTreeSet, HashMap};

const THIRTY_DAYS_MICROS: Micros = 30 * 24 * 60 * 60 * 1_000_000;

/// All whole-network figures.
pub(super) fn figures(
    kept: &Kept<'_>,
    ledger: Option<&Ledger<'_>>,
    accounts: &[AccountFigures],
    persons: &[PersonFigures],
    thresholds: &Thresholds,
) -> Whole {
    let mut whole = structure(kept, accounts, persons);
    dates(kept, persons, thresholds, &mut whole);
    whole.days = joins(kept);
    if let Some(ledger) = ledger {
        money(kept, ledger, &mut whole);
        results(ledger.basis, persons, &mut whole);
    }
    whole.days.retain(|_, flow| *flow != DayFlow::default());
    whole.persons_meeting_floor = count(persons, |person| person.floor_met);
    whole.persons_meeting_grave_persons = count(persons, |person| person.grave_persons);
    whole.accounts_meeting_floor = count(accounts, |account| {
        account.accounts >= thresholds.floor_persons && account.levels >= thresholds.floor_levels
    });
    whole.accounts_meeting_grave_persons =
        count(accounts, |account| account.accounts >= thresholds.grave_persons);
    whole
}

fn count<T>(of: &[T], test: impl Fn(&T) -> bool) -> u64 {
    of.iter().filter(|one| test(one)).count() as u64
}

/// How many of everything, and where.
fn structure(kept: &Kept<'_>, accounts: &[AccountFigures], persons: &[PersonFigures]) -> Whole {
    let levels = accounts.iter().map(|account| account.levels).max().unwrap_or(0);
    let mut accounts_per_depth = vec![0; levels as usize];
    let mut shallowest: HashMap<u32, u32> = HashMap::new();
    for account in accounts {
        accounts_per_depth[account.depth as usize - 1] += 1;
        let depth = shallowest.entry(account.person).or_insert(account.depth);
        *depth = account.depth.min(*depth);
    }
    let mut persons_per_depth = vec![0; levels as usize];
    shallowest.values().for_each(|&depth| persons_per_depth[depth as usize - 1] += 1);
    let not_system = || kept.accounts.iter().filter(|account| !account.system);
    Whole {
        persons: persons.len() as u64,
        accounts: accounts.len() as u64,
        roots: kept.parents.iter().filter(|parent| parent.is_none()).count() as u64,
        levels,
        person_levels: accounts.iter().map(|account| account.person_levels).max().unwrap_or(0),
        accounts_per_depth,
        persons_per_depth,
        dropped_accounts: kept.dropped,
        accounts_after_cutoff: kept.after_cutoff,
        system_accounts: (kept.accounts.len() - not_system().count()) as u64,
        persons_without_system: not_system().map(|account| account.person).collect::<BTreeSet<_>>().len()
            as u64,
        accounts_without_system: not_system().count() as u64,
        ..Whole::default()
    }
}

/// When the thresholds were reached: by a person, and by the whole, where a person counts from the first known
/// join day of his accounts.
fn dates(kept: &Kept<'_>, persons: &[PersonFigures], thresholds: &Thresholds, whole: &mut Whole) {
    whole.first_floor_met_on = persons.iter().filter_map(|person| person.floor_met_on).min();
    let mut first_day: HashMap<usize, Day> = HashMap::new();
    for account in &kept.accounts {
        if let Some(day) = account.joined_on {
            let first = first_day.entry(account.person).or_insert(day);
            *first = day.min(*first);
        }
    }
    let mut days: Vec<Day> = first_day.into_values().collect();
    days.sort_unstable();
    let reached = |persons: u32| days.get((persons as usize).saturating_sub(1)).copied();
    whole.floor_persons_reached_on = reached(thresholds.floor_persons);
    whole.grave_persons_reached_on = reached(thresholds.grave_persons);
}

fn joins(kept: &Kept<'_>) -> BTreeMap<Option<Day>, DayFlow> {
    let mut days: BTreeMap<Option<Day>, DayFlow> = BTreeMap::new();
    for account in &kept.accounts {
        days.entry(account.joined_on).or_default().joins += 1;
    }
    days
}

/// Money of kept accounts, and of those that are not kept.
fn money(kept: &Kept<'_>, ledger: &Ledger<'_>, whole: &mut Whole) {
    let rows: Vec<(&CountedRow<'_>, usize)> = ledger
        .counted
        .iter()
        .filter_map(|counted| kept.place[counted.account].map(|place| (counted, place)))
        .collect();
    let sum = |class: Class, test: &dyn Fn(&CountedRow<'_>, usize) -> bool| -> Option<i128> {
        let of_class = rows.iter().filter(|(counted, _)| counted.row.class == class);
        let tested = of_class.filter(|&&(counted, place)| test(counted, place));
        Some(tested.map(|(counted, _)| i128::from(counted.row.amount)).sum())
    };
    let any = |_: &CountedRow<'_>, _: usize| true;
    let not_reversed = |counted: &CountedRow<'_>, _: usize| !counted.reversed;
    whole.paid_in = sum(ledger.boundary, &any);
    whole.bonus = sum(Class::Bonus, &any);
    whole.withdrawn = sum(Class::Out, &any);
    whole.paid_in_net = sum(ledger.boundary, &not_reversed);
    whole.bonus_net = sum(Class::Bonus, &not_reversed);
    whole.withdrawn_net = sum(Class::Out, &not_reversed);
    whole.paid_in_within_30_days =
        sum(ledger.boundary, &|counted, place| match (counted.row.time, kept.accounts[place].joined) {
            (Some(paid), Some(joined)) => paid - joined <= THIRTY_DAYS_MICROS,
            _ => false,
        });
    whole.paid_in_without_system = sum(ledger.boundary, &|_, place| !kept.accounts[place].system);
    whole.dropped_paid_in = Some(kept.dropped_paid_in);
    for (counted, _) in &rows {
        let flow = whole.days.entry(day_of(counted.row.time)).or_default();
        match counted.row.class {
            class if class == ledger.boundary => flow.money_in += counted.row.amount,
            Class::Bonus => flow.bonus += counted.row.amount,
            Class::Out => flow.out += counted.row.amount,
            _ => {}
        }
    }
}

/// Who gained and who lost, and how the bonus is spread.
fn results(basis: NetBasis, persons: &[PersonFigures], whole: &mut Whole) {
    whole.net_basis = Some(basis);
    let gone = match basis {
        NetBasis::Out => whole.withdrawn,
        NetBasis::Bonus => whole.bonus,
    };
    whole.retained = whole.paid_in.zip(gone).map(|(paid_in, gone)| paid_in - gone);
    let mut nets: Vec<Fen> = persons.iter().filter_map(|person| person.net).collect();
    nets.sort_unstable();
    if basis == NetBasis::Out {
        whole.spread = Some(spread(&nets));
    }
    let mut bonuses: Vec<Fen> = persons.iter().filter_map(|person| person.bonus).collect();
    bonuses.sort_unstable();
    whole.bonus_gini_millionths = gini_millionths(&bonuses);
    let top = bonuses.len().div_ceil(100);
    whole.bonus_top_percent = Some(bonuses.iter().rev().take(top).map(|&fen| i128::from(fen)).sum());
    let grave =
        |test: fn(&PersonFigures) -> Option<bool>| Some(count(persons, |one| test(one) == Some(true)));
    whole.persons_meeting_grave_amount = grave(|person| person.grave_amount);
    whole.persons_meeting_grave_amount_others = grave(|person| person.grave_amount_others);
}

/// Losses, median and deciles of nets in rising order; there is at least one.
pub(super) fn spread(nets: &[Fen]) -> Spread {
    let losses = || nets.iter().filter(|&&net| net < 0);
    // Nearest rank: the ceil(n × tenths / 10)th of n.
    let rank = |tenths: usize| nets[(nets.len() * tenths).div_ceil(10) - 1];
    Spread {
        persons_at_loss: losses().count() as u64,
        sum_of_losses: losses().map(|&net| i128::from(net)).sum(),
        sum: nets.iter().map(|&net| i128::from(net)).sum(),
        median: rank(5),
        deciles: [1, 2, 3, 4, 5, 6, 7, 8, 9].map(rank),
    }
}

/// Gini of amounts in rising order, in millionths, rounded half up: (2·Σ i·x_i − (n+1)·Σ x) / (n·Σ x).
pub(super) fn gini_millionths(rising: &[Fen]) -> Option<i64> {
    let n = rising.len() as i128;
    let sum: i128 = rising.iter().map(|&x| i128::from(x)).sum();
    if sum == 0 {
        return None;
    }
    let weighted: i128 = (1..).zip(rising).map(|(i, &x)| i * i128::from(x)).sum();
    let above = 2 * weighted - (n + 1) * sum;
    let below = n * sum;
    // a / b rounded half up is (2a + b) / 2b rounded down; nothing here is negative.
    let millionths = (2 * above * 1_000_000 + below) / (2 * below);
    Some(i64::try_from(millionths).expect("a Gini coefficient is below 1"))
}
