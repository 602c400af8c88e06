//! The law as data: thresholds, counting rules with their cases, counting policies, read from `data/law`.
//!
//! This module reads and checks; it must not count a real network and holds no number of a statute itself. An
//! unknown key, a missing source or a wrong date is a fault that names file and key.

use mingjing_model::money::parse_yuan;
use mingjing_model::time::{Day, parse_day};
use mingjing_network::figures::{Policy, Thresholds, Tree};
use mingjing_network::floor::FLOOR_LEVELS_MAX;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::sync::OnceLock;

mod case;

pub use case::Case;

/// The files compiled into the program: name and text.
pub const EMBEDDED: [(&str, &str); 5] = [
    ("counting.yaml", include_str!("../../../data/law/counting.yaml")),
    ("earlier-penalty.yaml", include_str!("../../../data/law/earlier-penalty.yaml")),
    ("floor.yaml", include_str!("../../../data/law/floor.yaml")),
    ("grave.yaml", include_str!("../../../data/law/grave.yaml")),
    ("policy.yaml", include_str!("../../../data/law/policy.yaml")),
];
const POLICY_FILE: &str = "policy.yaml";

/// A fault in a data file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {key}: {message}")]
pub struct Fault {
    /// The file.
    pub file: String,
    /// The key in it.
    pub key: String,
    /// What was expected.
    pub message: String,
}

impl Fault {
    /// A fault of a key in a file.
    pub fn new(file: &str, key: impl Into<String>, message: impl Into<String>) -> Fault {
        Fault { file: file.to_owned(), key: key.into(), message: message.into() }
    }
}

/// One sentence in the two languages.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Plain {
    pub zh: String,
    pub en: String,
}

/// Was the content read in a source, or is it remembered?
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Standing {
    Sourced,
    Recalled,
}

/// A numeric test: every part that is given must hold.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// At least so many persons.
    pub persons: Option<u32>,
    /// At least so many levels.
    pub levels: Option<u32>,
    /// At least so many yuan paid in, gross.
    pub paid_in_yuan: Option<String>,
}

