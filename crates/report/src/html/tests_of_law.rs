//! The numeric tests of the law, each in words, by persons and by accounts side by side. Positions and sums:
//! never a finding about a person.

use super::markup::{ask, both, due, p, t};
use crate::content::{law, source};
use crate::report::Report;
use crate::show::{self, day, number};
use crate::words::{Both, say};

/// The section.
pub fn body(report: &Report) -> String {
    let mut out = p("neutral", &say("test.intro"));
    if report.whole.roots > 1 {
        out += &p("soft", &say("test.forest").with("n", number(report.whole.roots)));
    }
    out + "<div class=tests>" + &floor(report) + &grave_persons(report) + &grave_amount(report) + "</div>"
}

/// One reading of a test: its name, its value, whether the number is reached (outer `None`: not asked).
struct Reading {
    name: Both,
    value: String,
    met: Option<Option<bool>>,
}

fn reading(name: Both, value: &Both, met: Option<bool>) -> Reading {
    Reading { name, value: both(value), met: Some(met) }
}

/// How many meet it by themselves, with where that stands.
fn holders(key: &str, count: Option<u64>, from: &str, column: &str) -> Reading {
    let unit = if key == "test.holders_accounts" { "page.accounts_unit" } else { "page.persons_unit" };
    let value = count.map_or_else(|| show::NOTHING.to_owned(), |n| both(&counted(n, unit)));
    let from = say(from).with("column", format!("`{column}`"));
    Reading { name: say(key), value: ask(&value, &from), met: None }
}

/// A number with its unit.
fn counted(n: u64, unit: &str) -> Both {
    Both::same(number(n)).and_close(Both::same(" ")).and_close(say(unit))
}

fn date(name: Both, on: Option<i32>) -> Reading {
    Reading { name, value: ask(&day(on), &say("test.on_from")), met: None }
}

/// Is a number reached? A shape, a colour and a word.
pub fn state(met: Option<bool>) -> String {
    let (class, shape, key) = match met {
        Some(true) => ("met", "●", "test.met"),
        Some(false) => ("not", "○", "test.not_met"),
        None => ("not", "–", "test.not_known"),
    };
    format!("<span class=\"state {class}\"><span aria-hidden=true>{shape}</span> {}</span>", t(key))
}

fn article(report: &Report, key: &str, rule: &str, readings: &[Reading], split: bool) -> String {
    let rows: String = readings
        .iter()
        .map(|r| {
            let state = r.met.map(state).unwrap_or_default();
            format!("<tr><th scope=row>{} {state}</th><td class=n>{}</td></tr>", both(&r.name), r.value)
        })
        .collect();
    let rule = report.law.rules.iter().find(|r| r.id == rule);
    let source = rule.map_or_else(String::new, |r| {
        p("soft", &say("test.rule").with("source", source(&r.source)).with("date", &r.date))
    });
    let split = if split { due(&say("test.split")) } else { String::new() };
    format!(
        "<article><h3>{}</h3>{}<table>{rows}</table>{split}{source}</article>",
        both(&law(key, &report.law)),
        p("", &law(&format!("{key}_text"), &report.law)),
    )
}

fn floor(report: &Report) -> String {
    let (w, l) = (&report.whole, &report.law);
    let met = |n: u64, levels: u32| n >= u64::from(l.floor_persons) && levels >= l.floor_levels;
    let value = |key: &str, n: u64, levels: u32| {
        say(key).with("persons", number(n)).with("accounts", number(n)).with("levels", number(levels))
    };
    let (by_persons, by_accounts) = (met(w.persons, w.person_levels), met(w.accounts, w.levels));
    let mut readings = vec![
        reading(
            say("test.all_persons"),
            &value("test.persons_levels", w.persons, w.person_levels),
            Some(by_persons),
        ),
        reading(
            say("test.all_accounts"),
            &value("test.accounts_levels", w.accounts, w.levels),
            Some(by_accounts),
        ),
    ];
    if let Some(tree) = &report.widest_tree {
        readings.push(reading(
            say("test.widest").with("root", show::short(&tree.root, 30)),
            &value("test.persons_levels", tree.persons.into(), tree.person_levels),
            Some(met(tree.persons.into(), tree.person_levels)),
        ));
        readings.push(reading(
            say("test.widest_accounts").with("root", show::short(&tree.root, 30)),
            &value("test.accounts_levels", tree.accounts.into(), tree.levels),
            Some(met(tree.accounts.into(), tree.levels)),
        ));
    }
    readings.extend([
        holders("test.holders_persons", Some(w.persons_meeting_floor), "test.holders_from", "floor_met"),
        holders(
            "test.holders_accounts",
            Some(w.accounts_meeting_floor),
            "test.accounts_from",
            "accounts, levels",
        ),
        date(say("test.first_on"), w.first_floor_met_on),
        date(say("test.reached_on").with("n", number(l.floor_persons)), w.floor_persons_reached_on),
    ]);
    article(
        report,
        "test.floor",
        "floor",
        &readings,
        by_persons != by_accounts || is_split(w.persons_meeting_floor, w.accounts_meeting_floor),
    )
}

