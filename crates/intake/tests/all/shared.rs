//! The shared data sets, where their folder is.

use crate::rows::{mapping, members, read_members};
use mingjing_intake::Members;
use std::collections::HashSet;
use std::path::PathBuf;

/// A file of the shared data; `None` (said so) where the folder is not there and need not be.
pub fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("MINGJING_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let path = root.join("data").join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("SHARED").is_none_or(|v| v != "required"), "{} is required", path.display());
    eprintln!("skipped: {} is not there", path.display());
    None
}

const FOREST: &str = "timezone: UTC\nmembers: { account: member_id, referrer: referrer_id, identity: account_no, joined: joined_at }\n";

#[test]
fn the_raw_forest_is_read_row_by_row() {
    let Some(path) = shared("recruit-forest-b/members_raw.csv.gz") else { return };
    let table = Members::open(&[path], &mapping(FOREST)).unwrap();
    let (one, tally) = read_members(&table, 1).unwrap();
    assert_eq!((tally.read(), tally.rejected.len(), tally.bad_times.len()), (305_458, 0, 0));
    let accounts: HashSet<&str> = one.iter().map(|m| m.account.as_str()).collect();
    let persons: HashSet<&str> = one.iter().filter_map(|m| m.identity.as_deref()).collect();
    assert_eq!((accounts.len(), persons.len()), (293_633, 251_409));
    assert_eq!(one.iter().filter(|m| m.account == m.referrer).count(), 740);
    assert!(one.iter().enumerate().all(|(i, m)| m.row == i as u64 + 2 && m.joined.is_some()));
    let first = &one[0];
    assert_eq!((first.account.as_str(), first.joined), ("8586", Some(1_407_670_133_000_000)));
    assert_eq!(first.exact, "8586\u{1f}\u{1f}130797\u{1f}2014-08-10 11:28:53\u{1f}0.0");
    assert_eq!(read_members(&table, 2).unwrap(), (one, tally));
}

#[test]
fn the_clean_forest_has_one_row_for_each_member() {
    let Some(path) = shared("recruit-forest-b/members_clean.csv.gz") else { return };
    let (rows, tally) = members(&path, &mapping(FOREST)).unwrap();
    assert_eq!((rows.len(), tally.accepted()), (293_633, 293_633));
    assert_eq!(rows.iter().filter(|m| m.referrer.is_empty()).count(), 649);
}
