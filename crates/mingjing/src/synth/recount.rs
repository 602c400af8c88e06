//! The truth held against a slow recount of the written tables by the sentences of the specification, and against
//! what a table of that kind must show.

use super::{Args, Encoding, Format, Plan, run};
use mingjing_model::identity::{self, Check};
use mingjing_model::money::{Fen, parse_yuan, yuan_text};
use mingjing_model::time::{Micros, parse_instant};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

fn args(plan: Plan, dirty: f64, out: &Path) -> Args {
    Args {
        accounts: 20_000,
        seed: 11,
        plan,
        dirty,
        out: out.to_owned(),
        format: Format::Csv,
        ledger_rows: 4,
        encoding: Encoding::Utf8,
    }
}

/// Rows of a CSV file without its heading, fields trimmed.
fn rows(text: &str) -> Vec<Vec<String>> {
    text.lines().skip(1).map(fields).collect()
}

fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => fields.last_mut().unwrap().push(c),
        }
    }
    fields.into_iter().map(|field| field.trim().to_owned()).collect()
}

fn time(text: &str) -> Option<Micros> {
    parse_instant(text, chrono_tz::Asia::Shanghai)
}

#[derive(Default)]
struct Recount {
    counts: BTreeMap<&'static str, i128>,
    roots: usize,
    levels: u32,
    person_levels: u32,
    persons: BTreeSet<String>,
    person_of: HashMap<String, String>,
}

impl Recount {
    fn count(&mut self, key: &'static str, by: usize) {
        *self.counts.entry(key).or_default() += by as i128;
    }
}

/// One row of each account: not a self-referral, then earliest known time, then first.
fn settle(rows: &[Vec<String>], r: &mut Recount) -> BTreeMap<String, Vec<String>> {
    let mut of: BTreeMap<String, Vec<&Vec<String>>> = BTreeMap::new();
    for row in rows {
        let account = row[0].to_lowercase();
        if account != "0" && identity::is_blank(&account) {
            r.count("rejected", 1);
            continue;
        }
        of.entry(row[0].clone()).or_default().push(row);
    }
    let mut kept = BTreeMap::new();
    for (account, rows) in of {
        let mut distinct: Vec<&Vec<String>> = Vec::new();
        rows.iter().for_each(|row| {
            if !distinct.contains(row) {
                distinct.push(row)
            }
        });
        r.count("duplicate_rows", rows.len() - distinct.len());
        r.count("superseded_rows", distinct.len() - 1);
        r.count("conflicting_accounts", usize::from(distinct.len() > 1));
        let rank = |row: &&&Vec<String>| (row[1] == row[0], time(&row[7]).unwrap_or(Micros::MAX));
        let best = distinct.iter().min_by_key(rank).unwrap();
        kept.insert(account, (**best).clone());
    }
    kept
}

/// Referrers of all accounts, cleaned and with cycles opened.
fn referrers(kept: &BTreeMap<String, Vec<String>>, r: &mut Recount) -> HashMap<String, String> {
    let mut up = HashMap::new();
    for (account, row) in kept {
        match row[1].as_str() {
            own if own == account => r.count("self_referrals", 1),
            known if kept.contains_key(known) => {
                up.insert(account.clone(), known.to_owned());
            }
            blank if identity::is_blank(blank) => {}
            _ => r.count("unknown_referrers", 1),
        }
    }
    let mut done: HashSet<String> = HashSet::new();
    for account in kept.keys() {
        let (mut way, mut at) = (Vec::new(), Some(account.clone()));
        while let Some(next) = at.filter(|next| !done.contains(next)) {
            if let Some(start) = way.iter().position(|met| *met == next) {
                let cycle = &way[start..];
                r.count("cycles", 1);
                r.count("accounts_in_cycles", cycle.len());
                let key = |a: &&String| (time(&kept[*a][7]).unwrap_or(Micros::MAX), (*a).clone());
                up.remove(cycle.iter().min_by_key(key).unwrap());
                break;
            }
            at = up.get(&next).cloned();
            way.push(next);
        }
        done.extend(way);
    }
    for (account, above) in &up {
        if let (Some(own), Some(other)) = (time(&kept[account][7]), time(&kept[above][7])) {
            r.count("joined_before_referrer", usize::from(own < other));
        }
    }
    up
}

