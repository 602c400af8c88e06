//! The golden cases of `golden/network`.

use mingjing_network::slow;
use mingjing_testkit::{check, check_refusal, golden_cases};

#[test]
fn the_slow_way_gives_the_golden_figures() {
    let cases = golden_cases();
    assert!(cases.len() >= 18, "only {} golden cases found", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let terms = &case.scenario.terms;
        let outcome = case.scenario.rows.lend(|members, ledger| slow::count(members, ledger, terms));
        let checked = match &outcome {
            Ok(counted) => check(case, counted),
            Err(refusal) => check_refusal(case, refusal),
        };
        wrong.extend(checked.err());
    }
    assert!(wrong.is_empty(), "{} of {} cases are wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
