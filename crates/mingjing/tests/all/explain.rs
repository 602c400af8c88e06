//! Every figure of some persons and accounts, taken apart: the value is the written one, the lines add up to it, and
//! each line is the row of the input that it names.

use crate::program::{ANALYZE, line, run, scheme};
use mingjing_model::money::yuan_text;
use mingjing_model::time::day_text;
use mingjing_network::figures::{AccountFigures, PersonFigures};
use mingjing_results::lookup::{Accounts, Persons};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The rows of the inputs as a spreadsheet numbers them; the account is in the first column.
struct Rows {
    members: Vec<Vec<String>>,
    ledger: Vec<Vec<String>>,
}

impl Rows {
    fn read(dir: &Path) -> Rows {
        let rows = |name: &str| {
            let reader =
                csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(dir.join(name));
            let records = reader.unwrap().into_records().map(Result::unwrap);
            records.map(|record| record.iter().map(|cell| cell.trim().to_owned()).collect()).collect()
        };
        Rows { members: rows("s/members.csv"), ledger: rows("s/ledger.csv") }
    }

    /// The row that a line names is of the account that it names.
    #[track_caller]
    fn hold(&self, line: &Value) {
        let table = match line["file"].as_str().unwrap() {
            "members.csv" => &self.members,
            "ledger.csv" => &self.ledger,
            other => panic!("{other} is no input"),
        };
        let row = &table[line["row"].as_u64().unwrap() as usize - 1];
        assert_eq!(row[0], line["account"].as_str().unwrap(), "{line}");
    }
}

/// Yuan as fen.
fn fen(text: &str) -> i64 {
    text.replace('.', "").parse().unwrap()
}

fn sum(lines: &[Value]) -> i64 {
    lines.iter().map(|line| fen(line["amount"].as_str().unwrap())).sum()
}

fn distinct(lines: &[Value], key: &str) -> usize {
    lines.iter().map(|line| line[key].as_str().unwrap()).collect::<BTreeSet<_>>().len()
}

/// The lines give the value, each kind of figure by its own sense.
#[track_caller]
fn adds_up(figure: &str, of_account: bool, told: &Value) {
    let lines = told["lines"].as_array().unwrap();
    let value = told["value"].as_str().unwrap();
    assert_eq!(told["lines_total"], lines.len(), "nothing was cut off");
    let number = || value.parse::<usize>().unwrap();
    let last_level = || lines.iter().map(|line| line["level"].as_u64().unwrap()).max().unwrap() as usize;
    match (figure, of_account) {
        ("person", _) => assert!(lines.iter().all(|line| line["person"] == value)),
        ("accounts" | "directs", _) => assert_eq!(distinct(lines, "account"), number()),
        ("persons" | "direct_persons", _) => {
            assert_eq!((distinct(lines, "person"), lines.len()), (number(), number()));
        }
        ("levels", true) | ("depth", _) => assert_eq!((last_level(), lines.len()), (number(), number())),
        ("levels", false) | ("person_levels", _) => {
            let changes = lines.windows(2).filter(|pair| pair[0]["person"] != pair[1]["person"]).count();
            assert_eq!((last_level(), changes + 1), (number(), number()));
        }
        ("paid_in" | "bonus" | "withdrawn" | "net" | "team_paid_in" | "team_paid_in_others", _) => {
            assert_eq!(sum(lines), fen(value));
        }
        ("grave_persons", _) => assert_eq!(value, (lines.len() >= 120).to_string()),
        ("grave_amount" | "grave_amount_others", _) => {
            assert_eq!(value, (sum(lines) >= 250_000_000).to_string());
        }
        ("floor_met", _) => assert!(["true", "false"].contains(&value)),
        ("floor_met_on", _) => {
            let rules = told["rule"].to_string();
            assert_eq!(value == "null", rules.contains("never reached"), "{rules}");
            assert!(value == "null" || rules.contains(value), "{value}: {rules}");
            // The account that brought the thirtieth person counts from that day at the latest.
            let thirtieth = lines.iter().find(|line| line["note"].as_str().unwrap().contains("第 30 人"));
            let joined = thirtieth.map(|line| line["day"].as_str().unwrap());
            assert!(value == "null" || joined.unwrap() <= value, "{told:#}");
        }
        _ => panic!("{figure} is not looked at"),
    }
}

