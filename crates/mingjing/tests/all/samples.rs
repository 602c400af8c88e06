//! Made-up schemes through the program: what comes out is the truth that the generator wrote beside the tables.

use crate::program::{ANALYZE, files, line, read_json, rows, scheme, verify};
use mingjing_results::findings;
use mingjing_results::lookup::Persons;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Every figure, finding and row count of the truth stands in the results.
#[track_caller]
fn holds_the_truth(dir: &Path) {
    let (truth, summary) = (read_json(&dir.join("s/truth.json")), read_json(&dir.join("r/summary.json")));
    for key in ["accounts", "persons", "roots", "levels", "person_levels", "system_accounts"] {
        assert_eq!(truth["figures"][key], summary["figures"][key], "{key}");
    }
    for (key, value) in truth["figures"]["money"].as_object().unwrap() {
        let written = match key.as_str() {
            "topup" => continue,
            "persons_at_loss" => &summary["figures"]["spread"][key],
            _ => &summary["figures"][key],
        };
        assert_eq!(value, written, "{key}");
    }
    let levels = fs::read_to_string(dir.join("r/levels.csv")).unwrap();
    let per_depth: Vec<u64> =
        levels.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().parse().unwrap()).collect();
    assert_eq!(truth["figures"]["accounts_per_depth"], json!(per_depth));
    let persons = Persons::open(&dir.join("r")).unwrap();
    let several =
        persons.rows(0..persons.len()).unwrap().filter(|p| p.as_ref().unwrap().accounts > 1).count();
    assert_eq!(truth["figures"]["persons_with_several_accounts"], several);
    findings_are(&truth, &summary, &dir.join("r"));
    for table in ["members", "ledger"] {
        let told = ["read", "accepted", "rejected", "duplicate", "superseded"].map(|key| &truth[table][key]);
        assert_eq!(json!(told), json!(rows(&summary, table)), "{table}");
    }
}

/// Counts of the truth, of the summary, and lines of findings.csv are one.
#[track_caller]
fn findings_are(truth: &Value, summary: &Value, dir: &Path) {
    let injected = |key: &str| truth["injected"].get(key).and_then(Value::as_u64).unwrap_or(0);
    let mut expected: BTreeMap<String, u64> = BTreeMap::from([
        ("bad_amounts".to_owned(), injected("bad_amounts")),
        ("bad_times".to_owned(), injected("bad_times_members") + injected("bad_times_ledger")),
        ("rejected_rows".to_owned(), injected("rows_without_account")),
    ]);
    for (key, value) in truth["findings"].as_object().unwrap() {
        match key.as_str() {
            "orphan_amount" => assert_eq!(*value, summary["orphan_amount"]),
            _ => _ = expected.insert(key.clone(), value.as_str().unwrap().parse().unwrap()),
        }
    }
    assert_eq!(json!(expected), summary["findings"]);
    let mut listed: BTreeMap<String, u64> = expected.keys().map(|key| (key.clone(), 0)).collect();
    for row in findings::read(dir).unwrap() {
        *listed.get_mut(&row.unwrap().finding).expect("a key of the summary") += 1;
    }
    assert_eq!(expected, listed);
}

fn a_scheme_comes_out(arguments: &str, tables: &str) {
    let dir = scheme(arguments);
    let (members, ledger) = tables.split_once(' ').unwrap();
    let arguments = format!(
        "network analyze --public --members s/{members} --ledger s/{ledger} --mapping s/mapping.yaml --out r"
    );
    line(dir.path(), &arguments).well();
    holds_the_truth(dir.path());
    let summary = read_json(&dir.path().join("r/summary.json"));
    assert!(verify(dir.path(), "") > summary["figures"]["accounts"].as_u64().unwrap());
}

#[test]
fn a_dirty_sunline_from_csv_gives_its_truth() {
    a_scheme_comes_out("--plan sunline --accounts 20000 --seed 1 --dirty 0.02", "members.csv ledger.csv");
}

#[test]
fn a_dirty_binary_from_parquet_gives_its_truth() {
    a_scheme_comes_out(
        "--plan binary --accounts 8000 --seed 2 --dirty 0.02 --format parquet",
        "members.parquet ledger.parquet",
    );
}

#[test]
fn a_dirty_matrix_in_gb18030_gives_its_truth() {
    a_scheme_comes_out(
        "--plan matrix --accounts 5000 --seed 3 --dirty 0.02 --encoding gb18030",
        "members.csv ledger.csv",
    );
}

