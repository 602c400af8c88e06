//! Findings, kept small: 16 bytes each, so that a table in which every identity number is blank can be listed.

use crate::count::Origin;
use crate::figures::{FINDING_KEYS, Finding, Table};
use crate::keys::{Key, Texts};
use std::collections::BTreeMap;

/// Places of the keys in [`FINDING_KEYS`].
#[allow(missing_docs)]
pub(crate) mod code {
    pub const DUPLICATE_ROWS: u8 = 0;
    pub const CONFLICTING_ACCOUNTS: u8 = 1;
    pub const SUPERSEDED_ROWS: u8 = 2;
    pub const UNKNOWN_REFERRERS: u8 = 3;
    pub const SELF_REFERRALS: u8 = 4;
    pub const CYCLES: u8 = 5;
    pub const ACCOUNTS_IN_CYCLES: u8 = 6;
    pub const JOINED_BEFORE_REFERRER: u8 = 7;
    pub const UNKNOWN_PLACEMENTS: u8 = 8;
    pub const SELF_PLACEMENTS: u8 = 9;
    pub const PLACEMENT_CYCLES: u8 = 10;
    pub const ACCOUNTS_IN_PLACEMENT_CYCLES: u8 = 11;
    pub const UNUSABLE_IDENTITIES: u8 = 12;
    pub const IDENTITIES_WITH_BAD_CHECK: u8 = 13;
    pub const ORPHAN_LEDGER_ROWS: u8 = 14;
    pub const ORPHAN_AMOUNT: u8 = 15;
    pub const DUPLICATE_LEDGER_ROWS: u8 = 16;
    pub const CONFLICTING_SERIALS: u8 = 17;
    pub const POSSIBLE_DUPLICATE_LEDGER_ROWS: u8 = 18;
    pub const NEGATIVE_AMOUNTS: u8 = 19;
    pub const REVERSALS: u8 = 20;
    pub const UNLINKED_REVERSALS: u8 = 21;
    pub const OTHER_CURRENCY_ROWS: u8 = 22;
    pub const SYSTEM_ACCOUNTS: u8 = 23;
    pub const REFERRER_AFTER_CUTOFF: u8 = 24;
}

/// In place of a file: the row is a running number over all files of the member table.
pub(crate) const RUNNING: u16 = u16::MAX;

/// One finding, packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Detail {
    pub account: Key,
    /// Row number in the file; with [`RUNNING`] as the file, the running number over all files.
    pub row: u32,
    pub file: u16,
    pub code: u8,
    pub is_ledger: bool,
}

/// All findings of a count, with the texts of their accounts.
#[derive(Clone, Debug, Default)]
pub struct Details {
    pub(crate) list: Vec<Detail>,
    pub(crate) texts: Texts,
    pub(crate) origin: Origin,
    pub(crate) orphan_amount: i128,
}

impl Details {
    /// From findings made elsewhere, sorted. Keys that are not in [`FINDING_KEYS`] are passed over.
    pub fn from_findings(findings: &[Finding]) -> Details {
        let mut details = Details::default();
        for finding in findings {
            let Some(code) = FINDING_KEYS.iter().position(|key| *key == finding.key) else { continue };
            let account = details.texts.key(&finding.account);
            details.list.push(Detail {
                account,
                row: finding.row as u32,
                file: finding.file as u16,
                code: code as u8,
                is_ledger: finding.table == Table::Ledger,
            });
        }
        details.sort();
        details
    }

    pub(crate) fn push_at(&mut self, code: u8, ordinal: u32, account: Key) {
        self.list.push(Detail { account, row: ordinal, file: RUNNING, code, is_ledger: false });
    }

    /// How many of each key; `orphan_amount` in fen.
    pub fn counts(&self) -> BTreeMap<&'static str, i128> {
        let mut counts = [0i128; FINDING_KEYS.len()];
        self.list.iter().for_each(|detail| counts[detail.code as usize] += 1);
        counts[code::ORPHAN_AMOUNT as usize] = self.orphan_amount;
        FINDING_KEYS.into_iter().zip(counts).collect()
    }

    /// How many in all.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Sorts as [`Finding`] is sorted: by key, table, file, row, account.
    pub(crate) fn sort(&mut self) {
        let Details { list, texts, .. } = self;
        list.sort_unstable_by(|a, b| {
            let place = |d: &Detail| (FINDING_KEYS[d.code as usize], d.is_ledger, d.file, d.row);
            place(a).cmp(&place(b)).then_with(|| texts.compare(a.account, b.account))
        });
    }

    /// Each finding with its row, in the order of [`Finding`].
    pub fn iter(&self) -> impl Iterator<Item = Finding> + '_ {
        self.list.iter().map(|detail| {
            let (file, row) = match detail.file {
                RUNNING => self.origin.place(detail.row),
                file => (u32::from(file), u64::from(detail.row)),
            };
            Finding {
                key: FINDING_KEYS[detail.code as usize],
                table: if detail.is_ledger { Table::Ledger } else { Table::Members },
                file,
                row,
                account: (*self.texts.text(detail.account)).to_owned(),
            }
        })
    }
}
