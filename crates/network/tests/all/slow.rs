//! The slow way held against what must hold of every count, and against itself with a cut-off.

use crate::twin::assert_same;
use mingjing_network::figures::{Counted, Policy, Refusal, Terms, Thresholds, Tree};
use mingjing_network::slow;
use mingjing_testkit::{Fingerprint, Rows, Scenario, dirty_network, random_forest};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

fn count(rows: &Rows, terms: &Terms) -> Result<Counted, Refusal> {
    rows.lend(|members, ledger| slow::count(members, ledger, terms))
}

fn main_terms(floor_persons: u32, floor_levels: u32) -> Terms {
    let policy = Policy {
        id: "main".to_owned(),
        tree: Tree::Referral,
        paid_only: false,
        with_system: true,
        with_consumers: true,
    };
    let thresholds =
        Thresholds { floor_persons, floor_levels, grave_persons: 120, grave_amount: 250_000_000 };
    Terms { policy, thresholds, cutoff: None, boundary: None, system_accounts: vec![], confirmed: vec![] }
}

/// Everything read is somewhere, and the figures fit each other.
fn check_sums(scenario: &Scenario, counted: &Counted) {
    let Counted { accounts, persons, whole, findings, details } = counted;
    let rows = &scenario.rows.members;
    let distinct: HashSet<&str> = rows.iter().map(|row| row.account.as_str()).collect();
    let lost = findings["duplicate_rows"] + findings["superseded_rows"];
    assert_eq!(distinct.len() as i128 + lost, rows.len() as i128, "rows");
    let left_out = whole.dropped_accounts + whole.accounts_after_cutoff;
    assert_eq!(whole.accounts + left_out, distinct.len() as u64, "accounts");
    assert_eq!(whole.accounts_per_depth.iter().sum::<u64>(), whole.accounts);
    assert_eq!(whole.persons_per_depth.iter().sum::<u64>(), whole.persons);
    assert_eq!(whole.days.values().map(|day| day.joins).sum::<u64>(), whole.accounts);
    assert!(accounts.is_sorted_by(|a, b| a.account < b.account), "accounts are sorted");
    assert!(persons.iter().zip(1..).all(|(person, number)| person.person == number), "persons are numbered");
    assert!(details.is_sorted(), "details are sorted");
    let roots = accounts.iter().filter(|account| account.depth == 1);
    assert_eq!(roots.clone().map(|root| u64::from(root.accounts)).sum::<u64>(), whole.accounts, "trees");
    if whole.paid_in.is_some() {
        let teams: i128 = roots.filter_map(|root| root.team_paid_in).map(i128::from).sum();
        assert_eq!(Some(teams), whole.paid_in, "team money of the roots");
        let days: i128 = whole.days.values().map(|day| i128::from(day.money_in)).sum();
        assert_eq!(Some(days), whole.paid_in, "money by day");
    }
    for person in persons {
        assert!(person.floor_met || person.floor_met_on.is_none(), "dated only if met");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_figures_of_a_dirty_network_fit_each_other(scenario in dirty_network()) {
        if let Ok(counted) = count(&scenario.rows, &scenario.terms) {
            check_sums(&scenario, &counted);
        }
    }

    #[test]
    fn fingerprints_do_not_matter_when_rows_are_at_hand(scenario in dirty_network()) {
        let wide = Rows { fingerprint: Fingerprint::Wide, ..scenario.rows.clone() };
        let none = Rows { fingerprint: Fingerprint::Bits(0), ..scenario.rows.clone() };
        match (count(&wide, &scenario.terms), count(&none, &scenario.terms)) {
            (Ok(wide), Ok(none)) => assert_same(&wide, &none),
            (wide, none) => prop_assert_eq!(wide, none),
        }
    }
}

#[test]
fn the_first_day_of_the_floor_is_the_first_cut_off_that_meets_it() {
    // Where every time is known and nobody joined before his referrer, the network of a day is that of the cut-off.
    let (floor_persons, floor_levels) = (12, 4);
    let mut dated = 0;
    for seed in 1..=3 {
        let mut rows = Rows { ledger: None, ..random_forest(400, seed) };
        let mut days: Vec<i32> = Vec::new();
        for member in &mut rows.members {
            let number: i64 = member.account[1..].parse().unwrap();
            let joined = 1_577_808_000_000_000 + number * 5 * 3_600_000_000;
            member.joined = Some(joined);
            days.extend(mingjing_model::time::day_in_shanghai(joined));
        }
        days.sort_unstable();
        days.dedup();
        let mut terms = main_terms(floor_persons, floor_levels);
        let whole = count(&rows, &terms).unwrap();
        let mut first: HashMap<String, i32> = HashMap::new();
        for &day in &days {
            terms.cutoff = Some(day);
            let cut = count(&rows, &terms).unwrap();
            for account in cut.accounts {
                if cut.persons[account.person as usize - 1].floor_met {
                    first.entry(account.account).or_insert(day);
                }
            }
        }
        for account in &whole.accounts {
            let person = &whole.persons[account.person as usize - 1];
            let held = whole.accounts.iter().filter(|other| other.person == account.person);
            let expected = held.filter_map(|own| first.get(&own.account)).min().copied();
            assert_eq!(person.floor_met_on, expected, "seed {seed}, account {}", account.account);
            dated += usize::from(expected.is_some());
        }
    }
    assert!(dated > 100, "only {dated} accounts have a day");
}
