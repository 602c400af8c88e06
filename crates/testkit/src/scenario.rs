//! A whole case of a count: rows and terms, written as tables a person can read.
//!
//! `Debug` prints the very form that golden files use, so that a failing random case can be pasted into one.
//! A table is a heading and rows, cells parted by `|`. `A1..A29` in the account column writes 29 rows; another
//! cell with a range in such a row (`B1..B3`) is shared out among them in order, evenly. Times are those of
//! Shanghai (UTC+8); an empty one is unknown. `~` in the identity column: the row's table has no such column.

use crate::rows::{Entry, Fingerprint, Member, Rows};
use mingjing_model::money::{parse_yuan, yuan_text};
use mingjing_model::time::{Day, Micros, day_text, parse_day};
use mingjing_network::figures::{Boundary, Policy, Terms, Thresholds, Tree};
use mingjing_network::rows::Class;
use serde::Deserialize;
use std::collections::HashMap;
use std::fmt;

const SECOND: Micros = 1_000_000;
const DAY_SECONDS: i64 = 86_400;
const SHANGHAI_SECONDS: i64 = 8 * 3_600;

/// Rows and terms of one count.
#[derive(Clone)]
pub struct Scenario {
    /// The rows.
    pub rows: Rows,
    /// The terms.
    pub terms: Terms,
}

/// A scenario as golden files write it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    members: String,
    ledger: Option<String>,
    #[serde(default)]
    terms: WrittenTerms,
    fingerprint_bits: Option<u32>,
}

/// Terms as golden files write them; what is not written is policy `main` and the law's thresholds.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WrittenTerms {
    policy: String,
    tree: String,
    accounts: String,
    system: String,
    consumers: String,
    floor_persons: u32,
    floor_levels: u32,
    grave_persons: u32,
    grave_amount: String,
    cutoff: Option<String>,
    boundary: Option<String>,
    system_accounts: Vec<String>,
    confirmed: Vec<(String, String)>,
}

impl Default for WrittenTerms {
    fn default() -> WrittenTerms {
        WrittenTerms {
            policy: "main".to_owned(),
            tree: "referral".to_owned(),
            accounts: "all".to_owned(),
            system: "with".to_owned(),
            consumers: "kept".to_owned(),
            floor_persons: 30,
            floor_levels: 3,
            grave_persons: 120,
            grave_amount: "2500000".to_owned(),
            cutoff: None,
            boundary: None,
            system_accounts: Vec::new(),
            confirmed: Vec::new(),
        }
    }
}

impl Scenario {
    /// Reads what `Debug` prints.
    ///
    /// # Panics
    /// When the text is not of that form: the test that wrote it is wrong.
    pub fn from_text(text: &str) -> Scenario {
        let written: Written = serde_yaml_ng::from_str(text).expect("a scenario as YAML");
        written.scenario()
    }
}

impl Written {
    pub(crate) fn new(members: String, ledger: Option<String>, terms: WrittenTerms) -> Written {
        Written { members, ledger, terms, fingerprint_bits: None }
    }

    /// The scenario that is written.
    pub(crate) fn scenario(&self) -> Scenario {
        let fingerprint = self.fingerprint_bits.map_or(Fingerprint::Wide, Fingerprint::Bits);
        let members = table(&self.members).iter().map(member).collect();
        let ledger = self.ledger.as_ref().map(|text| table(text).iter().map(entry).collect());
        Scenario { rows: Rows { members, ledger, fingerprint }, terms: self.terms.terms() }
    }
}

impl WrittenTerms {
    fn terms(&self) -> Terms {
        let either = |value: &str, yes: &str, no: &str| {
            assert!(value == yes || value == no, "{value} is neither {yes} nor {no}");
            value == yes
        };
        let boundary = self.boundary.as_deref().map(|boundary| match either(boundary, "cash", "order") {
            true => Boundary::Cash,
            false => Boundary::Order,
        });
        Terms {
            policy: Policy {
                id: self.policy.clone(),
                tree: if either(&self.tree, "placement", "referral") {
                    Tree::Placement
                } else {
                    Tree::Referral
                },
                paid_only: either(&self.accounts, "paid", "all"),
                with_system: either(&self.system, "with", "without"),
                with_consumers: either(&self.consumers, "kept", "dropped"),
            },
            thresholds: Thresholds {
                floor_persons: self.floor_persons,
                floor_levels: self.floor_levels,
                grave_persons: self.grave_persons,
                grave_amount: parse_yuan(&self.grave_amount).expect("grave_amount in yuan"),
            },
            cutoff: self.cutoff.as_deref().map(|day| parse_day(day).expect("cutoff is a date")),
            boundary,
            system_accounts: self.system_accounts.clone(),
            confirmed: self.confirmed.clone(),
        }
    }
}

