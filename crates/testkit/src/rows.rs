//! Owned rows that lend themselves as the rows a count takes, with `exact`, `content` and row numbers filled in.

use mingjing_model::money::Fen;
use mingjing_model::time::Micros;
use mingjing_network::rows::{Class, LedgerRow, MemberRow};

/// One owned member row; fields as in [`MemberRow`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Member {
    pub account: String,
    pub referrer: String,
    pub placement: String,
    pub identity: Option<String>,
    pub joined: Option<Micros>,
    pub mobile: String,
    pub bank_card: String,
    pub paid: Option<bool>,
    /// All other columns: a grade, a name. It never changes a figure, but rows that differ in it are different.
    pub note: String,
    pub file: u32,
}

/// One owned ledger row; fields as in [`LedgerRow`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Entry {
    pub account: String,
    pub class: Class,
    pub amount: Fen,
    pub time: Option<Micros>,
    pub serial: String,
    pub foreign: bool,
    /// All other columns.
    pub note: String,
    pub file: u32,
}

/// How the fingerprint of a row's content is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fingerprint {
    /// 64 bits: different rows do not collide in practice.
    #[default]
    Wide,
    /// The lowest bits of it, so that different rows collide often.
    Bits(u32),
}

/// A member table and perhaps a ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Member rows in reading order: rising by file.
    pub members: Vec<Member>,
    /// Ledger rows, the same.
    pub ledger: Option<Vec<Entry>>,
    /// How `content` is made.
    pub fingerprint: Fingerprint,
}

impl Rows {
    /// Lends the rows to `use_rows`. Row numbers start at 2 in each file, as below a heading.
    pub fn lend<R>(&self, use_rows: impl FnOnce(&[MemberRow<'_>], Option<&[LedgerRow<'_>]>) -> R) -> R {
        let member_texts: Vec<Vec<u8>> = self.members.iter().map(Member::exact).collect();
        let mut next = Numbering::default();
        let members: Vec<MemberRow<'_>> = self
            .members
            .iter()
            .zip(&member_texts)
            .map(|(member, exact)| member.row(exact, next.row_in(member.file)))
            .collect();
        let entries = self.ledger.as_deref().unwrap_or_default();
        let entry_texts: Vec<Vec<u8>> = entries.iter().map(Entry::exact).collect();
        let mut next = Numbering::default();
        let ledger: Vec<LedgerRow<'_>> = entries
            .iter()
            .zip(&entry_texts)
            .map(|(entry, exact)| entry.row(exact, self.content(exact), next.row_in(entry.file)))
            .collect();
        use_rows(&members, self.ledger.as_ref().map(|_| ledger.as_slice()))
    }

    fn content(&self, exact: &[u8]) -> u64 {
        let wide = fingerprint(exact);
        match self.fingerprint {
            Fingerprint::Wide => wide,
            Fingerprint::Bits(bits) => wide & ((1 << bits) - 1),
        }
    }
}

/// FNV-1a, stirred so that its low bits depend on all of the text.
fn fingerprint(text: &[u8]) -> u64 {
    let mut hash = text.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^ hash >> 32
}

/// Numbers rows file by file.
#[derive(Default)]
struct Numbering {
    file: u32,
    rows: u64,
}

impl Numbering {
    fn row_in(&mut self, file: u32) -> u64 {
        assert!(file >= self.file, "rows stand in the order of their files");
        if file > self.file {
            *self = Numbering { file, rows: 0 };
        }
        self.rows += 1;
        self.rows + 1
    }
}

impl Member {
    fn exact(&self) -> Vec<u8> {
        let identity = self.identity.as_deref().unwrap_or("\u{1e}");
        let (joined, paid) = (format!("{:?}", self.joined), format!("{:?}", self.paid));
        [
            &self.account,
            &self.referrer,
            &self.placement,
            identity,
            &joined,
            &self.mobile,
            &self.bank_card,
            &paid,
            &self.note,
        ]
        .join("\u{1f}")
        .into_bytes()
    }

    fn row<'a>(&'a self, exact: &'a [u8], row: u64) -> MemberRow<'a> {
        MemberRow {
            account: &self.account,
            referrer: &self.referrer,
            placement: &self.placement,
            identity: self.identity.as_deref(),
            joined: self.joined,
            mobile: &self.mobile,
            bank_card: &self.bank_card,
            paid: self.paid,
            exact,
            file: self.file,
            row,
        }
    }
}

impl Entry {
    fn exact(&self) -> Vec<u8> {
        let (amount, time) = (self.amount.to_string(), format!("{:?}", self.time));
        let currency = if self.foreign { "USD" } else { "CNY" };
        [&self.account, self.class.name(), &amount, &time, &self.serial, currency, &self.note]
            .join("\u{1f}")
            .into_bytes()
    }

    fn row<'a>(&'a self, exact: &'a [u8], content: u64, row: u64) -> LedgerRow<'a> {
        LedgerRow {
            account: &self.account,
            class: self.class,
            amount: self.amount,
            time: self.time,
            serial: &self.serial,
            foreign: self.foreign,
            content,
            exact,
            file: self.file,
            row,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(account: &str, note: &str, file: u32) -> Member {
        Member { account: account.to_owned(), note: note.to_owned(), file, ..Member::default() }
    }

    fn entry(account: String) -> Entry {
        Entry {
            account,
            class: Class::Order,
            amount: 100,
            time: None,
            serial: String::new(),
            foreign: false,
            note: String::new(),
            file: 0,
        }
    }

    #[test]
    fn rows_are_numbered_in_each_file_and_equal_ones_look_equal() {
        let members = vec![member("A", "x", 0), member("A", "y", 0), member("A", "x", 2), member("B", "", 2)];
        let rows = Rows { members, ..Rows::default() };
        rows.lend(|rows, ledger| {
            assert!(ledger.is_none());
            assert_eq!(
                rows.iter().map(|row| (row.file, row.row)).collect::<Vec<_>>(),
                [(0, 2), (0, 3), (2, 2), (2, 3)]
            );
            assert_eq!(rows[0].exact, rows[2].exact);
            assert_ne!(rows[0].exact, rows[1].exact);
        });
    }

    #[test]
    fn narrow_fingerprints_collide_and_use_all_their_values() {
        let ledger = Some((0..100).map(|i| entry(format!("M{i}"))).collect());
        let rows = Rows { ledger, fingerprint: Fingerprint::Bits(3), ..Rows::default() };
        let mut values: Vec<u64> =
            rows.lend(|_, ledger| ledger.into_iter().flatten().map(|row| row.content).collect());
        values.sort_unstable();
        values.dedup();
        assert_eq!(values, [0, 1, 2, 3, 4, 5, 6, 7]);
    }
}
