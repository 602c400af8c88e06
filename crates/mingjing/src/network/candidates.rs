//! Accounts that share a phone or a bank card but not a person: proposed in `candidates.csv`, never merged.
//!
//! One more reading of the member table, only where it has such columns. Numbers are kept as 64-bit fingerprints
//! with their last four characters (16 bytes an account and column), so none stands in memory or in a file whole.
//! Two different numbers with one fingerprint and one ending would be proposed together: at a hundred million
//! accounts the chance of one such pair is below one in ten million, and a proposal is only that.

use super::tables::Tables;
use crate::error::Error;
use mingjing_intake::{Field, Pass};
use mingjing_model::identity;
use mingjing_network::count::Count;
use mingjing_results::findings::{Candidate, write_candidates};
use mingjing_results::stage::Stage;
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

/// One account's number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Held {
    fingerprint: u64,
    last: [u8; 4],
    account: u32,
}

/// A group of accounts with one number and several persons.
struct Group {
    kind: &'static str,
    accounts: Vec<u32>,
    /// Masked.
    number: String,
}

/// Looks for candidates and writes them; returns the number of groups.
pub fn write(stage: &Stage, tables: &Tables<'_>, count: &Count) -> Result<usize, Error> {
    let has = |field| tables.members.has(field);
    if !has(Field::Mobile) && !has(Field::BankCard) {
        return Ok(0);
    }
    let (mut mobiles, mut cards) = (Vec::new(), Vec::new());
    tables.members.read(
        Pass::Exact,
        tables.jobs,
        tables.watch,
        |batch| {
            let mut own = (Vec::new(), Vec::new());
            for row in batch.rows() {
                let Some(account) = count.names.find(row.account) else { continue };
                // Of several rows of an account only the one that was kept speaks.
                if count.origin.of(account) != (row.file, row.row) {
                    continue;
                }
                own.0.extend(held(row.mobile, account));
                own.1.extend(held(row.bank_card, account));
            }
            own
        },
        |own| {
            mobiles.extend(own.0);
            cards.extend(own.1);
            Ok::<(), Error>(())
        },
    )?;
    let mut groups = grouped("mobile", mobiles, count);
    groups.extend(grouped("bank_card", cards, count));
    let rows = (1..)
        .zip(&groups)
        .flat_map(|(number, group)| group.accounts.iter().map(move |&account| (number, group, account)));
    let texts: Vec<(u32, &Group, u32, String)> = rows
        .map(|(number, group, account)| (number, group, account, (*count.names.text(account)).to_owned()))
        .collect();
    write_candidates(
        stage,
        texts.iter().map(|(number, group, account, text)| Candidate {
            kind: group.kind,
            group: *number,
            account: text,
            person: count.person[*account as usize] + 1,
            number: &group.number,
        }),
    )?;
    Ok(groups.len())
}

/// The fingerprint of a number; `None` for one that identifies nobody (blank, one repeated character, a counting
/// run), by the rules for identity numbers.
fn held(raw: &str, account: u32) -> Option<Held> {
    if raw.is_empty() {
        return None;
    }
    let plain: String = raw.chars().filter(|c| !matches!(c, '-' | ' ' | '+')).collect();
    let normal = identity::normalize(&plain)?;
    let bytes = normal.as_bytes();
    let last = bytes.last_chunk::<4>().copied().filter(|last| last.is_ascii())?;
    Some(Held { fingerprint: xxh3_64(bytes), last, account })
}

fn grouped(kind: &'static str, mut all: Vec<Held>, count: &Count) -> Vec<Group> {
    all.par_sort_unstable();
    let person = |held: &Held| count.person[held.account as usize];
    let mut groups: Vec<Group> = all
        .chunk_by(|a, b| (a.fingerprint, a.last) == (b.fingerprint, b.last))
        .filter(|same| same.iter().any(|held| person(held) != person(&same[0])))
        .map(|same| Group {
            kind,
            accounts: same.iter().map(|held| held.account).collect(),
            // Long enough that the mask shows the last four.
            number: format!("*****{}", String::from_utf8_lossy(&same[0].last)),
        })
        .collect();
    groups.sort_unstable_by_key(|group| group.accounts[0]);
    groups
}

#[cfg(test)]
mod tests {
    use super::held;

    #[test]
    fn a_number_is_one_however_it_is_written_and_useless_ones_are_none() {
        let same = ["13800001234", "138-0000-1234", "１３８００００１２３４", "138 0000 1234"];
        let first = held(same[0], 7).map(|held| (held.fingerprint, held.last));
        assert_eq!(first.map(|(_, last)| last), Some(*b"1234"));
        for text in same {
            assert_eq!(held(text, 7).map(|held| (held.fingerprint, held.last)), first, "{text}");
        }
        for text in ["", "0", "无", "00000000000", "12345678901", "NULL", "123"] {
            assert!(held(text, 7).is_none(), "{text}");
        }
    }
}