/// Cells of a row by heading.
type Cells = HashMap<String, String>;

/// The rows of a table, ranges written out.
fn table(text: &str) -> Vec<Cells> {
    let split = |line: &str| -> Vec<String> { line.split('|').map(|cell| cell.trim().to_owned()).collect() };
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let heading = split(lines.next().expect("a table has a heading"));
    lines
        .flat_map(|line| {
            let cells = split(line);
            assert!(cells.len() <= heading.len(), "more cells than headings: {line}");
            written_out(&heading, &cells)
        })
        .collect()
}

/// One row, or as many as the range in its account column says.
fn written_out(heading: &[String], cells: &[String]) -> Vec<Cells> {
    let place = heading.iter().position(|name| name == "account").expect("a column account");
    let rows = range(&cells[place]).map_or(1, |range| range.len());
    let mut all = vec![Cells::new(); rows];
    for (name, cell) in heading.iter().zip(cells) {
        let values = range(cell).unwrap_or_else(|| vec![cell.clone()]);
        for (row, cells) in all.iter_mut().enumerate() {
            cells.insert(name.clone(), values[row * values.len() / rows].clone());
        }
    }
    all
}

/// `A1..A29` as its 29 texts.
fn range(cell: &str) -> Option<Vec<String>> {
    let (first, last) = cell.split_once("..")?;
    let number = |text: &str| -> Option<(String, u32)> {
        let prefix = text.trim_end_matches(|c: char| c.is_ascii_digit());
        Some((prefix.to_owned(), text[prefix.len()..].parse().ok()?))
    };
    let ((prefix, from), (same, to)) = (number(first)?, number(last)?);
    (prefix == same && from <= to).then(|| (from..=to).map(|i| format!("{prefix}{i}")).collect())
}

fn member(cells: &Cells) -> Member {
    expect_headings(
        cells,
        &[
            "account",
            "referrer",
            "placement",
            "identity",
            "joined",
            "mobile",
            "bank_card",
            "paid",
            "note",
            "file",
        ],
    );
    Member {
        account: text(cells, "account"),
        referrer: text(cells, "referrer"),
        placement: text(cells, "placement"),
        identity: cells.get("identity").filter(|cell| *cell != "~").cloned(),
        joined: time(&text(cells, "joined")),
        mobile: text(cells, "mobile"),
        bank_card: text(cells, "bank_card"),
        paid: match text(cells, "paid").as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            "" => None,
            other => panic!("paid is yes, no or empty, not {other}"),
        },
        note: text(cells, "note"),
        file: file(cells),
    }
}

fn entry(cells: &Cells) -> Entry {
    expect_headings(cells, &["account", "class", "amount", "time", "serial", "currency", "note", "file"]);
    let class = text(cells, "class");
    let amount = text(cells, "amount");
    Entry {
        account: text(cells, "account"),
        class: *Class::ALL.iter().find(|c| c.name() == class).unwrap_or_else(|| panic!("no class {class}")),
        amount: parse_yuan(&amount).unwrap_or_else(|_| panic!("no amount: {amount}")),
        time: time(&text(cells, "time")),
        serial: text(cells, "serial"),
        foreign: !matches!(text(cells, "currency").as_str(), "" | "CNY"),
        note: text(cells, "note"),
        file: file(cells),
    }
}

fn expect_headings(cells: &Cells, known: &[&str]) {
    for heading in cells.keys() {
        assert!(known.contains(&heading.as_str()), "no column {heading}; columns are {known:?}");
    }
}

fn text(cells: &Cells, name: &str) -> String {
    cells.get(name).cloned().unwrap_or_default()
}

fn file(cells: &Cells) -> u32 {
    let file = text(cells, "file");
    if file.is_empty() { 0 } else { file.parse().expect("file is a number") }
}

/// A time of Shanghai: a date, and perhaps a clock as `HH:MM` or `HH:MM:SS`.
fn time(text: &str) -> Option<Micros> {
    if text.is_empty() {
        return None;
    }
    let (date, clock) = text.split_once(' ').unwrap_or((text, "00:00"));
    let day = parse_day(date).unwrap_or_else(|| panic!("no date: {text}"));
    let mut seconds = 0;
    for (part, unit) in clock.split(':').zip([3_600, 60, 1]) {
        seconds += unit * part.parse::<i64>().unwrap_or_else(|_| panic!("no clock: {text}"));
    }
    Some((i64::from(day) * DAY_SECONDS + seconds - SHANGHAI_SECONDS) * SECOND)
}