/// Does a position reach it by one way of counting and none by the other?
fn is_split(persons: u64, accounts: u64) -> bool {
    (persons == 0) != (accounts == 0)
}

fn grave_persons(report: &Report) -> String {
    let (w, needed) = (&report.whole, u64::from(report.law.grave_persons));
    let (by_persons, by_accounts) = (w.persons >= needed, w.accounts >= needed);
    let mut readings = vec![
        reading(say("test.all_persons"), &counted(w.persons, "page.persons_unit"), Some(by_persons)),
        reading(say("test.all_accounts"), &counted(w.accounts, "page.accounts_unit"), Some(by_accounts)),
    ];
    if w.system_accounts > 0 {
        readings.push(reading(
            say("test.without_system"),
            &counted(w.persons_without_system, "page.persons_unit"),
            Some(w.persons_without_system >= needed),
        ));
    }
    if let Some(tree) = &report.widest_tree {
        readings.push(reading(
            say("test.widest").with("root", show::short(&tree.root, 30)),
            &counted(tree.persons.into(), "page.persons_unit"),
            Some(u64::from(tree.persons) >= needed),
        ));
        readings.push(reading(
            say("test.widest_accounts").with("root", show::short(&tree.root, 30)),
            &counted(tree.accounts.into(), "page.accounts_unit"),
            Some(u64::from(tree.accounts) >= needed),
        ));
    }
    readings.extend([
        holders(
            "test.holders_persons",
            Some(w.persons_meeting_grave_persons),
            "test.holders_from",
            "grave_persons",
        ),
        holders(
            "test.holders_accounts",
            Some(w.accounts_meeting_grave_persons),
            "test.accounts_from",
            "accounts",
        ),
        date(say("test.reached_on").with("n", number(report.law.grave_persons)), w.grave_persons_reached_on),
    ]);
    let split = by_persons != by_accounts
        || is_split(w.persons_meeting_grave_persons, w.accounts_meeting_grave_persons);
    article(report, "test.grave_persons", "grave-persons", &readings, split)
}

fn grave_amount(report: &Report) -> String {
    let (w, needed) = (&report.whole, i128::from(report.law.grave_amount));
    let met = |fen: Option<i128>| fen.map(|fen| fen >= needed);
    let mut readings = vec![reading(say("test.all_data"), &show::money_or(w.paid_in), met(w.paid_in))];
    if w.system_accounts > 0 && w.paid_in_without_system.is_some() {
        readings.push(reading(
            say("test.without_system_money"),
            &show::money_or(w.paid_in_without_system),
            met(w.paid_in_without_system),
        ));
    }
    if let Some(tree) = &report.widest_tree {
        readings.push(reading(
            say("test.widest_money").with("root", show::short(&tree.root, 30)),
            &show::money_or(tree.team_paid_in),
            met(tree.team_paid_in.map(i128::from)),
        ));
    }
    readings.extend([
        holders("test.holders_persons", w.persons_meeting_grave_amount, "test.holders_from", "grave_amount"),
        holders(
            "test.holders_others",
            w.persons_meeting_grave_amount_others,
            "test.holders_from",
            "grave_amount_others",
        ),
    ]);
    article(report, "test.grave_amount", "grave-amount", &readings, false)
}