/// A rule of the law.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The file it stands in.
    #[serde(skip)]
    pub file: String,
    /// Its id.
    pub id: String,
    /// The words of the law, Chinese.
    pub text: String,
    /// Were those words read in a source, or are they remembered?
    pub wording: Standing,
    /// The rule in plain words.
    pub plain: Plain,
    /// Where it stands.
    pub source: String,
    /// Was the rule's content read in a source?
    pub standing: Standing,
    /// From when it holds.
    pub since: String,
    /// Its numeric test.
    pub threshold: Option<Threshold>,
    /// The rule whose test judges the cases, where this one has none.
    pub judged_by: Option<String>,
    /// Cases that fire and nearly fire.
    pub cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    version: u32,
    rules: Vec<Rule>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum TreeName {
    Referral,
    Placement,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Accounts {
    All,
    Paid,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum With {
    With,
    Without,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Consumers {
    Kept,
    Dropped,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyEntry {
    id: String,
    tree: TreeName,
    accounts: Accounts,
    system_accounts: With,
    consumers: Consumers,
    name: Plain,
    question: Plain,
    source: String,
    standing: Standing,
    since: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    version: u32,
    policies: Vec<PolicyEntry>,
}

/// A counting policy with the contested question it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPolicy {
    /// What the engine needs.
    pub policy: Policy,
    /// Its name.
    pub name: Plain,
    /// The question it answers.
    pub question: Plain,
    /// Where the question stands.
    pub source: String,
    /// Was it read there?
    pub standing: Standing,
    /// From when the law that leaves it open holds.
    pub since: Day,
}

/// All of `data/law`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Law {
    /// Rules in the order of files and lines.
    pub rules: Vec<Rule>,
    /// Policies in the order of their file.
    pub policies: Vec<NamedPolicy>,
    /// What the engine tests.
    pub thresholds: Thresholds,
}

impl Law {
    /// Reads and checks files (name, text).
    ///
    /// # Errors
    /// The first [`Fault`]: not of the schema, an id twice, no source, no date, no such rule, a policy or
    /// threshold missing. Cases are judged apart, by [`Law::judge`].
    pub fn parse<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Law, Fault> {
        let (mut rules, mut policies) = (Vec::new(), Vec::new());
        let mut ids = BTreeSet::new();
        for (file, text) in files {
            if file == POLICY_FILE {
                policies = read_policies(file, text)?;
                continue;
            }
            let read: RuleFile = from_yaml(file, text)?;
            check_version(file, read.version)?;
            for mut rule in read.rules {
                file.clone_into(&mut rule.file);
                check_rule(file, &rule)?;
                if !ids.insert(rule.id.clone()) {
                    return Err(Fault::new(file, rule.id, "an id that another rule has"));
                }
                rules.push(rule);
            }
        }
        let thresholds = thresholds_of(&rules)?;
        if !policies.iter().any(|named: &NamedPolicy| named.policy.id == "main") {
            return Err(Fault::new(POLICY_FILE, "policies", "the policy main is missing"));
        }
        let law = Law { rules, policies, thresholds };
        for rule in &law.rules {
            law.test_of(rule)?;
        }
        Ok(law)
    }

    /// The rule of an id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    fn test_of<'a>(&'a self, rule: &'a Rule) -> Result<&'a Threshold, Fault> {
        let missing = || {
            let key = format!("{}.judged_by", rule.id);
            Fault::new(&rule.file, key, "expected a threshold, or the id of a rule that has one")
        };
        match (&rule.threshold, &rule.judged_by) {
            (Some(test), None) => Ok(test),
            (None, Some(id)) => self.rule(id).and_then(|other| other.threshold.as_ref()).ok_or_else(missing),
            _ => Err(missing()),
        }
    }

    /// Counts a case and compares it with what the file says.
    ///
    /// # Errors
    /// A [`Fault`] that says what the count gave.
    pub fn judge(&self, rule: &Rule, case: &Case) -> Result<(), Fault> {
        let key = format!("{}.cases.{}", rule.id, case.name);
        let fault = |message: String| Fault::new(&rule.file, key.clone(), message);
        let test = self.test_of(rule)?;
        let counted = case.network.count().map_err(&fault)?;
        if counted != case.counted {
            return Err(fault(format!("counted {counted:?}, the file says {:?}", case.counted)));
        }
        let money = match &case.team_paid_in_yuan {
            None => None,
            Some(text) => Some(parse_yuan(text).map_err(|_| fault(format!("{text} is no amount")))?),
        };
        let fires = case::is_met(test, counted, money).map_err(&fault)?;
        if fires == case.fires {
            Ok(())
        } else {
            Err(fault(format!("the count says fires: {fires}, the file says {}", case.fires)))
        }
    }
}

fn from_yaml<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Fault> {
    // Through a value first, which refuses a key given twice.
    let value: serde_yaml_ng::Value =
        serde_yaml_ng::from_str(text).map_err(|error| Fault::new(file, "yaml", error.to_string()))?;
    serde_yaml_ng::from_value(value).map_err(|error| Fault::new(file, "schema", error.to_string()))
}

fn check_version(file: &str, version: u32) -> Result<(), Fault> {
    if version == 1 {
        Ok(())
    } else {
        Err(Fault::new(file, "version", format!("expected 1, found {version}")))
    }
}

fn check_texts(file: &str, id: &str, texts: &[(&str, &str)]) -> Result<(), Fault> {
    match texts.iter().find(|(_, text)| text.trim().is_empty()) {
        Some((key, _)) => Err(Fault::new(file, format!("{id}.{key}"), "expected text, found nothing")),
        None => Ok(()),
    }
}

fn check_date(file: &str, id: &str, since: &str) -> Result<Day, Fault> {
    let is_plain = since.len() == 10 && since.as_bytes()[4] == b'-';
    parse_day(since)
        .filter(|_| is_plain)
        .ok_or_else(|| Fault::new(file, format!("{id}.since"), format!("expected YYYY-MM-DD, found {since}")))
}

fn check_rule(file: &str, rule: &Rule) -> Result<(), Fault> {
    let texts = [
        ("id", rule.id.as_str()),
        ("text", &rule.text),
        ("plain.zh", &rule.plain.zh),
        ("plain.en", &rule.plain.en),
        ("source", &rule.source),
    ];
    check_texts(file, &rule.id, &texts)?;
    check_date(file, &rule.id, &rule.since)?;
    if let Some(test) = &rule.threshold {
        let is_empty = test.persons.is_none() && test.levels.is_none() && test.paid_in_yuan.is_none();
        let is_bad = test.paid_in_yuan.as_deref().is_some_and(|yuan| parse_yuan(yuan).is_err());
        if is_empty || is_bad {
            let key = format!("{}.threshold", rule.id);
            return Err(Fault::new(file, key, "expected persons, levels or an amount of yuan"));
        }
    }
    for fires in [true, false] {
        if !rule.cases.iter().any(|case| case.fires == fires) {
            let key = format!("{}.cases", rule.id);
            return Err(Fault::new(file, key, format!("expected a case with fires: {fires}")));
        }
    }
    Ok(())
}

fn read_policies(file: &str, text: &str) -> Result<Vec<NamedPolicy>, Fault> {
    let read: PolicyFile = from_yaml(file, text)?;
    check_version(file, read.version)?;
    let mut policies: Vec<NamedPolicy> = Vec::new();
    for entry in read.policies {
        let texts = [
            ("id", entry.id.as_str()),
            ("name.zh", &entry.name.zh),
            ("name.en", &entry.name.en),
            ("question.zh", &entry.question.zh),
            ("question.en", &entry.question.en),
            ("source", &entry.source),
        ];
        check_texts(file, &entry.id, &texts)?;
        let since = check_date(file, &entry.id, &entry.since)?;
        let policy = Policy {
            id: entry.id,
            tree: match entry.tree {
                TreeName::Referral => Tree::Referral,
                TreeName::Placement => Tree::Placement,
            },
            paid_only: entry.accounts == Accounts::Paid,
            with_system: entry.system_accounts == With::With,
            with_consumers: entry.consumers == Consumers::Kept,
        };
        let is_same = |other: &&NamedPolicy| {
            other.policy.id == policy.id || Policy { id: policy.id.clone(), ..other.policy.clone() } == policy
        };
        if let Some(other) = policies.iter().find(is_same) {
            return Err(Fault::new(file, policy.id, format!("the same as {}", other.policy.id)));
        }
        policies.push(NamedPolicy {
            policy,
            name: entry.name,
            question: entry.question,
            source: entry.source,
            standing: entry.standing,
            since,
        });
    }
    Ok(policies)
}

fn thresholds_of(rules: &[Rule]) -> Result<Thresholds, Fault> {
    let of = |id: &str| {
        let rule = rules.iter().find(|rule| rule.id == id);
        rule.and_then(|rule| rule.threshold.as_ref())
            .ok_or_else(|| Fault::new("law", id, "the rule with this threshold is missing"))
    };
    let part = |id: &str, key: &str, value: Option<u32>| {
        value.ok_or_else(|| Fault::new("law", format!("{id}.threshold.{key}"), "is missing"))
    };
    let (floor, persons, amount) = (of("floor")?, of("grave-persons")?, of("grave-amount")?);
    if floor.levels.is_some_and(|levels| !(2..=FLOOR_LEVELS_MAX).contains(&levels)) {
        let message = format!("dates of the floor are counted for 2 to {FLOOR_LEVELS_MAX} levels");
        return Err(Fault::new("law", "floor.threshold.levels", message));
    }
    if floor.persons.is_some_and(|persons| persons < 2) {
        return Err(Fault::new("law", "floor.threshold.persons", "is at least 2"));
    }
    let yuan = amount.paid_in_yuan.as_deref().and_then(|yuan| parse_yuan(yuan).ok());
    Ok(Thresholds {
        floor_persons: part("floor", "persons", floor.persons)?,
        floor_levels: part("floor", "levels", floor.levels)?,
        grave_persons: part("grave-persons", "persons", persons.persons)?,
        grave_amount: yuan
            .ok_or_else(|| Fault::new("law", "grave-amount.threshold.paid_in_yuan", "is missing"))?,
    })
}

/// The law compiled into the program.
pub fn embedded() -> &'static Law {
    static LAW: OnceLock<Law> = OnceLock::new();
    LAW.get_or_init(|| Law::parse(EMBEDDED).expect("the tests have read the embedded law"))
}

