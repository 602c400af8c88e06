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
use mingjing_network::roster::Roster;
use mingjing_results::findings::{Candidate, write_candidates};
use mingjing_results::stage::Stage;
use rayon::prelude::*;
use std::borrow::Cow;
use xxhash_rust::xxh3::xxh3_64;

/// One account's number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Held {
    fingerprint: u64,
    last: [u8; 4],
    account: u32,
}

/// A group of accounts with one number and several persons.
pub struct Group {
    kind: &'static str,
    accounts: Vec<String>,
    /// Masked.
    number: String,
}

/// Looks for candidates among the cleaned accounts.
pub fn find(tables: &Tables<'_>, roster: &Roster) -> Result<Vec<Group>, Error> {
    let has = |field| tables.members.has(field);
    if !has(Field::Mobile) && !has(Field::BankCard) {
        return Ok(Vec::new());
    }
    let kept = roster.kept_rows();
    let room = |field| if has(field) { roster.names.len() } else { 0 };
    let mut mobiles = Vec::with_capacity(room(Field::Mobile));
    let mut cards = Vec::with_capacity(room(Field::BankCard));
    tables.members.read(
        Pass::Contacts,
        tables.jobs,
        tables.watch,
        |batch| {
            let mut own = (Vec::with_capacity(batch.rows().len()), Vec::with_capacity(batch.rows().len()));
            for row in batch.rows() {
                // Of several rows of an account only the one that was kept speaks.
                let Some(account) = kept.account(row.file, row.row) else { continue };
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
    drop(kept);
    let mut groups = grouped("mobile", mobiles, roster);
    groups.extend(grouped("bank_card", cards, roster));
    Ok(groups)
}

/// Writes those groups of which at least two persons are counted.
pub fn write(stage: &Stage, groups: &[Group], count: &Count) -> Result<(), Error> {
    let mut rows: Vec<(u32, &Group, &str, u32)> = Vec::new();
    let mut number = 0;
    for group in groups {
        let counted = group.accounts.iter().filter_map(|account| {
            let a = count.names.find(account)?;
            Some((account.as_str(), count.person[a as usize] + 1))
        });
        let counted: Vec<(&str, u32)> = counted.collect();
        if counted.iter().any(|(_, person)| *person != counted[0].1) {
            number += 1;
            rows.extend(counted.into_iter().map(|(account, person)| (number, group, account, person)));
        }
    }
    write_candidates(
        stage,
        rows.iter().map(|&(number, group, account, person)| Candidate {
            kind: group.kind,
            group: number,
            account,
            person,
            number: &group.number,
        }),
    )?;
    Ok(())
}

/// The fingerprint of a number; `None` for one that identifies nobody (blank, one repeated character, a counting
/// run), by the rules for identity numbers.
fn held(raw: &str, account: u32) -> Option<Held> {
    if raw.is_empty() {
        return None;
    }
    let is_plain = !raw.contains(['-', ' ', '+']);
    let plain: Cow<'_, str> = match is_plain {
        true => Cow::Borrowed(raw),
        false => raw.chars().filter(|c| !matches!(c, '-' | ' ' | '+')).collect(),
    };
    let normal = identity::normalize(&plain)?;
    let bytes = normal.as_bytes();
    let last = bytes.last_chunk::<4>().copied().filter(|last| last.is_ascii())?;
    Some(Held { fingerprint: xxh3_64(bytes), last, account })
}

fn grouped(kind: &'static str, mut all: Vec<Held>, roster: &Roster) -> Vec<Group> {
    all.par_sort_unstable();
    let person = |held: &Held| roster.holder(held.account);
    let mut groups: Vec<&[Held]> = all
        .par_chunk_by(|a, b| (a.fingerprint, a.last) == (b.fingerprint, b.last))
        .filter(|same| same.iter().any(|held| person(held) != person(&same[0])))
        .collect();
    groups.sort_unstable_by_key(|same| same[0].account);
    let group = |same: &[Held]| Group {
        kind,
        accounts: same.iter().map(|held| (*roster.names.text(held.account)).to_owned()).collect(),
        // Long enough that the mask shows the last four.
        number: format!("*****{}", String::from_utf8_lossy(&same[0].last)),
    };
    groups.into_iter().map(group).collect()
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
