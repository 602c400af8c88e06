//! The numeric tests of the law in words, and the names of figures. Positions and sums: never a finding about a
//! person. By persons and by accounts stand side by side, because practice is split.

use super::say;
use crate::look::{Mark, Tone};
use crate::words::Lang;
use mingjing_results::branches::Node;
use mingjing_results::summary::{Summary, ThresholdsText};

/// A test as a card.
pub struct Test {
    /// `30人且3级`.
    pub name: String,
    /// The rule in a sentence.
    pub rule: String,
    /// Where it stands.
    pub source: String,
    /// How the network stands to it.
    pub readings: Vec<Reading>,
    /// Do persons and accounts give different answers?
    pub is_split: bool,
}

/// One line of a test.
pub struct Reading {
    /// Who or what was counted.
    pub name: String,
    /// The value.
    pub value: String,
    /// Is the number reached? None where that is no question.
    pub mark: Option<Mark>,
    /// Where the value leads; empty for nowhere.
    pub href: String,
}

/// The widest tree, whose persons may stand alone.
pub struct Widest {
    /// Its root in the branch index.
    pub root: Node,
    /// Its levels by person.
    pub person_levels: u32,
}

/// Is a number reached: a word, a shape, a colour.
pub fn met(lang: Lang, is: Option<bool>) -> Mark {
    match is {
        Some(true) => Mark::new(lang.t("network.law.met"), "circle-check", Tone::Due),
        Some(false) => Mark::new(lang.t("network.law.not_met"), "circle-minus", Tone::Quiet),
        None => Mark::new(lang.t("network.law.unknown"), "circle-dashed", Tone::Quiet),
    }
}

/// A sentence with the thresholds filled in.
pub fn law(lang: Lang, key: &str, t: &ThresholdsText) -> String {
    lang.f(
        key,
        &[
            ("floor_persons", &t.floor_persons),
            ("floor_levels", &t.floor_levels),
            ("grave_persons", &t.grave_persons),
            ("grave_amount", &say::round(lang, t.grave_amount.0)),
        ],
    )
}

/// What fills the readings of one test.
struct Writer<'a> {
    lang: Lang,
    id: i64,
    summary: &'a Summary,
    readings: Vec<Reading>,
}

impl Writer<'_> {
    fn add(&mut self, key: &str, value: String, is_met: Option<bool>, href: &str) {
        let href = if href.is_empty() { String::new() } else { format!("/analyses/{}{href}", self.id) };
        let mark = is_met.map(|is| met(self.lang, Some(is)));
        self.readings.push(Reading { name: self.lang.t(key).to_owned(), value, mark, href });
    }

    fn tree(&mut self, key: &str, root: &Node, value: String, is_met: Option<bool>) {
        let name = self.lang.f(key, &[("root", &say::short(&root.account, 24))]);
        let href = format!("/analyses/{}/branches?account={}", self.id, say::encoded(&root.account));
        let mark = Some(met(self.lang, is_met));
        self.readings.push(Reading { name, value, mark, href });
    }

    fn day(&mut self, key: &str, n: u32, day: Option<mingjing_results::summary::Date>) {
        let name = self.lang.f(key, &[("n", &n)]);
        let value = day.map_or_else(|| say::NOTHING.to_owned(), |day| day.to_string());
        let href = format!("/analyses/{}/growth", self.id);
        self.readings.push(Reading { name, value, mark: None, href });
    }

    fn test(self, key: &str, is_split: bool) -> Test {
        let t = &self.summary.thresholds;
        Test {
            name: law(self.lang, &format!("network.law.{key}"), t),
            rule: law(self.lang, &format!("network.law.{key}_rule"), t),
            source: self.lang.t(&format!("network.law.{key}_source")).to_owned(),
            readings: self.readings,
            is_split,
        }
    }
}

/// The three tests.
pub fn tests(lang: Lang, id: i64, summary: &Summary, widest: Option<&Widest>) -> Vec<Test> {
    let new = || Writer { lang, id, summary, readings: Vec::new() };
    let mut all = vec![floor(new(), widest), grave_persons(new(), widest)];
    all.extend(summary.figures.paid_in.map(|_| grave_amount(new(), widest)));
    all
}

fn floor(mut w: Writer<'_>, widest: Option<&Widest>) -> Test {
    let (f, t, lang) = (&w.summary.figures, &w.summary.thresholds, w.lang);
    let met = |n: u64, levels: u32| n >= u64::from(t.floor_persons) && levels >= t.floor_levels;
    let said = |key: &str, n: u64, levels: u32| lang.f(key, &[("n", &say::count(n)), ("levels", &levels)]);
    let (persons, accounts) = (met(f.persons, f.person_levels), met(f.accounts, f.levels));
    let is_split = persons != accounts || (f.persons_meeting_floor == 0) != (f.accounts_meeting_floor == 0);
    w.add(
        "network.law.all_persons",
        said("network.law.persons_levels", f.persons, f.person_levels),
        Some(persons),
        "/persons",
    );
    w.add(
        "network.law.all_accounts",
        said("network.law.accounts_levels", f.accounts, f.levels),
        Some(accounts),
        "/levels",
    );
    if let Some(tree) = widest {
        let (n, levels) = (u64::from(tree.root.persons), tree.person_levels);
        let value = said("network.law.persons_levels", n, levels);
        w.tree("network.law.widest", &tree.root, value, Some(met(n, levels)));
    }
    let holders = lang.f("network.law.n_persons", &[("n", &say::count(f.persons_meeting_floor))]);
    w.add("network.law.holders", holders, None, "/persons?floor=yes");
    let holders = lang.f("network.law.n_accounts", &[("n", &say::count(f.accounts_meeting_floor))]);
    w.add("network.law.holders_accounts", holders, None, "");
    w.day("network.law.first_on", 0, f.first_floor_met_on);
    w.day("network.law.reached_on", t.floor_persons, f.floor_persons_reached_on);
    w.test("floor", is_split)
}

