//! Golden cases: small networks in `golden/network`, each with the figures that were worked out by hand.
//!
//! A case says what it shows, whence it is, its rows and terms, and what must come out. Under `expect` stand
//! figures of accounts, of persons (each named by one of his accounts) and of the whole; `findings` lists every
//! count that is not 0; `details` lists rows as `key table file:row account`; `refusal` stands for a count that must
//! be refused. Money is in yuan.

use crate::fields::{Field, account_fields, person_fields, whole_fields};
use crate::scenario::{Scenario, Written, WrittenTerms};
use mingjing_model::money::{parse_yuan, yuan_text};
use mingjing_network::figures::{Counted, Refusal};
use serde::Deserialize;
use serde_yaml_ng::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// One golden case.
#[derive(Clone, Debug)]
pub struct GoldenCase {
    /// File and name.
    pub name: String,
    /// Rows and terms.
    pub scenario: Scenario,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFile {
    /// What the file is about.
    #[serde(rename = "about")]
    _about: String,
    cases: Vec<WrittenCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCase {
    name: String,
    /// What the case shows, in a sentence.
    #[serde(rename = "says")]
    _says: String,
    /// Where the rule stands.
    #[serde(rename = "source")]
    _source: String,
    members: String,
    ledger: Option<String>,
    #[serde(default)]
    terms: WrittenTerms,
    expect: Expect,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Expect {
    refusal: Option<String>,
    whole: BTreeMap<String, Value>,
    persons: BTreeMap<String, BTreeMap<String, Value>>,
    accounts: BTreeMap<String, BTreeMap<String, Value>>,
    findings: BTreeMap<String, i128>,
    details: Option<BTreeSet<String>>,
}

/// All golden cases, in the order of files and cases.
///
/// # Panics
/// When a file cannot be read as golden cases.
pub fn golden_cases() -> Vec<GoldenCase> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../golden/network"));
    let entries = std::fs::read_dir(folder).expect("golden/network is a folder");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry of golden/network").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    paths.iter().flat_map(|path| cases_of(path)).collect()
}

fn cases_of(path: &Path) -> Vec<GoldenCase> {
    let text = std::fs::read_to_string(path).expect("a golden file is text");
    let file: WrittenFile =
        serde_yaml_ng::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    file.cases
        .into_iter()
        .map(|case| GoldenCase {
            name: format!("{stem}: {}", case.name),
            scenario: Written::new(case.members, case.ledger, case.terms).scenario(),
            expect: case.expect,
        })
        .collect()
}

impl GoldenCase {
    /// Must the count be refused?
    pub fn is_refused(&self) -> bool {
        self.expect.refusal.is_some()
    }
}

/// Checks a count against the case.
///
/// # Errors
/// Every figure that is not as expected, one a line.
pub fn check(case: &GoldenCase, counted: &Counted) -> Result<(), String> {
    let mut wrong = Vec::new();
    let expect = &case.expect;
    if let Some(refusal) = &expect.refusal {
        wrong.push(format!("counted, but expected the refusal {refusal}"));
    }
    for (account, expected) in &expect.accounts {
        match counted.accounts.iter().find(|figures| figures.account == *account) {
            Some(figures) => {
                compare(&format!("account {account}"), expected, &account_fields(figures), &mut wrong)
            }
            None => wrong.push(format!("account {account} is not among the counted")),
        }
    }
    for (account, expected) in &expect.persons {
        let person = counted.accounts.iter().find(|figures| figures.account == *account);
        let figures = person.and_then(|account| counted.persons.iter().find(|p| p.person == account.person));
        match figures {
            Some(figures) => {
                compare(&format!("person of {account}"), expected, &person_fields(figures), &mut wrong)
            }
            None => wrong.push(format!("no person holds the account {account}")),
        }
    }
    compare("whole", &expect.whole, &whole_fields(&counted.whole), &mut wrong);
    check_findings(expect, counted, &mut wrong);
    if wrong.is_empty() { Ok(()) } else { Err(format!("{}\n  {}", case.name, wrong.join("\n  "))) }
}

/// Checks that a count was refused as the case expects.
///
/// # Errors
/// What was expected instead.
pub fn check_refusal(case: &GoldenCase, refusal: &Refusal) -> Result<(), String> {
    let given = format!("{refusal:?}");
    match &case.expect.refusal {
        Some(expected) if *expected == given => Ok(()),
        expected => Err(format!("{}\n  refused: {given}, expected: {expected:?}", case.name)),
    }
}

/// Compares the expected figures with those of one thing.
fn compare(of: &str, expected: &BTreeMap<String, Value>, fields: &[Field], wrong: &mut Vec<String>) {
    let mut flat = BTreeMap::new();
    expected.iter().for_each(|(name, value)| flatten(name, value, &mut flat));
    for (name, expected) in &flat {
        let Some(field) = fields.iter().find(|field| field.name == *name) else {
            wrong.push(format!("{of}: there is no {name}"));
            continue;
        };
        let expected = match field.is_money && expected != "null" {
            true => parse_yuan(expected)
                .map_or_else(|_| format!("no amount: {expected}"), |fen| yuan_text(fen.into())),
            false => expected.clone(),
        };
        if field.text != expected {
            wrong.push(format!("{of}: {name} is {}, expected {expected}", field.text));
        }
    }
    // Who names days names them all.
    if flat.keys().any(|name| name.starts_with("days.")) {
        let is_nothing = |field: &Field| field.text == "0" || field.text == "0.00";
        for field in fields.iter().filter(|field| field.name.starts_with("days.") && !is_nothing(field)) {
            if !flat.contains_key(&field.name) {
                wrong.push(format!("{of}: {} is {}, expected nothing", field.name, field.text));
            }
        }
    }
}

/// Nested names joined by dots, lists by blanks.
fn flatten(name: &str, value: &Value, flat: &mut BTreeMap<String, String>) {
    match value {
        Value::Mapping(inner) => {
            for (key, value) in inner {
                flatten(&format!("{name}.{}", scalar(key)), value, flat);
            }
        }
        Value::Sequence(values) => {
            flat.insert(name.to_owned(), values.iter().map(scalar).collect::<Vec<_>>().join(" "));
        }
        value => {
            flat.insert(name.to_owned(), scalar(value));
        }
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        other => panic!("not a single value: {other:?}"),
    }
}

fn check_findings(expect: &Expect, counted: &Counted, wrong: &mut Vec<String>) {
    for (&key, &count) in &counted.findings {
        // `orphan_amount` is held in fen and written in yuan.
        let unit = if key == "orphan_amount" { 100 } else { 1 };
        let expected = expect.findings.get(key).copied().unwrap_or(0) * unit;
        if count != expected {
            wrong.push(format!("finding {key} is {count}, expected {expected}"));
        }
    }
    for key in expect.findings.keys().filter(|key| !counted.findings.contains_key(key.as_str())) {
        wrong.push(format!("there is no finding {key}"));
    }
    let Some(expected) = &expect.details else { return };
    let given: BTreeSet<String> = counted
        .details
        .iter()
        .map(|d| {
            format!(
                "{} {} {}:{} {}",
                d.key,
                format!("{:?}", d.table).to_lowercase(),
                d.file,
                d.row,
                d.account
            )
        })
        .collect();
    wrong.extend(expected.difference(&given).map(|detail| format!("missing detail: {detail}")));
    wrong.extend(given.difference(expected).map(|detail| format!("detail too many: {detail}")));
}
