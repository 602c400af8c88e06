//! The exact pass over the ledger: rows with a doubtful digest, compared as they stand.
//!
//! Duplicates are taken back, reversals meet their originals, conflicts are noted. Memory: these rows.

use super::{Adder, Fate, LedgerRow, Original, Taker, detail};
use crate::details::{Detail, code};
use crate::intern::NONE;
use crate::rows::Class;
use crate::sums::{FlowCache, Sums};
use std::collections::HashSet;

/// What is known of one serial number, while rows come in order.
#[derive(Default)]
pub(super) struct Serial {
    contents: Contents,
    /// The first row that is not a reversal.
    pub(super) first: Option<Option<Original>>,
    plain_contents: u32,
    /// Reversals met.
    pub(super) reversals: Vec<Detail>,
}

/// Different rows with one serial number: mostly one or two.
enum Contents {
    Few(Vec<Box<[u8]>>),
    Many(HashSet<Box<[u8]>>),
}

/// Rows that are compared one after the other.
const FEW: usize = 8;

impl Default for Contents {
    fn default() -> Contents {
        Contents::Few(Vec::new())
    }
}

impl Contents {
    /// Adds a row; `false` if it is there already.
    fn insert(&mut self, row: Box<[u8]>) -> bool {
        match self {
            Contents::Many(rows) => rows.insert(row),
            Contents::Few(rows) if rows.contains(&row) => false,
            Contents::Few(rows) if rows.len() < FEW => {
                rows.reserve_exact(1);
                rows.push(row);
                true
            }
            Contents::Few(rows) => {
                let mut many: HashSet<Box<[u8]>> = rows.drain(..).collect();
                many.insert(row);
                *self = Contents::Many(many);
                true
            }
        }
    }
}

impl Taker {
    /// Takes a chunk of the exact pass, in the order of the input.
    pub fn absorb_exact(&mut self, adder: &Adder<'_>, chunk: SuspectChunk) {
        for suspect in chunk.rows {
            let account = adder.roster.find(&suspect.account).unwrap_or(NONE);
            let row = LedgerRow { account: &suspect.account, serial: &suspect.serial, ..suspect.row };
            if row.serial.is_empty() {
                if !self.contents.insert(suspect.exact) {
                    let key = self.texts.key(row.account);
                    self.details.push(detail(&row, code::POSSIBLE_DUPLICATE_LEDGER_ROWS, key));
                }
                continue;
            }
            self.serial_row(adder, row, account, suspect.exact);
        }
    }

    fn serial_row(&mut self, adder: &Adder<'_>, row: LedgerRow<'_>, account: u32, exact: Box<[u8]>) {
        let key = self.texts.key(row.account);
        let mut serial = self.serials.remove(row.serial).unwrap_or_default();
        if !serial.contents.insert(exact) {
            self.details.push(detail(&row, code::DUPLICATE_LEDGER_ROWS, key));
            self.duplicates.insert((row.file, row.row));
            let (mut sums, mut flows) = (Sums::default(), FlowCache::default());
            adder.apply(&row, account, -1, &mut sums, &mut flows);
            flows.flush(&mut sums.days);
            self.sums.add(&sums, -1);
        } else if row.class == Class::Reversal {
            if adder.rules.fate(&row, account) == Fate::Reversal {
                serial.reversals.push(detail(&row, code::UNLINKED_REVERSALS, key));
            }
        } else {
            serial.plain_contents += 1;
            if serial.plain_contents == 2 {
                self.details.push(detail(&row, code::CONFLICTING_SERIALS, key));
            }
            if serial.first.is_none() {
                serial.first = Some(match adder.rules.fate(&row, account) {
                    Fate::Counted(flow) => Some(Original { account, flow, amount: row.amount }),
                    _ => None,
                });
            }
        }
        self.serials.insert(row.serial.into(), serial);
    }
}

/// Rows with a doubtful digest, whole.
#[derive(Default)]
pub struct SuspectChunk {
    rows: Vec<Suspect>,
}

impl SuspectChunk {
    /// Keeps rows.
    pub fn fill(&mut self, rows: &[LedgerRow<'_>]) {
        self.rows.extend(rows.iter().map(|row| Suspect {
            account: row.account.into(),
            serial: row.serial.into(),
            exact: row.exact.into(),
            row: LedgerRow { account: "", serial: "", exact: &[], ..*row },
        }));
    }
}

struct Suspect {
    account: Box<str>,
    serial: Box<str>,
    exact: Box<[u8]>,
    row: LedgerRow<'static>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_apart_however_many_there_are() {
        let mut contents = Contents::default();
        for round in 0..2 {
            for i in 0..40u8 {
                assert_eq!(contents.insert(Box::new([i])), round == 0, "{i}");
            }
        }
    }
}
