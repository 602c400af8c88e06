//! A real, dirty forest (shared data): the answers of `expected.json` through the program.

use crate::program::{line, read_json, rows, shared, verify};
use mingjing_results::lookup::{Accounts, Persons};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::path::Path;

const MAPPING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/recruit-forest-b.yaml");

/// Analyses one of the two files; `None` where the shared data are not there.
fn analysed(name: &str) -> Option<(tempfile::TempDir, Value, Value)> {
    let (file, expected) =
        (shared(&format!("recruit-forest-b/{name}"))?, shared("recruit-forest-b/expected.json")?);
    let dir = tempfile::tempdir().unwrap();
    let file = file.display();
    line(dir.path(), &format!("network analyze --public --members {file} --mapping {MAPPING} --out r"))
        .well();
    let summary = read_json(&dir.path().join("r/summary.json"));
    Some((dir, summary, read_json(&expected)))
}

/// The records of a gzipped CSV file without cells that need quotes.
fn records(name: &str) -> Vec<Vec<String>> {
    let file = std::fs::File::open(shared(&format!("recruit-forest-b/{name}")).unwrap()).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// By the rules an identity number of one repeated character, or a counting run, is none: its accounts are persons
/// of their own. The account numbers of this set are running numbers, so some look like that.
fn is_usable(number: &str) -> bool {
    let digits: Vec<u8> = number.bytes().map(|byte| byte - b'0').collect();
    let is_repeated = digits.iter().all(|digit| *digit == digits[0]);
    let is_run = digits.len() >= 4 && digits[0] <= 1 && digits.windows(2).all(|w| w[1] == (w[0] + 1) % 10);
    !is_repeated && !is_run
}

/// (persons, unusable) by a plain count of the identity numbers of one row for each account.
fn persons(holders: impl Iterator<Item = String>) -> (usize, usize) {
    let (usable, own): (Vec<String>, Vec<String>) = holders.partition(|number| is_usable(number));
    (usable.into_iter().collect::<HashSet<_>>().len() + own.len(), own.len())
}

#[test]
fn the_clean_forest_gives_every_count_that_is_expected() {
    let Some((dir, summary, expected)) = analysed("members_clean.csv.gz") else { return };
    let (figures, forest) = (&summary["figures"], &expected["forest"]);
    assert_eq!(figures["accounts"], forest["members"]);
    assert_eq!(figures["roots"], forest["roots"]);
    assert_eq!(figures["levels"], forest["max_level_root_is_1"]);
    assert_eq!(
        figures["accounts_meeting_floor"],
        forest["members_with_self_plus_downline_30_or_more_and_3_or_more_levels_including_self"]
    );
    assert_eq!(per_level(dir.path()), forest["members_per_level"]);
    accounts_are(&dir.path().join("r"), forest);

    let (count, unusable) = persons(records("members_clean.csv.gz").into_iter().map(|row| row[2].clone()));
    assert_eq!(
        (&figures["persons"], &summary["findings"]["unusable_identities"]),
        (&json!(count), &json!(unusable))
    );
    let table = Persons::open(&dir.path().join("r")).unwrap();
    let held: Vec<u64> =
        table.rows(0..table.len()).unwrap().map(|p| u64::from(p.unwrap().accounts)).collect();
    assert_eq!(held.iter().sum::<u64>(), 293_633);
    // Numbers that count as none were several memberships of one account in the source; all others stand.
    let several = held.iter().filter(|&&accounts| accounts > 1).count() as u64;
    let told = expected["accounts"]["in_more_than_one_membership"].as_u64().unwrap();
    assert!(several <= told && told - several <= unusable as u64, "{several} of {told}");
    assert_eq!(rows(&summary, "members"), [293_633, 293_633, 0, 0, 0]);
    verify(dir.path(), &format!("--inputs {}", shared("recruit-forest-b").unwrap().display()));
}

/// Accounts by level.
fn per_level(dir: &Path) -> Value {
    let levels = std::fs::read_to_string(dir.join("r/levels.csv")).unwrap();
    let cells = levels.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let counts: BTreeMap<String, u64> =
        cells.map(|cells| (cells[0].to_owned(), cells[1].parse().unwrap())).collect();
    json!(counts)
}

fn accounts_are(dir: &Path, forest: &Value) {
    let table = Accounts::open(dir).unwrap();
    let all: Vec<_> = table.rows(0..table.len()).unwrap().map(Result::unwrap).collect();
    let count = |test: &dyn Fn(&mingjing_network::figures::AccountFigures) -> bool| {
        json!(all.iter().filter(|a| test(a)).count())
    };
    let below = |a: &mingjing_network::figures::AccountFigures| a.accounts - 1;
    assert_eq!(json!(all.iter().map(|a| u64::from(below(a))).sum::<u64>()), forest["sum_of_downline_counts"]);
    assert_eq!(
        json!(all.iter().map(|a| u64::from(a.depth)).sum::<u64>()),
        forest["level_weighted_checksum_sum_of_levels"]
    );
    assert_eq!(count(&|a| a.directs == 0), forest["leaves"]);
    assert_eq!(json!(all.iter().map(|a| a.directs).max()), forest["max_direct"]);
    assert_eq!(count(&|a| below(a) >= 120), forest["members_with_downline_120_or_more"]);
    assert_eq!(
        count(&|a| below(a) >= 30 && a.levels > 3),
        forest["members_with_downline_30_or_more_and_3_or_more_levels_below_self"]
    );
    assert_eq!(
        count(&|a| a.depth == 1 && a.accounts >= 30 && a.levels >= 3),
        forest["trees_with_30_or_more_persons_and_3_or_more_levels"]
    );
    let mut sizes: Vec<_> = all.iter().filter(|a| a.depth == 1).map(|a| a.accounts).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let told = &forest["tree_sizes"];
    assert_eq!(json!(sizes[..10]), told["top10"]);
    assert_eq!(json!(sizes.last()), told["smallest"]);
    assert_eq!(json!(sizes[sizes.len() / 2]), told["median"]);
    let mut widest: Vec<_> = all.iter().collect();
    widest.sort_unstable_by_key(|a| std::cmp::Reverse(a.accounts));
    let top: Vec<Value> = widest[..20]
        .iter()
        .map(|a| {
            json!({
                "member": a.account.parse::<u64>().unwrap(), "downline": below(a), "levels_below": a.levels - 1,
                "direct": a.directs, "level": a.depth,
            })
        })
        .collect();
    assert_eq!(json!(top), forest["top20_by_downline"]);
}

#[test]
fn the_raw_forest_has_every_row_accounted_for() {
    let Some((dir, summary, expected)) = analysed("members_raw.csv.gz") else { return };
    let checks = &expected["file_checks"];
    let [read, accepted, rejected, duplicate, superseded] = rows(&summary, "members");
    assert_eq!(json!(read), checks["rows"]);
    assert_eq!(json!(accepted), checks["distinct_members"]);
    assert_eq!(summary["figures"]["accounts"], checks["distinct_members"]);
    assert_eq!(rejected, 0);

    // What the rules of cleaning say of these rows, counted plainly.
    let mut contents: HashMap<String, Vec<Vec<String>>> = HashMap::new();
    let mut repeated = 0;
    for row in records("members_raw.csv.gz") {
        let of = contents.entry(row[0].clone()).or_default();
        if of.contains(&row) { repeated += 1 } else { of.push(row) }
    }
    let found = |key: &str| summary["findings"][key].as_u64().unwrap();
    assert_eq!((found("duplicate_rows"), duplicate), (repeated, repeated));
    let rest: u64 = contents.values().map(|rows| rows.len() as u64 - 1).sum();
    assert_eq!((found("superseded_rows"), superseded), (rest, rest));
    let conflicting = contents.values().filter(|rows| rows.len() > 1).count() as u64;
    assert_eq!(found("conflicting_accounts"), conflicting);
    // A self-referral wins only where an account has nothing else. The file checks count rows, these accounts.
    let own = contents.values().filter(|rows| rows.iter().all(|row| row[0] == row[1])).count() as u64;
    assert_eq!(found("self_referrals"), own);
    assert!(own <= checks["self_referral_rows"].as_u64().unwrap());
    assert_eq!(found("unknown_referrers"), checks["members_only_seen_as_referrer"].as_u64().unwrap());
    // One row of each account stands: a self-referral last, then the earliest, then the first. In this set that makes
    // the forest of the clean file again, without one cycle, though the rows together have hundreds.
    let stands = |rows: &Vec<Vec<String>>| {
        rows.iter().enumerate().min_by_key(|(at, row)| (row[0] == row[1], &row[3], *at)).unwrap().1.clone()
    };
    let standing: HashMap<&String, Vec<String>> =
        contents.iter().map(|(a, rows)| (a, stands(rows))).collect();
    let before =
        |row: &&Vec<String>| standing.get(&row[1]).is_some_and(|up| row[0] != row[1] && row[3] < up[3]);
    assert_eq!(found("joined_before_referrer"), standing.values().filter(before).count() as u64);
    assert_eq!((found("cycles"), found("accounts_in_cycles")), (0, 0));
    assert_eq!(per_level(dir.path()), expected["forest"]["members_per_level"]);
    verify(dir.path(), &format!("--inputs {}", shared("recruit-forest-b").unwrap().display()));
}