fn members(rows: &[Vec<String>]) -> Recount {
    let mut r = Recount::default();
    let kept = settle(rows, &mut r);
    let up = referrers(&kept, &mut r);
    for (account, row) in &kept {
        let person = identity::normalize(&row[3]).map(std::borrow::Cow::into_owned);
        r.count("unusable_identities", usize::from(person.is_none()));
        if person.as_deref().is_some_and(|number| identity::check(number) == Check::Wrong) {
            r.count("identities_with_bad_check", 1);
        }
        r.person_of.insert(account.clone(), person.unwrap_or_else(|| format!("account {account}")));
        r.count(
            "unknown_placements",
            usize::from(!identity::is_blank(&row[2]) && !kept.contains_key(&row[2])),
        );
        r.count("self_placements", usize::from(row[2] == *account));
    }
    r.persons = r.person_of.values().cloned().collect();
    r.roots = kept.len() - up.len();
    for account in kept.keys() {
        let (mut at, mut depth, mut changes) = (account, 1, 1);
        while let Some(next) = up.get(at) {
            depth += 1;
            changes += u32::from(r.person_of[next] != r.person_of[at]);
            at = next;
        }
        r.levels = r.levels.max(depth);
        r.person_levels = r.person_levels.max(changes);
    }
    r.count("accounts", kept.len());
    r
}

/// Sums by class and counts; a row is (account, kind, amount, time, …, serial, currency).
fn ledger(rows: &[Vec<String>], m: &Recount) -> (BTreeMap<&'static str, i128>, BTreeMap<String, Fen>) {
    let mut sums: BTreeMap<&'static str, i128> = BTreeMap::new();
    let mut net: BTreeMap<String, Fen> = m.persons.iter().map(|person| (person.clone(), 0)).collect();
    let mut add = |key: &'static str, by: i128| *sums.entry(key).or_default() += by;
    let mut by_serial: HashMap<&str, Vec<&Vec<String>>> = HashMap::new();
    let mut without: HashSet<&Vec<String>> = HashSet::new();
    for row in rows {
        let Ok(fen) = parse_yuan(&row[2]) else {
            add("rejected", 1);
            continue;
        };
        let (serial, reversal) = (row[6].as_str(), row[1] == "冲正");
        if serial.is_empty() {
            add("possible_duplicate_ledger_rows", i128::from(!without.insert(row)));
        } else {
            let same = by_serial.entry(serial).or_default();
            if same.contains(&row) {
                add("duplicate_ledger_rows", 1);
                continue;
            }
            same.push(row);
        }
        let person = m.person_of.get(&row[0]);
        if row[7] != "CNY" {
            add("other_currency_rows", 1);
        } else if fen < 0 && !reversal {
            add("negative_amounts", 1);
        } else if let Some(person) = person {
            let (key, sign) = match row[1].as_str() {
                "入会费" | "购买" => ("paid_in", -1),
                "奖金" => ("bonus", 0),
                "提现" => ("withdrawn", 1),
                "充值" => ("topup", 0),
                "冲正" => ("reversed", 0),
                _ => continue,
            };
            add(key, i128::from(fen));
            *net.get_mut(person).unwrap() += sign * fen;
            if reversal {
                add("reversals", 1);
                let original =
                    by_serial.get(serial).and_then(|same| same.iter().find(|row| row[1] != "冲正"));
                match original {
                    Some(row) => add("taken_back", i128::from(parse_yuan(&row[2]).unwrap())),
                    None => add("unlinked_reversals", 1),
                }
            }
        } else {
            add("orphan_ledger_rows", 1);
            add("orphan_amount", i128::from(fen));
        }
    }
    for same in by_serial.values() {
        let others = same.iter().filter(|row| row[1] != "冲正").count();
        add("conflicting_serials", i128::from(others > 1));
    }
    (sums, net)
}

fn truth_and_recount(plan: Plan, dirty: f64) {
    let dir = tempfile::tempdir().unwrap();
    run(&args(plan, dirty, dir.path()), &mut Vec::new()).unwrap();
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    let truth: Value = serde_json::from_str(&read("truth.json")).unwrap();
    let member_rows = rows(&read("members.csv"));
    let m = members(&member_rows);
    let ledger_rows = rows(&read("ledger.csv"));
    let (sums, net) = ledger(&ledger_rows, &m);

    let figure = |key: &str| truth["figures"][key].as_u64().unwrap();
    assert_eq!(figure("accounts"), m.counts["accounts"] as u64);
    assert_eq!(figure("persons"), m.persons.len() as u64);
    assert_eq!(figure("roots"), m.roots as u64);
    assert_eq!(figure("levels"), u64::from(m.levels));
    assert_eq!(figure("person_levels"), u64::from(m.person_levels));

    let money = &truth["figures"]["money"];
    let sum = |key: &str| sums.get(key).copied().unwrap_or(0);
    for key in ["paid_in", "bonus", "withdrawn", "topup"] {
        assert_eq!(money[key], yuan_text(sum(key)), "{key}");
    }
    assert_eq!(money["paid_in_net"], yuan_text(sum("paid_in") - sum("taken_back")));
    assert_eq!(money["persons_at_loss"], net.values().filter(|&&net| net < 0).count());

    let recounted = |key: &str| m.counts.get(key).or(sums.get(key)).copied().unwrap_or(0);
    for (key, expected) in truth["findings"].as_object().unwrap() {
        let found = match key.as_str() {
            "orphan_amount" => yuan_text(recounted(key)),
            "system_accounts" => if dirty > 0.0 { "2" } else { "0" }.to_owned(),
            key => recounted(key).to_string(),
        };
        assert_eq!(expected.as_str(), Some(&*found), "{key}");
    }
    assert_eq!(truth["members"]["read"], member_rows.len());
    assert_eq!(truth["ledger"]["read"], ledger_rows.len());
    assert_eq!(truth["members"]["rejected"], m.counts.get("rejected").copied().unwrap_or(0) as u64);
    assert_eq!(truth["ledger"]["rejected"], sum("rejected") as u64);
    for (key, count) in truth["injected"].as_object().unwrap() {
        assert!(count.as_u64().unwrap() >= 10, "{key} was injected {count} times");
    }
}