#[test]
fn a_scheme_that_is_half_dirt_gives_its_truth() {
    a_scheme_comes_out("--plan binary --accounts 3000 --seed 4 --dirty 0.3", "members.csv ledger.csv");
}

#[test]
fn csv_and_parquet_of_one_scheme_give_the_same_figures() {
    let dir = scheme("--accounts 3000 --seed 5 --dirty 0.02 --plan matrix --format both");
    line(dir.path(), ANALYZE).well();
    let csv = read_json(&dir.path().join("r/summary.json"));
    line(dir.path(), &format!("{} --replace", ANALYZE.replace(".csv", ".parquet"))).well();
    let parquet = read_json(&dir.path().join("r/summary.json"));
    assert_eq!((&csv["figures"], &csv["findings"]), (&parquet["figures"], &parquet["findings"]));
    let formats = |summary: &Value| summary["inputs"].as_array().unwrap()[0]["format"].clone();
    assert_eq!((formats(&csv), formats(&parquet)), (json!("csv"), json!("parquet")));
}

#[test]
fn every_policy_is_counted_and_agrees_with_the_slow_way() {
    let dir = scheme("--plan binary --accounts 3000 --seed 6 --dirty 0.03");
    let truth = read_json(&dir.path().join("s/truth.json"));
    let listed = line(dir.path(), "data policies").well().out;
    let ids: Vec<&str> =
        listed.lines().filter(|line| !line.starts_with(' ')).map(|l| l.split(' ').next().unwrap()).collect();
    assert!(ids.len() >= 6 && ids.contains(&"main") && ids.contains(&"placement"), "{ids:?}");
    let all = truth["figures"]["accounts"].as_u64().unwrap();
    for id in ids {
        line(dir.path(), &format!("{ANALYZE} --replace --policy {id}")).well();
        let summary = read_json(&dir.path().join("r/summary.json"));
        let figures = &summary["figures"];
        assert_eq!(summary["policy"]["id"], id);
        let kept = figures["accounts"].as_u64().unwrap();
        assert_eq!(kept + figures["dropped_accounts"].as_u64().unwrap(), all, "{id}");
        assert_eq!(kept < all, !matches!(id, "main" | "placement"), "{id}");
        if id == "placement" {
            assert_eq!(figures["levels"], truth["figures"]["placement_levels"]);
        }
        verify(dir.path(), "");
    }
}

#[test]
fn a_cut_off_date_keeps_what_came_before_and_agrees_with_the_slow_way() {
    let dir = scheme("--accounts 3000 --seed 7 --dirty 0.02");
    let truth = read_json(&dir.path().join("s/truth.json"));
    let mut before = 0;
    for day in ["2018-03-01", "2019-01-15", "2019-10-01", "2030-01-01"] {
        line(dir.path(), &format!("{ANALYZE} --replace --as-of {day}")).well();
        let summary = read_json(&dir.path().join("r/summary.json"));
        let (figures, terms) = (&summary["figures"], &summary["terms"]);
        let kept = figures["accounts"].as_u64().unwrap();
        let later = figures["accounts_after_cutoff"].as_u64().unwrap();
        assert_eq!(kept + later, truth["figures"]["accounts"].as_u64().unwrap(), "{day}");
        assert_eq!(terms["cutoff"], day);
        assert!(kept > before || later == 0, "{day}: {kept} after {before}");
        before = kept;
        verify(dir.path(), "");
    }
    let summary = read_json(&dir.path().join("r/summary.json"));
    assert_eq!(summary["figures"]["persons"], truth["figures"]["persons"]);
}

#[test]
fn confirmed_persons_are_one_and_taking_the_list_away_undoes_it() {
    let dir = scheme("--accounts 3000 --seed 8 --dirty 0.02");
    line(dir.path(), ANALYZE).well();
    let before = files(&dir.path().join("r"));
    let accounts = mingjing_results::lookup::Accounts::open(&dir.path().join("r")).unwrap();
    let mut own = BTreeMap::new();
    for row in accounts.rows(0..accounts.len()).unwrap() {
        let row = row.unwrap();
        own.entry(row.person).or_insert(row.account);
    }
    let three: Vec<&String> = own.values().skip(100).take(3).collect();
    let list: String = three.iter().map(|account| format!("{account},甲,王某,2024-05-01\n")).collect();
    fs::write(dir.path().join("c.csv"), format!("account,person,decided_by,decided_on\n{list}")).unwrap();
    line(dir.path(), &format!("{ANALYZE} --replace --persons c.csv")).well();
    verify(dir.path(), "");
    let summary = read_json(&dir.path().join("r/summary.json"));
    let truth = read_json(&dir.path().join("s/truth.json"));
    assert_eq!(summary["terms"]["confirmed_accounts"], 3);
    assert_eq!(
        summary["figures"]["persons"].as_u64().unwrap() + 2,
        truth["figures"]["persons"].as_u64().unwrap()
    );
    line(dir.path(), &format!("{ANALYZE} --replace")).well();
    crate::program::assert_same(&before, &files(&dir.path().join("r")));
}

