//! The fast engine against the slow, obvious way: golden cases, random dirty networks, any number of threads.

use crate::twin::assert_same_outcome;
use mingjing_network::figures::{Counted, Refusal, Terms};
use mingjing_network::rows::{LedgerRow, MemberRow};
use mingjing_network::run::{self, Source, Stop, WantsEntry, WantsMember};
use mingjing_network::slow;
use mingjing_testkit::{Rows, Scenario, check, check_refusal, dirty_network, golden_cases, random_forest};
use proptest::prelude::*;
use std::convert::Infallible;

/// Rows in memory, handed out in batches of few rows and slices of fewer.
struct Lent<'a> {
    members: &'a [MemberRow<'a>],
    ledger: Option<&'a [LedgerRow<'a>]>,
    batch: usize,
}

impl Lent<'_> {
    fn give<R, T: Default>(
        &self,
        rows: &[R],
        same_file: impl Fn(&R, &R) -> bool,
        mut each: impl FnMut(&mut T, &[R]),
        mut absorb: impl FnMut(T),
    ) {
        for of_file in rows.chunk_by(same_file) {
            for batch in of_file.chunks(self.batch) {
                let mut chunk = T::default();
                batch.chunks(self.batch.div_ceil(2)).for_each(|slice| each(&mut chunk, slice));
                absorb(chunk);
            }
        }
    }
}

impl Source for Lent<'_> {
    type Error = Infallible;

    fn members<T: Default + Send>(
        &self,
        wants: Option<&WantsMember<'_>>,
        fill: impl Fn(&mut T, &[MemberRow<'_>]) + Sync,
        absorb: impl FnMut(T),
    ) -> Result<(), Infallible> {
        // In a quick pass there is nothing to lean on but the fingerprint.
        let given: Vec<MemberRow<'_>> = match wants {
            None => self.members.iter().map(|row| MemberRow { exact: &[], ..*row }).collect(),
            Some(wants) => self.members.iter().filter(|row| wants(row)).copied().collect(),
        };
        self.give(&given, |a, b| a.file == b.file, |chunk, rows| fill(chunk, rows), absorb);
        Ok(())
    }

    fn has_ledger(&self) -> bool {
        self.ledger.is_some()
    }

    fn ledger<T: Default + Send>(
        &self,
        wants: Option<&WantsEntry<'_>>,
        fill: impl Fn(&mut T, &[LedgerRow<'_>]) + Sync,
        absorb: impl FnMut(T),
    ) -> Result<(), Infallible> {
        let rows = self.ledger.unwrap_or_default();
        let given: Vec<LedgerRow<'_>> = match wants {
            None => rows.iter().map(|row| LedgerRow { exact: &[], ..*row }).collect(),
            Some(wants) => {
                // What the serial number alone rules out is never wanted.
                let ruled_out = |row: &&LedgerRow<'_>| !row.serial.is_empty() && !(wants.serial)(row.serial);
                assert!(!rows.iter().filter(ruled_out).any(|row| (wants.row)(row)));
                rows.iter().filter(|row| (wants.row)(row)).copied().collect()
            }
        };
        self.give(&given, |a, b| a.file == b.file, |chunk, rows| fill(chunk, rows), absorb);
        Ok(())
    }
}

/// Counts the fast way.
pub fn fast(rows: &Rows, terms: &Terms, batch: usize) -> Result<Counted, Refusal> {
    rows.lend(|members, ledger| {
        let source = Lent { members, ledger, batch };
        match run::count(&source, terms, &mut |_| ()) {
            Ok(count) => Ok(count.to_counted(&terms.thresholds)),
            Err(Stop::Refused(refusal)) => Err(refusal),
            Err(Stop::Source(never)) => match never {},
        }
    })
}

fn assert_twins_agree(scenario: &Scenario, batch: usize) {
    let Scenario { rows, terms } = scenario;
    let slow = rows.lend(|members, ledger| slow::count(members, ledger, terms));
    assert_same_outcome(&fast(rows, terms, batch), &slow);
}

#[test]
fn the_golden_cases_hold_on_the_fast_way() {
    for case in golden_cases() {
        let outcome = match fast(&case.scenario.rows, &case.scenario.terms, 7) {
            Ok(counted) => check(&case, &counted),
            Err(refusal) => check_refusal(&case, &refusal),
        };
        outcome.unwrap_or_else(|fault| panic!("{}: {fault}", case.name));
    }
}

/// 2,000 cases, or as many as PROPTEST_CASES says.
fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => config,
        None => ProptestConfig { cases: 2_000, ..config },
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_fast_way_agrees_with_the_slow_way_on_dirty_networks(scenario in dirty_network(), batch in 1usize..40) {
        assert_twins_agree(&scenario, batch);
    }
}

#[test]
fn the_fast_way_agrees_with_the_slow_way_on_larger_forests() {
    for seed in 0..4 {
        let rows = random_forest(3_000, seed);
        let terms = golden_cases().swap_remove(0).scenario.terms;
        assert_twins_agree(&Scenario { rows, terms }, 256);
    }
}
