//! Holds two counts of one network against each other.

use mingjing_network::figures::{Counted, Refusal};
use mingjing_testkit::first_difference;

/// Both counts must agree in every figure.
///
/// # Panics
/// With the name of the first figure that differs.
pub fn assert_same(fast: &Counted, slow: &Counted) {
    if let Some((name, fast, slow)) = first_difference(fast, slow) {
        panic!("{name}: fast {fast}, slow {slow}");
    }
    // The list of named figures must not have forgotten one.
    assert_eq!(fast, slow, "a figure without a name differs");
}

/// The same for outcomes: both refuse for one reason, or both count the same.
pub fn assert_same_outcome(fast: &Result<Counted, Refusal>, slow: &Result<Counted, Refusal>) {
    match (fast, slow) {
        (Ok(fast), Ok(slow)) => assert_same(fast, slow),
        (Err(fast), Err(slow)) => assert_eq!(fast, slow, "refused for different reasons"),
        (Ok(_), Err(slow)) => panic!("fast counts, slow refuses: {slow:?}"),
        (Err(fast), Ok(_)) => panic!("fast refuses, slow counts: {fast:?}"),
    }
}