#[test]
fn the_truth_of_a_dirty_scheme_is_what_a_slow_recount_finds_whatever_the_plan() {
    for plan in [Plan::Sunline, Plan::Binary, Plan::Matrix] {
        truth_and_recount(plan, 0.02);
    }
}

#[test]
fn a_clean_scheme_has_no_findings_and_exactly_the_rows_asked_for() {
    truth_and_recount(Plan::Sunline, 0.0);
    let dir = tempfile::tempdir().unwrap();
    run(&args(Plan::Sunline, 0.0, dir.path()), &mut Vec::new()).unwrap();
    let text = std::fs::read_to_string(dir.path().join("ledger.csv")).unwrap();
    assert_eq!(rows(&text).len(), 80_000);
    assert!(!dir.path().join("mapping.yaml").exists());
}

#[test]
fn every_kind_of_dirt_of_the_specification_is_injected() {
    let dir = tempfile::tempdir().unwrap();
    run(&args(Plan::Binary, 0.02, dir.path()), &mut Vec::new()).unwrap();
    let truth: Value =
        serde_json::from_slice(&std::fs::read(dir.path().join("truth.json")).unwrap()).unwrap();
    let never = ["placement_cycles", "accounts_in_placement_cycles", "referrer_after_cutoff"];
    for (key, count) in truth["findings"].as_object().unwrap() {
        assert_eq!(count == "0", never.contains(&key.as_str()), "{key}: {count}");
    }
    for key in mingjing_network::figures::FINDING_KEYS {
        assert!(truth["findings"].get(key).is_some(), "{key}");
    }
    for key in ["blank_referrers", "fifteen_digit_identities", "full_width_identities", "bad_amounts"] {
        assert!(truth["injected"][key].as_u64().unwrap() > 0, "{key}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    let make = |seed: u64| {
        let dir = tempfile::tempdir().unwrap();
        let args =
            Args { seed, accounts: 3_000, format: Format::Both, ..args(Plan::Binary, 0.02, dir.path()) };
        run(&args, &mut Vec::new()).unwrap();
        let names = ["members.csv", "ledger.csv", "members.parquet", "ledger.parquet", "truth.json"];
        names.map(|name| std::fs::read(dir.path().join(name)).unwrap())
    };
    let (one, same, other) = (make(5), make(5), make(6));
    assert!(one == same);
    assert!(one.iter().zip(&other).all(|(a, b)| a != b));
}

#[test]
fn a_directory_that_is_not_empty_and_a_rate_out_of_bounds_are_the_users_fault() {
    let dir = tempfile::tempdir().unwrap();
    let mut args = args(Plan::Sunline, 0.9, dir.path());
    assert_eq!(run(&args, &mut Vec::new()).unwrap_err().exit_code(), 2);
    args.dirty = 0.0;
    std::fs::write(dir.path().join("a"), "").unwrap();
    let error = run(&args, &mut Vec::new()).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("not empty"));
}

#[test]
fn gb18030_files_hold_the_same_rows() {
    let dir = tempfile::tempdir().unwrap();
    let out = |name: &str, encoding| Args {
        encoding,
        accounts: 500,
        ..args(Plan::Sunline, 0.02, &dir.path().join(name))
    };
    run(&out("a", Encoding::Utf8), &mut Vec::new()).unwrap();
    run(&out("b", Encoding::Gb18030), &mut Vec::new()).unwrap();
    let utf8 = std::fs::read_to_string(dir.path().join("a/members.csv")).unwrap();
    let bytes = std::fs::read(dir.path().join("b/members.csv")).unwrap();
    assert_ne!(bytes, utf8.as_bytes());
    assert_eq!(encoding_rs::GB18030.decode(&bytes).0, utf8);
}