#[test]
fn a_subject_gets_a_sheet_and_a_section_and_changes_no_figure() {
    use calamine::Reader as _;
    let dir = scheme("--accounts 3000 --seed 9 --dirty 0.02");
    line(dir.path(), ANALYZE).well();
    let without = files(&dir.path().join("r"));
    line(dir.path(), &format!("{ANALYZE} --replace --subject M000000009 M000000030")).well();
    let with = files(&dir.path().join("r"));
    for (name, bytes) in &without {
        assert_eq!(*bytes == with[name], !name.starts_with("report."), "{name}");
    }
    let sheets = |files: &BTreeMap<String, Vec<u8>>| {
        let book = calamine::Xlsx::new(std::io::Cursor::new(files["report.xlsx"].clone())).unwrap();
        book.sheet_names()
    };
    let (fewer, more) = (sheets(&without), sheets(&with));
    assert_eq!(more.len(), fewer.len() + 2, "{more:?}");
    for account in ["M000000009", "M000000030"] {
        assert!(more.iter().any(|sheet| sheet.contains(account)), "{more:?}");
        assert!(String::from_utf8_lossy(&with["report.html"]).contains(account));
    }
    verify(dir.path(), "");
}

#[test]
fn without_a_ledger_every_figure_of_money_is_null() {
    let dir = scheme("--accounts 3000 --seed 10 --ledger-rows 0");
    line(dir.path(), "network analyze --public --members s/members.csv --out r").well();
    let summary = read_json(&dir.path().join("r/summary.json"));
    for key in ["paid_in", "bonus", "withdrawn", "retained", "net_basis", "spread", "bonus_gini"] {
        assert_eq!(summary["figures"][key], Value::Null, "{key}");
    }
    assert_eq!(summary["orphan_amount"], Value::Null);
    let persons = Persons::open(&dir.path().join("r")).unwrap();
    let first = persons.find(1).unwrap().unwrap();
    assert_eq!((first.paid_in, first.net, first.grave_amount), (None, None, None));
    verify(dir.path(), "");
}

#[test]
fn the_boundary_decides_what_is_money_in() {
    let dir = scheme("--accounts 3000 --seed 11 --dirty 0.02");
    let truth = read_json(&dir.path().join("s/truth.json"));
    let mapping = fs::read_to_string(dir.path().join("s/mapping.yaml")).unwrap();
    fs::write(dir.path().join("cash.yaml"), mapping.replace("boundary: order", "boundary: cash")).unwrap();
    line(dir.path(), &ANALYZE.replace("s/mapping.yaml", "cash.yaml")).well();
    let summary = read_json(&dir.path().join("r/summary.json"));
    assert_eq!(summary["figures"]["paid_in"], truth["figures"]["money"]["topup"]);
    assert_eq!(summary["terms"]["boundary"], "cash");
    verify(dir.path(), "");
}

#[test]
fn rejected_rows_are_named_with_file_and_row() {
    let dir = scheme("--accounts 3000 --seed 12 --dirty 0.02");
    line(dir.path(), ANALYZE).well();
    let members = fs::read_to_string(dir.path().join("s/members.csv")).unwrap();
    let members: Vec<&str> = members.lines().collect();
    let mut seen = 0;
    for row in findings::read(&dir.path().join("r")).unwrap().map(Result::unwrap) {
        if row.finding == "rejected_rows" {
            assert_eq!(row.file, "members.csv");
            let account = members[row.row as usize - 1].split(',').next().unwrap().trim();
            let blanks = ["", "-", "null", "none", "nil", "\\n", "无"];
            assert!(blanks.contains(&&*account.to_lowercase()), "row {}: {account}", row.row);
            seen += 1;
        }
    }
    assert!(seen > 0);
}