/// The thresholds in force.
pub fn thresholds() -> Thresholds {
    embedded().thresholds.clone()
}

/// All rules.
pub fn rules() -> &'static [Rule] {
    &embedded().rules
}

/// All policies.
pub fn policies() -> &'static [NamedPolicy] {
    &embedded().policies
}

/// The policy of an id.
pub fn policy(id: &str) -> Option<&'static NamedPolicy> {
    policies().iter().find(|named| named.policy.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_floor_the_engine_cannot_date_is_refused() {
        let floor = EMBEDDED.iter().find(|(name, _)| *name == "floor.yaml").map(|(_, text)| *text).unwrap();
        let deep = floor.replacen("levels: 3", "levels: 4", 1);
        assert_ne!(floor, deep);
        let files =
            EMBEDDED.iter().map(|&(name, text)| (name, if name == "floor.yaml" { &deep } else { text }));
        let fault = Law::parse(files.map(|(name, text)| (name, text as &str))).unwrap_err();
        assert_eq!(fault.key, "floor.threshold.levels", "{fault}");
    }

    #[test]
    fn the_thresholds_are_those_of_the_opinion() {
        let t = thresholds();
        assert_eq!((t.floor_persons, t.floor_levels, t.grave_persons), (30, 3, 120));
        assert_eq!(t.grave_amount, 250_000_000);
    }

    #[test]
    fn every_case_of_the_law_is_counted_as_its_file_says() {
        let law = embedded();
        let mut cases = 0;
        for rule in &law.rules {
            for case in &rule.cases {
                law.judge(rule, case).unwrap();
                cases += 1;
            }
        }
        assert!(cases >= 25, "{cases}");
    }

    #[test]
    fn a_case_that_says_otherwise_is_a_fault_that_names_it() {
        let law = embedded();
        let rule = law.rule("floor").unwrap();
        let mut case = rule.cases[0].clone();
        case.fires = !case.fires;
        let fault = law.judge(rule, &case).unwrap_err();
        assert!(fault.key.contains("floor.cases.一人直接发展二十九人"), "{fault}");
        case.fires = !case.fires;
        case.counted.persons += 1;
        assert!(law.judge(rule, &case).unwrap_err().message.contains("counted"));
    }

    #[test]
    fn the_default_policy_keeps_everything_of_the_referral_tree() {
        let main = &policy("main").unwrap().policy;
        assert!(!main.paid_only && main.with_system && main.with_consumers && main.tree == Tree::Referral);
        assert!(policy("no such policy").is_none());
    }

    fn with_change(file: &str, from: &str, to: &str) -> Result<Law, Fault> {
        let texts = EMBEDDED.map(|(name, text)| {
            let changed = if name == file { text.replacen(from, to, 1) } else { text.to_owned() };
            assert!(name != file || changed != text, "{from} is not in {file}");
            (name, changed)
        });
        Law::parse(texts.iter().map(|(name, text)| (*name, text.as_str())))
    }

    #[test]
    fn a_fault_in_a_file_is_found_and_named() {
        let cases = [
            ("floor.yaml", "wording: recalled", "worded: recalled", "unknown field"),
            ("floor.yaml", "2013-11-14", "2013-13-14", "since"),
            ("floor.yaml", "2013-11-14", "\"20131114\"", "floor.since"),
            ("floor.yaml", "id: floor", "id: ground", "law: floor: the rule"),
            ("floor.yaml", "persons: 30, levels: 3 }", "levels: 3 }", "law: floor.threshold.persons"),
            ("grave.yaml", "\"2500000\"", "\"2.5e6\"", "threshold"),
            ("policy.yaml", "id: main", "id: chief", "main is missing"),
            ("policy.yaml", "accounts: paid", "accounts: all", "the same as main"),
            ("policy.yaml", "tree: referral", "tree: family", "schema"),
            ("counting.yaml", "id: levels-are-not-ranks", "id: own-level-included", "another rule"),
        ];
        for (file, from, to, expected) in cases {
            let fault = with_change(file, from, to).unwrap_err().to_string();
            assert!(fault.contains(expected), "{from} -> {to}: {fault}");
        }
    }
}