/// Explains one figure, checks everything that can be, returns the value that is written.
#[track_caller]
fn explained(dir: &Path, rows: &Rows, option: &str, whose: &str, figure: &str) -> String {
    let arguments = [
        "network", "explain", "--out", "r", "--json", "--limit", "1000000", option, whose, "--figure", figure,
    ];
    let told = run(dir, &arguments).well().json();
    assert_eq!((&told["whose"], &told["figure"]), (&whose.into(), &figure.into()));
    assert_eq!(told["value"], told["written"], "{whose} {figure}");
    assert!(!told["rule"].as_array().unwrap().is_empty());
    let lines = told["lines"].as_array().unwrap();
    lines.iter().for_each(|line| rows.hold(line));
    adds_up(figure, option == "--account", &told);
    told["written"].as_str().unwrap().to_owned()
}

fn money(fen: Option<i64>) -> String {
    fen.map_or("null".to_owned(), |fen| yuan_text(fen.into()))
}

fn of_person(p: &PersonFigures) -> Vec<(&'static str, String)> {
    let flag = |flag: Option<bool>| flag.map_or("null".to_owned(), |flag| flag.to_string());
    vec![
        ("accounts", p.accounts.to_string()),
        ("persons", p.persons.to_string()),
        ("levels", p.levels.to_string()),
        ("direct_persons", p.direct_persons.to_string()),
        ("paid_in", money(p.paid_in)),
        ("bonus", money(p.bonus)),
        ("withdrawn", money(p.withdrawn)),
        ("team_paid_in", money(p.team_paid_in)),
        ("team_paid_in_others", money(p.team_paid_in_others)),
        ("net", money(p.net)),
        ("floor_met", p.floor_met.to_string()),
        ("floor_met_on", p.floor_met_on.and_then(day_text).unwrap_or_else(|| "null".to_owned())),
        ("grave_persons", p.grave_persons.to_string()),
        ("grave_amount", flag(p.grave_amount)),
        ("grave_amount_others", flag(p.grave_amount_others)),
    ]
}

fn of_account(a: &AccountFigures) -> Vec<(&'static str, String)> {
    vec![
        ("person", format!("P{}", a.person)),
        ("depth", a.depth.to_string()),
        ("directs", a.directs.to_string()),
        ("accounts", a.accounts.to_string()),
        ("persons", a.persons.to_string()),
        ("levels", a.levels.to_string()),
        ("person_levels", a.person_levels.to_string()),
        ("paid_in", money(a.paid_in)),
        ("bonus", money(a.bonus)),
        ("withdrawn", money(a.withdrawn)),
        ("team_paid_in", money(a.team_paid_in)),
    ]
}

/// Persons worth a look: the widest, the deepest, who holds most accounts, who drew most, who has several scattered
/// accounts and meets the floor, who barely meets it, who has nobody below.
fn chosen(all: &[PersonFigures]) -> BTreeSet<u32> {
    let by = |key: &dyn Fn(&PersonFigures) -> i64| all.iter().max_by_key(|p| key(p)).unwrap().person;
    BTreeSet::from([
        by(&|p| p.persons.into()),
        by(&|p| p.levels.into()),
        by(&|p| p.accounts.into()),
        by(&|p| p.withdrawn.unwrap_or(0)),
        by(&|p| if p.floor_met { p.accounts.into() } else { -1 }),
        by(&|p| if p.floor_met { -i64::from(p.persons) } else { i64::MIN }),
        by(&|p| if p.floor_met { i64::from(p.floor_met_on.is_none()) } else { -1 }),
        by(&|p| -i64::from(p.persons)),
    ])
}

/// Accounts whose rows were treated in some way: two for each kind of finding that bears on a figure.
fn found(dir: &Path) -> BTreeSet<String> {
    let mut of_kind: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in mingjing_results::findings::read(dir).unwrap().map(Result::unwrap) {
        let bears = row.finding.ends_with("ledger_rows") && row.finding != "orphan_ledger_rows"
            || [
                "negative_amounts",
                "other_currency_rows",
                "conflicting_serials",
                "reversals",
                "superseded_rows",
            ]
            .contains(&&*row.finding);
        let accounts = of_kind.entry(row.finding).or_default();
        if bears && accounts.len() < 2 {
            accounts.insert(row.account);
        }
    }
    of_kind.into_values().flatten().collect()
}

