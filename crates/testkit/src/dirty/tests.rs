//! What the strategy promises: it is as dirty as it says, and what it prints can be read again.

use super::*;
use mingjing_network::figures::FINDING_KEYS;
use mingjing_network::slow;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;

#[test]
fn every_finding_and_every_kind_of_outcome_occurs() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let networks = 400;
    for _ in 0..networks {
        let scenario = dirty_network().new_tree(&mut runner).unwrap().current();
        match scenario.rows.lend(|members, ledger| slow::count(members, ledger, &scenario.terms)) {
            Err(refusal) => {
                let text = format!("{refusal:?}");
                let kinds =
                    ["BoundaryNeeded", "PaidUnknown", "BonusUnknown", "PlacementMissing", "NothingLeft"];
                let kind =
                    kinds.into_iter().find(|kind| text.starts_with(kind)).expect("a refusal of these kinds");
                *seen.entry(kind).or_default() += 1;
            }
            Ok(counted) => {
                for (key, _) in counted.findings.iter().filter(|(_, count)| **count != 0) {
                    *seen.entry(key).or_default() += 1;
                }
                let mut saw = |what, does| *seen.entry(what).or_default() += u32::from(does);
                saw("counted", true);
                saw("floor met", counted.whole.persons_meeting_floor > 0);
                saw("floor dated", counted.whole.first_floor_met_on.is_some());
                saw("several accounts", counted.persons.iter().any(|person| person.accounts > 2));
                saw("spread", counted.whole.spread.is_some());
                saw("dropped", counted.whole.dropped_accounts > 0);
                saw("cut off", counted.whole.accounts_after_cutoff > 0);
            }
        }
    }
    for key in FINDING_KEYS {
        assert!(seen.get(key).is_some_and(|&count| count >= 4), "{key} is rare: {seen:?}");
    }
    for kind in ["BoundaryNeeded", "PaidUnknown", "BonusUnknown", "PlacementMissing", "NothingLeft"] {
        assert!(seen.contains_key(kind), "{kind} never occurs: {seen:?}");
    }
    assert!(seen["counted"] * 10 > networks * 6, "{seen:?}");
    for often in ["floor met", "floor dated", "several accounts"] {
        assert!(seen[often] * 4 > seen["counted"], "{often} is rare: {seen:?}");
    }
    for some in ["spread", "dropped", "cut off"] {
        assert!(seen[some] * 20 > seen["counted"], "{some} is rare: {seen:?}");
    }
}

proptest! {
    #[test]
    fn what_is_printed_can_be_read_again(scenario in dirty_network()) {
        let read = Scenario::from_text(&format!("{scenario:?}"));
        prop_assert_eq!(&read.rows, &scenario.rows);
        prop_assert_eq!(format!("{:?}", read.terms), format!("{:?}", scenario.terms));
    }
}
