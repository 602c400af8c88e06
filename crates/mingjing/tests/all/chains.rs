//! Networks as deep as they get, with figures known in closed form.

use crate::program::{line, names, read_json};
use mingjing_model::time::day_text;
use mingjing_results::lookup::{Accounts, Persons};
use serde_json::json;
use std::fmt::Write as _;
use std::fs;

/// 1990-01-01.
const START: i32 = 7305;

#[test]
fn a_chain_of_a_million_accounts_has_the_figures_of_its_formula() {
    let n: u32 = 1_000_000;
    let dir = tempfile::tempdir().unwrap();
    let day = |i: u32| START + (i / 100) as i32;
    // The deepest account first: no referrer stands before its account.
    let mut text = "账号,推荐人,加入时间\n".to_owned();
    for i in (0..n).rev() {
        let up = if i == 0 { String::new() } else { format!("M{:07}", i - 1) };
        let _ = writeln!(text, "M{i:07},{up},{}", day_text(day(i)).unwrap());
    }
    fs::write(dir.path().join("chain.csv"), text).unwrap();
    line(dir.path(), "network analyze --public --members chain.csv --out r").well();
    let out = dir.path().join("r");
    let summary = read_json(&out.join("summary.json"));
    let figures = &summary["figures"];
    for (key, value) in [
        ("accounts", n),
        ("persons", n),
        ("levels", n),
        ("person_levels", n),
        ("roots", 1),
        ("persons_meeting_floor", n - 29),
        ("accounts_meeting_floor", n - 29),
        ("persons_meeting_grave_persons", n - 119),
    ] {
        assert_eq!(figures[key], value, "{key}");
    }
    assert_eq!(figures["first_floor_met_on"], json!(day_text(day(29))));
    assert_eq!(figures["grave_persons_reached_on"], json!(day_text(day(119))));
    let accounts = Accounts::open(&out).unwrap();
    for (i, row) in (0..n).zip(accounts.rows(0..n as usize).unwrap()) {
        let row = row.unwrap();
        let below = n - i;
        assert_eq!(
            (row.depth, row.directs, row.accounts, row.persons, row.levels, row.person_levels, row.person),
            (i + 1, u32::from(below > 1), below, below, below, below, i + 1),
            "{}",
            row.account
        );
    }
    let persons = Persons::open(&out).unwrap();
    for (i, row) in (0..n).zip(persons.rows(0..n as usize).unwrap()) {
        let row = row.unwrap();
        let on = (i + 29 < n).then(|| day(i + 29));
        assert_eq!((row.persons, row.levels, row.floor_met_on), (n - i, n - i, on), "P{}", row.person);
    }
    let levels = fs::read_to_string(out.join("levels.csv")).unwrap();
    assert_eq!(levels.lines().count() as u32, n + 1);
    let branch = line(dir.path(), "network branch --out r --account M0999990 --levels 5").well().out;
    assert!(branch.contains("M0999990") && branch.contains("M0999994") && !branch.contains("M0999995"));
    assert_eq!(names(dir.path()), ["chain.csv", "r"]);
}

/// What a person of two crossing chains must have.
struct Crossed {
    persons: u32,
    levels: u32,
    direct_persons: u32,
    /// Accounts in the territory, each having paid 10 yuan.
    accounts: u32,
}

/// Two chains of `n` accounts, A and B; account A`i` is held by person `i`, account B`i` by person `holder(i)`.
fn crossing_chains(n: u32, holder: impl Fn(u32) -> u32, figures: impl Fn(u32) -> Crossed) {
    let dir = tempfile::tempdir().unwrap();
    let (mut members, mut ledger) =
        ("账号,推荐人,身份证号码\n".to_owned(), "账号,类型,金额,时间\n".to_owned());
    for (chain, held_by) in [('A', None), ('B', Some(&holder))] {
        for i in 0..n {
            let up = if i == 0 { String::new() } else { format!("{chain}{:07}", i - 1) };
            let person = held_by.map_or(i, |holder| holder(i));
            let _ = writeln!(members, "{chain}{i:07},{up},H{person:08}");
            let _ = writeln!(ledger, "{chain}{i:07},入会费,10.00,2020-01-01");
        }
    }
    fs::write(dir.path().join("m.csv"), members).unwrap();
    fs::write(dir.path().join("l.csv"), ledger).unwrap();
    line(dir.path(), "network analyze --public --members m.csv --ledger l.csv --out r").well();
    let out = dir.path().join("r");
    let summary = read_json(&out.join("summary.json"));
    assert_eq!((&summary["figures"]["persons"], &summary["figures"]["accounts"]), (&json!(n), &json!(2 * n)));
    let persons = Persons::open(&out).unwrap();
    assert_eq!(persons.len(), n as usize);
    // Persons are numbered by their smallest account, which is that of chain A.
    for (p, row) in (0..n).zip(persons.rows(0..n as usize).unwrap()) {
        let (row, expected) = (row.unwrap(), figures(p));
        assert_eq!(
            (row.accounts, row.persons, row.levels, row.direct_persons),
            (2, expected.persons, expected.levels, expected.direct_persons),
            "P{}",
            row.person
        );
        assert_eq!(row.team_paid_in, Some(i64::from(expected.accounts) * 1000), "P{}", row.person);
        assert_eq!(
            row.team_paid_in_others,
            Some((i64::from(expected.accounts) - 2) * 1000),
            "P{}",
            row.person
        );
        assert_eq!(row.floor_met, expected.persons >= 30 && expected.levels >= 3, "P{}", row.person);
    }
}

#[test]
fn chains_whose_holders_run_against_each_other_are_counted_exactly() {
    let n = 100_000;
    // Every territory holds the persons p, p+1, … of chain A and p, p−1, … of chain B: all of them.
    crossing_chains(
        n,
        |i| n - 1 - i,
        |p| Crossed {
            persons: n,
            levels: (n - p).max(p + 1),
            direct_persons: u32::from(p + 1 < n) + u32::from(p > 0),
            accounts: n + 1,
        },
    );
}

#[test]
fn chains_whose_holders_cross_pairwise_are_counted_exactly() {
    let n = 100_000;
    // Persons 2k and 2k+1 change places in chain B. An odd person has the even one below in B and the next below in
    // A; an even person has the next in A, and in B (below 2k+1) the odd one of the next pair.
    crossing_chains(
        n,
        |i| i ^ 1,
        |p| {
            let from = p & !1;
            let is_last = p + 2 >= n;
            Crossed {
                persons: if p % 2 == 1 { n - from } else { n - p },
                levels: if p % 2 == 1 { n - from } else { n - p },
                direct_persons: match (p % 2, is_last) {
                    (0, true) => 1,
                    (0, false) => 2,
                    (_, true) => 1,
                    (_, false) => 2,
                },
                accounts: (n - p) + (n - (p ^ 1)),
            }
        },
    );
}