fn grave_persons(mut w: Writer<'_>, widest: Option<&Widest>) -> Test {
    let (f, t, lang) = (&w.summary.figures, &w.summary.thresholds, w.lang);
    let met = |n: u64| n >= u64::from(t.grave_persons);
    let persons = |n: u64| lang.f("network.law.n_persons", &[("n", &say::count(n))]);
    let accounts = |n: u64| lang.f("network.law.n_accounts", &[("n", &say::count(n))]);
    let is_split = met(f.persons) != met(f.accounts)
        || (f.persons_meeting_grave_persons == 0) != (f.accounts_meeting_grave_persons == 0);
    w.add("network.law.all_persons", persons(f.persons), Some(met(f.persons)), "/persons");
    w.add("network.law.all_accounts", accounts(f.accounts), Some(met(f.accounts)), "/levels");
    if let Some(tree) = widest {
        let n = u64::from(tree.root.persons);
        w.tree("network.law.widest", &tree.root, persons(n), Some(met(n)));
    }
    w.add(
        "network.law.holders",
        persons(f.persons_meeting_grave_persons),
        None,
        "/persons?grave_persons=yes",
    );
    w.add("network.law.holders_accounts", accounts(f.accounts_meeting_grave_persons), None, "");
    w.day("network.law.reached_on", t.grave_persons, f.grave_persons_reached_on);
    w.test("grave_persons", is_split)
}

fn grave_amount(mut w: Writer<'_>, widest: Option<&Widest>) -> Test {
    let (f, t, lang) = (&w.summary.figures, &w.summary.thresholds, w.lang);
    let met = |fen: i128| fen >= t.grave_amount.0;
    let paid = f.paid_in.map(|yuan| yuan.0);
    w.add("network.law.all_data", say::money_or(lang, paid), paid.map(met), "/money");
    if f.system_accounts > 0 {
        let without = f.paid_in_without_system.map(|yuan| yuan.0);
        w.add("network.law.without_system", say::money_or(lang, without), without.map(met), "/money");
    }
    if let Some(tree) = widest {
        let fen = tree.root.team_paid_in.map(i128::from);
        w.tree("network.law.widest", &tree.root, say::money_or(lang, fen), fen.map(met));
    }
    let persons = |n: Option<u64>| {
        n.map_or_else(
            || say::NOTHING.to_owned(),
            |n| lang.f("network.law.n_persons", &[("n", &say::count(n))]),
        )
    };
    w.add("network.law.holders", persons(f.persons_meeting_grave_amount), None, "/persons?grave_amount=yes");
    w.add("network.law.holders_others", persons(f.persons_meeting_grave_amount_others), None, "");
    w.test("grave_amount", false)
}

/// Figures of a whole network in the order in which they are told.
const WHOLE: [&str; 39] = [
    "persons",
    "person_levels",
    "levels",
    "accounts",
    "roots",
    "persons_meeting_floor",
    "accounts_meeting_floor",
    "first_floor_met_on",
    "floor_persons_reached_on",
    "persons_meeting_grave_persons",
    "accounts_meeting_grave_persons",
    "grave_persons_reached_on",
    "persons_meeting_grave_amount",
    "persons_meeting_grave_amount_others",
    "paid_in",
    "paid_in_net",
    "bonus",
    "bonus_net",
    "withdrawn",
    "withdrawn_net",
    "net_basis",
    "retained",
    "paid_in_within_30_days",
    "paid_in_within_30_days_share",
    "spread",
    "spread.persons_at_loss",
    "spread.sum_of_losses",
    "spread.sum",
    "spread.median",
    "bonus_gini",
    "bonus_top_percent",
    "bonus_top_percent_share",
    "dropped_accounts",
    "dropped_paid_in",
    "accounts_after_cutoff",
    "system_accounts",
    "persons_without_system",
    "accounts_without_system",
    "paid_in_without_system",
];

/// Where a figure stands in the order of telling.
pub fn place(key: &str) -> usize {
    WHOLE.iter().position(|own| *own == key).unwrap_or(WHOLE.len())
}

/// The name of a figure of a whole network.
pub fn figure(lang: Lang, key: &str, t: &ThresholdsText) -> String {
    if let Some(tenth) = key.strip_prefix("spread.deciles.") {
        return lang.f("network.whole.decile", &[("n", &tenth.trim_end_matches('0'))]);
    }
    let known = format!("network.whole.{}", key.replace('.', "_"));
    match lang.sentence(&known) {
        Some(_) => law(lang, &known, t),
        None => key.to_owned(),
    }
}