fn time_text(time: Option<Micros>) -> String {
    let Some(time) = time else { return String::new() };
    let seconds = time.div_euclid(SECOND) + SHANGHAI_SECONDS;
    let (day, clock) = (seconds.div_euclid(DAY_SECONDS), seconds.rem_euclid(DAY_SECONDS));
    let date = Day::try_from(day).ok().and_then(day_text).unwrap_or_else(|| format!("day {day}"));
    format!("{date} {:02}:{:02}:{:02}", clock / 3_600, clock / 60 % 60, clock % 60)
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Scenario { rows, terms } = self;
        writeln!(f, "\nmembers: |")?;
        writeln!(
            f,
            "  account | referrer | placement | identity | joined | mobile | bank_card | paid | note | file"
        )?;
        for m in &rows.members {
            let identity = m.identity.as_deref().unwrap_or("~");
            let paid = m.paid.map_or("", |paid| if paid { "yes" } else { "no" });
            writeln!(
                f,
                "  {} | {} | {} | {identity} | {} | {} | {} | {paid} | {} | {}",
                m.account,
                m.referrer,
                m.placement,
                time_text(m.joined),
                m.mobile,
                m.bank_card,
                m.note,
                m.file
            )?;
        }
        if let Some(ledger) = &rows.ledger {
            writeln!(f, "ledger: |\n  account | class | amount | time | serial | currency | note | file")?;
            for e in ledger {
                let (amount, currency) = (yuan_text(e.amount.into()), if e.foreign { "USD" } else { "CNY" });
                let (class, time) = (e.class.name(), time_text(e.time));
                writeln!(
                    f,
                    "  {} | {class} | {amount} | {time} | {} | {currency} | {} | {}",
                    e.account, e.serial, e.note, e.file
                )?;
            }
        }
        if let Fingerprint::Bits(bits) = rows.fingerprint {
            writeln!(f, "fingerprint_bits: {bits}")?;
        }
        write_terms(f, terms)
    }
}

fn write_terms(f: &mut fmt::Formatter<'_>, terms: &Terms) -> fmt::Result {
    let Terms { policy, thresholds, cutoff, boundary, system_accounts, confirmed } = terms;
    writeln!(f, "terms:\n  policy: {:?}", policy.id)?;
    writeln!(f, "  tree: {}", if policy.tree == Tree::Placement { "placement" } else { "referral" })?;
    writeln!(f, "  accounts: {}", if policy.paid_only { "paid" } else { "all" })?;
    writeln!(f, "  system: {}", if policy.with_system { "with" } else { "without" })?;
    writeln!(f, "  consumers: {}", if policy.with_consumers { "kept" } else { "dropped" })?;
    writeln!(f, "  floor_persons: {}", thresholds.floor_persons)?;
    writeln!(f, "  floor_levels: {}", thresholds.floor_levels)?;
    writeln!(f, "  grave_persons: {}", thresholds.grave_persons)?;
    writeln!(f, "  grave_amount: \"{}\"", yuan_text(thresholds.grave_amount.into()))?;
    if let Some(day) = cutoff.and_then(day_text) {
        writeln!(f, "  cutoff: \"{day}\"")?;
    }
    if let Some(boundary) = boundary {
        writeln!(f, "  boundary: {}", if *boundary == Boundary::Cash { "cash" } else { "order" })?;
    }
    writeln!(f, "  system_accounts: {system_accounts:?}")?;
    let confirmed: Vec<[&String; 2]> = confirmed.iter().map(|(account, label)| [account, label]).collect();
    writeln!(f, "  confirmed: {confirmed:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_written_out_and_shared_evenly() {
        let rows = table("account | referrer\nR |\nA1..A3 | R\nB1..B6 | A1..A3\nC1..C3 | R..x\n");
        let pairs: Vec<String> =
            rows.iter().map(|row| format!("{}<{}", row["account"], text(row, "referrer"))).collect();
        assert_eq!(
            pairs[..10],
            ["R<", "A1<R", "A2<R", "A3<R", "B1<A1", "B2<A1", "B3<A2", "B4<A2", "B5<A3", "B6<A3"]
        );
        assert_eq!(pairs[10], "C1<R..x");
    }

    #[test]
    fn a_time_comes_back_from_its_text() {
        let moment = time("2020-06-30 10:30:05");
        assert_eq!(moment, Some(1_593_484_205 * SECOND));
        assert_eq!(time(&time_text(moment)), moment);
        assert_eq!(time_text(time("2020-06-30")), "2020-06-30 00:00:00");
    }
}