#[test]
fn every_figure_of_a_person_is_what_its_rows_add_up_to() {
    let dir = scheme("--accounts 3000 --seed 41 --dirty 0.02 --plan binary");
    line(dir.path(), ANALYZE).well();
    let rows = Rows::read(dir.path());
    let table = Persons::open(&dir.path().join("r")).unwrap();
    let all: Vec<PersonFigures> = table.rows(0..table.len()).unwrap().map(Result::unwrap).collect();
    let chosen = chosen(&all);
    assert!(chosen.len() >= 4, "{chosen:?}");
    for person in chosen {
        for (figure, written) in of_person(&all[person as usize - 1]) {
            let told = explained(dir.path(), &rows, "--person", &format!("P{person}"), figure);
            assert_eq!(told, written, "P{person} {figure}");
        }
    }
}

#[test]
fn every_figure_of_an_account_is_what_its_rows_add_up_to() {
    let dir = scheme("--accounts 3000 --seed 42 --dirty 0.02");
    line(dir.path(), &format!("{ANALYZE} --as-of 2020-03-01")).well();
    let rows = Rows::read(dir.path());
    let table = Accounts::open(&dir.path().join("r")).unwrap();
    let all: Vec<AccountFigures> = table.rows(0..table.len()).unwrap().map(Result::unwrap).collect();
    let by = |key: &dyn Fn(&AccountFigures) -> i64| all.iter().max_by_key(|a| key(a)).unwrap();
    let mut chosen = vec![
        by(&|a| a.accounts.into()),
        by(&|a| a.depth.into()),
        by(&|a| a.bonus.unwrap_or(0)),
        by(&|a| i64::from(a.levels) - i64::from(a.person_levels)),
    ];
    let found = found(&dir.path().join("r"));
    chosen.extend(all.iter().filter(|a| found.contains(&a.account)));
    assert!(chosen.len() > 15, "{}", chosen.len());
    for account in chosen {
        for (figure, written) in of_account(account) {
            let told = explained(dir.path(), &rows, "--account", &account.account, figure);
            assert_eq!(told, written, "{} {figure}", account.account);
        }
    }
}

#[test]
fn figures_without_a_ledger_are_explained_as_null() {
    let dir = scheme("--accounts 200 --ledger-rows 0");
    line(dir.path(), "network analyze --public --members s/members.csv --out r").well();
    for figure in ["paid_in", "net", "team_paid_in", "grave_amount"] {
        let told = line(dir.path(), &format!("network explain --out r --json --person P1 --figure {figure}"));
        let told = told.well().json();
        assert_eq!((&told["value"], &told["lines_total"]), (&"null".into(), &0.into()), "{figure}");
    }
}

#[test]
fn an_explanation_for_people_names_rule_and_rows_and_says_what_it_leaves_out() {
    let dir = scheme("--accounts 1000 --seed 43");
    line(dir.path(), "network analyze --public --members s/members.csv --ledger s/ledger.csv --out r").well();
    let whole = line(dir.path(), "network explain --out r --account M000000001 --figure accounts").well().out;
    let some = line(dir.path(), "network explain --out r --account M000000001 --figure accounts --limit 3");
    let some = some.well().out;
    assert!(whole.starts_with("M000000001 账号数 accounts = "), "{whole}");
    let lines: Vec<&str> = some.lines().filter(|line| line.contains("members.csv 第")).collect();
    assert_eq!(lines.len(), 3, "{some}");
    assert!(lines[0].contains("M000000001") && lines[0].contains("第 2 行"), "{some}");
    assert!(some.contains("另有"), "{some}");
    let net = line(dir.path(), "network explain --out r --person P1 --figure net").well().out;
    assert!(net.starts_with("P1 净额 net = "), "{net}");
    assert!(net.contains("\n缴纳金额（减）：\n"), "{net}");
    let met = line(dir.path(), "network explain --out r --person P1 --figure floor_met").well().out;
    assert!(met.starts_with("P1 是否达到30人3级 floor_met = 是"), "{met}");
}
