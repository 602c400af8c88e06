//! Hand-made tests of what golden cases cannot reach: the order of refusals, the arithmetic of the whole. Every row
//! of the cleaning table and every figure has its golden case in `golden/network`.

use super::count;
use super::whole::{gini_millionths, spread};
use crate::figures::{Policy, Refusal, Terms, Thresholds, Tree};
use crate::rows::{Class, LedgerRow, MemberRow};

const MEMBER: MemberRow<'static> = MemberRow {
    account: "A",
    referrer: "",
    placement: "",
    identity: None,
    joined: Some(0),
    mobile: "",
    bank_card: "",
    paid: None,
    exact: b"A",
    file: 0,
    row: 2,
};

fn order(amount: i64, exact: &'static [u8]) -> LedgerRow<'static> {
    let class = Class::Order;
    let (time, serial) = (None, "");
    LedgerRow {
        account: "A",
        class,
        amount,
        time,
        serial,
        foreign: false,
        content: 0,
        exact,
        file: 0,
        row: 2,
    }
}

fn topup() -> LedgerRow<'static> {
    LedgerRow { class: Class::Topup, ..order(1, b"topup") }
}

/// Terms that are refused for every reason that needs no rows.
fn impossible() -> Terms {
    Terms {
        policy: Policy {
            id: "all".to_owned(),
            tree: Tree::Placement,
            paid_only: true,
            with_system: true,
            with_consumers: false,
        },
        thresholds: Thresholds {
            floor_persons: 30,
            floor_levels: 3,
            grave_persons: 120,
            grave_amount: 250_000_000,
        },
        cutoff: Some(-1),
        boundary: None,
        system_accounts: vec![],
        confirmed: vec![],
    }
}

#[test]
fn refusals_come_in_their_order() {
    let mut terms = impossible();
    let refusal =
        |terms: &Terms, ledger: Option<&[LedgerRow<'_>]>| count(&[MEMBER], ledger, terms).unwrap_err();
    assert_eq!(refusal(&terms, None), Refusal::PlacementMissing);
    terms.policy.tree = Tree::Referral;
    assert_eq!(refusal(&terms, None), Refusal::PaidUnknown);
    terms.policy.paid_only = false;
    assert_eq!(refusal(&terms, None), Refusal::BonusUnknown);
    let huge = i64::MAX;
    let ledger = [topup(), order(huge, b"order")];
    let needed = Refusal::BoundaryNeeded { topup: 1, order: huge.into() };
    assert_eq!(refusal(&terms, Some(&ledger)), needed);
    assert_eq!(refusal(&terms, Some(&ledger[1..])), Refusal::AmountsTooLarge);
    assert_eq!(refusal(&terms, Some(&[])), Refusal::NothingLeft);
    assert_eq!(count(&[], Some(&[]), &terms), Err(Refusal::NothingLeft));
}

#[test]
fn amounts_are_too_large_even_on_rows_that_do_not_count() {
    let mut terms = impossible();
    terms.policy.tree = Tree::Referral;
    terms.cutoff = None;
    let limit = 999_999_999_999_999_999;
    let foreign = |amount| LedgerRow { foreign: true, ..order(amount, b"foreign") };
    assert_eq!(count(&[MEMBER], Some(&[foreign(-limit - 1)]), &terms), Err(Refusal::AmountsTooLarge));
    assert_eq!(
        count(&[MEMBER], Some(&[foreign(-limit)]), &terms),
        Err(Refusal::NothingLeft),
        "A has not paid"
    );
}

#[test]
fn days_on_which_nothing_moved_have_no_entry() {
    let mut terms = impossible();
    terms.policy = Policy { tree: Tree::Referral, paid_only: false, with_consumers: true, ..terms.policy };
    terms.cutoff = None;
    let at = |day: i64, row: LedgerRow<'static>| LedgerRow { time: Some(day * 86_400_000_000), ..row };
    let transfer = LedgerRow { class: Class::Transfer, ..order(5, b"transfer") };
    let ledger = [at(1, order(0, b"nothing")), at(2, transfer), at(3, order(5, b"five"))];
    let whole = count(&[MEMBER], Some(&ledger), &terms).unwrap().whole;
    let days: Vec<_> = whole.days.iter().map(|(day, flow)| (*day, flow.joins, flow.money_in)).collect();
    assert_eq!(days, [(Some(0), 1, 0), (Some(3), 0, 5)]);
}

#[test]
fn gini_is_rounded_half_up() {
    assert_eq!(gini_millionths(&[]), None);
    assert_eq!(gini_millionths(&[0, 0]), None);
    assert_eq!(gini_millionths(&[5]), Some(0));
    assert_eq!(gini_millionths(&[7, 7, 7]), Some(0));
    assert_eq!(gini_millionths(&[0, 0, 1]), Some(666_667));
    assert_eq!(gini_millionths(&[0, 1, 1]), Some(333_333));
    // Half a millionth: (x2 - x1) / 2(x1 + x2) = 2 / 4,000,000.
    assert_eq!(gini_millionths(&[999_999, 1_000_001]), Some(1));
    assert_eq!(gini_millionths(&[i64::MAX / 2, i64::MAX / 2]), Some(0));
}

#[test]
fn deciles_are_nearest_ranks() {
    let one = spread(&[-3]);
    assert_eq!((one.median, one.deciles, one.sum_of_losses), (-3, [-3; 9], -3));
    let rising: Vec<i64> = (1..=15).collect();
    // Ranks 1.5, 3, 4.5, 6, 7.5, 9, 10.5, 12, 13.5, each rounded up.
    let of_fifteen = spread(&rising);
    assert_eq!(of_fifteen.deciles, [2, 3, 5, 6, 8, 9, 11, 12, 14]);
    assert_eq!((of_fifteen.median, of_fifteen.persons_at_loss, of_fifteen.sum), (8, 0, 120));
}
