//! The ledger: which rows count, which are kept apart and why, and whose money they are.

use super::clean::Members;
use super::day_of;
use crate::figures::{Boundary, Finding, NetBasis, Refusal, Table, Terms};
use crate::rows::{Class, LedgerRow};
use std::collections::{HashMap, HashSet};

/// The greatest sum of absolute amounts, in fen: Decimal(18,2).
const SUM_FEN_MAX: i128 = 999_999_999_999_999_999;

/// A ledger after its tests.
pub(super) struct Ledger<'a> {
    /// Counted rows of accounts in the member table.
    pub counted: Vec<CountedRow<'a>>,
    /// The class that is money in.
    pub boundary: Class,
    /// By what `net` is measured.
    pub basis: NetBasis,
    /// Amounts of orphan rows, as given, fen.
    pub orphan_amount: i128,
    /// Findings.
    pub details: Vec<Finding>,
}

/// A row that counts.
pub(super) struct CountedRow<'a> {
    /// The row.
    pub row: LedgerRow<'a>,
    /// Its account, numbered as in [`Members`].
    pub account: usize,
    /// Does a counted reversal take it back?
    pub reversed: bool,
}

/// Tests each row: cut-off, duplicates, foreign, negative, orphan, class, in this order.
///
/// # Errors
/// [`Refusal::BoundaryNeeded`], [`Refusal::AmountsTooLarge`].
pub(super) fn read<'a>(
    rows: &[LedgerRow<'a>],
    members: &Members<'_>,
    terms: &Terms,
) -> Result<Ledger<'a>, Refusal> {
    let mut details = Vec::new();
    let rows_read = rows;
    let rows = without_duplicates(within_cutoff(rows, terms), &mut details);
    let original_of = originals(&rows, &mut details);
    let counted = counted_rows(&rows, &mut details);

    let boundary = boundary(&counted, terms.boundary)?;
    if rows_read.iter().map(|row| i128::from(row.amount).abs()).sum::<i128>() > SUM_FEN_MAX {
        return Err(Refusal::AmountsTooLarge);
    }
    let has_out = counted.iter().any(|(_, row)| row.class == Class::Out);
    let basis = if has_out { NetBasis::Out } else { NetBasis::Bonus };

    let mut orphan_amount = 0;
    let mut reversed = HashSet::new();
    let mut known = Vec::new();
    for (place, row) in counted {
        let Some(&account) = members.number.get(row.account) else {
            details.push(finding("orphan_ledger_rows", &row));
            orphan_amount += i128::from(row.amount);
            continue;
        };
        if row.class == Class::Reversal {
            details.push(finding("reversals", &row));
            match original_of.get(row.serial) {
                Some(&original) => _ = reversed.insert(original),
                None => details.push(finding("unlinked_reversals", &row)),
            }
        }
        known.push((place, account, row));
    }
    let counted = known
        .into_iter()
        .map(|(place, account, row)| CountedRow { row, account, reversed: reversed.contains(&place) })
        .collect();
    Ok(Ledger { counted, boundary, basis, orphan_amount, details })
}

fn finding(key: &'static str, row: &LedgerRow<'_>) -> Finding {
    Finding { key, table: Table::Ledger, file: row.file, row: row.row, account: row.account.to_owned() }
}

/// The rows up to the end of the cut-off day, and those of unknown time.
fn within_cutoff<'a>(rows: &[LedgerRow<'a>], terms: &Terms) -> Vec<LedgerRow<'a>> {
    let is_later = |row: &&LedgerRow<'_>| matches!((day_of(row.time), terms.cutoff), (Some(day), Some(last)) if day > last);
    rows.iter().filter(|row| !is_later(row)).copied().collect()
}

/// Leaves out rows that equal an earlier one of the same serial number; without a serial number both stay.
fn without_duplicates<'a>(rows: Vec<LedgerRow<'a>>, details: &mut Vec<Finding>) -> Vec<LedgerRow<'a>> {
    let mut seen = HashSet::new();
    let mut different = Vec::new();
    for row in rows {
        let is_new = seen.insert((row.serial, row.exact));
        if row.serial.is_empty() && !is_new {
            details.push(finding("possible_duplicate_ledger_rows", &row));
        }
        if row.serial.is_empty() || is_new {
            different.push(row);
        } else {
            details.push(finding("duplicate_ledger_rows", &row));
        }
    }
    different
}

/// The place of the first row of each serial number that is not a reversal; a second one with other content is a
/// conflict of that serial number, reported once.
fn originals<'a>(rows: &[LedgerRow<'a>], details: &mut Vec<Finding>) -> HashMap<&'a str, usize> {
    let mut first = HashMap::new();
    let mut conflicting = HashSet::new();
    for (place, row) in rows.iter().enumerate() {
        if row.serial.is_empty() || row.class == Class::Reversal {
            continue;
        }
        let &mut original = first.entry(row.serial).or_insert(place);
        if rows[original].exact != row.exact && conflicting.insert(row.serial) {
            details.push(finding("conflicting_serials", row));
        }
    }
    first
}

/// Rows in CNY that are not negative (a reversal may be), with their places; orphans are still among them.
fn counted_rows<'a>(rows: &[LedgerRow<'a>], details: &mut Vec<Finding>) -> Vec<(usize, LedgerRow<'a>)> {
    let mut counted = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        if row.foreign {
            details.push(finding("other_currency_rows", row));
        } else if row.amount < 0 && row.class != Class::Reversal {
            details.push(finding("negative_amounts", row));
        } else {
            counted.push((place, *row));
        }
    }
    counted
}

/// The class at which money in is measured.
fn boundary(counted: &[(usize, LedgerRow<'_>)], named: Option<Boundary>) -> Result<Class, Refusal> {
    let of_class = |class| counted.iter().map(|(_, row)| row).filter(move |row| row.class == class);
    let occurs = |class| of_class(class).next().is_some();
    let sum = |class| of_class(class).map(|row| i128::from(row.amount)).sum();
    match named {
        Some(Boundary::Cash) => Ok(Class::Topup),
        Some(Boundary::Order) => Ok(Class::Order),
        None if occurs(Class::Topup) && occurs(Class::Order) => {
            Err(Refusal::BoundaryNeeded { topup: sum(Class::Topup), order: sum(Class::Order) })
        }
        None if occurs(Class::Topup) => Ok(Class::Topup),
        None => Ok(Class::Order),
    }
}
