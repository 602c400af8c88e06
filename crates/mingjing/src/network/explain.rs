//! `mingjing network explain`: how a figure comes about, down to the rows of the inputs.
//!
//! The network is counted again from the inputs (found by SHA-256), the figure is compared with the one that was
//! written, and the rows are read again. Nothing is taken from an index that could have drifted from the inputs.

mod dates;
mod rows;
mod ways;

use super::found;
use super::job::Job;
use super::names;
use super::tables::Tables;
use super::{Output, analyze};
use crate::error::Error;
use mingjing_model::money::yuan_text;
use mingjing_model::time::day_text;
use mingjing_network::count::{Count, NO_DAY};
use mingjing_network::figures::{Terms, Thresholds};
use mingjing_network::rows::{Class, Day, Fen};
use mingjing_results::lookup::{Accounts, Persons};
use serde::Serialize;
use std::fmt::Write as _;
use std::path::Path;

/// Arguments.
#[derive(clap::Args, Debug)]
#[command(group = clap::ArgGroup::new("whose").required(true).args(["person", "account"]))]
pub struct Args {
    #[command(flatten)]
    pub found: found::Args,
    /// A person, such as P12.
    #[arg(long, value_name = "P")]
    pub person: Option<String>,
    /// An account.
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// A column of persons.parquet or accounts.parquet.
    #[arg(long, value_name = "NAME")]
    pub figure: String,
    /// Most lines shown.
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub limit: usize,
}

/// Figures of a person, as the columns of persons.parquet.
const OF_PERSON: [&str; 15] = [
    "accounts",
    "persons",
    "levels",
    "direct_persons",
    "paid_in",
    "bonus",
    "withdrawn",
    "team_paid_in",
    "team_paid_in_others",
    "net",
    "floor_met",
    "floor_met_on",
    "grave_persons",
    "grave_amount",
    "grave_amount_others",
];

/// Figures of an account, as the columns of accounts.parquet.
const OF_ACCOUNT: [&str; 11] = [
    "person",
    "depth",
    "directs",
    "accounts",
    "persons",
    "levels",
    "person_levels",
    "paid_in",
    "bonus",
    "withdrawn",
    "team_paid_in",
];

/// A figure taken apart.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// The figure.
    pub figure: String,
    /// Its name, Chinese.
    pub name: String,
    /// Whose: `P12`, or an account number.
    pub whose: String,
    /// Its value as counted now.
    pub value: String,
    /// Its value in the result directory.
    pub written: String,
    /// The counting policy.
    pub policy: String,
    /// The rule, in words.
    pub rule: Vec<String>,
    /// The lines, in order.
    pub lines: Vec<Line>,
    /// How many lines there would be.
    pub lines_total: u64,
}

/// One line of an explanation: an account in its row of the member table, or a row of the ledger.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Line {
    /// The part of the figure to which it belongs, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<&'static str>,
    /// File of the row.
    pub file: String,
    /// Row number in that file.
    pub row: u64,
    /// Account.
    pub account: String,
    /// Person, such as P12.
    pub person: String,
    /// Level on a way down, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u32>,
    /// A day: of joining, or of the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// Yuan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// What the line says.
    pub note: String,
}

/// A count and what is needed to open it.
pub(super) struct Opened<'a> {
    count: &'a Count,
    tables: &'a Tables<'a>,
    terms: &'a Terms,
    thresholds: &'a Thresholds,
    members: Vec<String>,
    ledger: Vec<String>,
    limit: usize,
}

impl Opened<'_> {
    /// The line of an account: its row of the member table.
    fn line(&self, account: u32, note: impl Into<String>) -> Line {
        let (file, row) = self.count.origin.of(account);
        Line {
            file: self.members[file as usize].clone(),
            row,
            account: (*self.count.names.text(account)).to_owned(),
            person: format!("P{}", self.count.person[account as usize] + 1),
            day: day(self.count.joined[account as usize]),
            note: note.into(),
            ..Line::default()
        }
    }

    /// Accounts of a person, rising.
    fn held(&self, person: u32) -> Vec<u32> {
        (0..self.count.accounts() as u32).filter(|&a| self.count.person[a as usize] == person).collect()
    }
}

fn day(day: Day) -> Option<String> {
    if day == NO_DAY { None } else { day_text(day) }
}

/// Runs it.
pub fn run(args: &Args, output: &mut Output<'_>) -> Result<(), Error> {
    let (_, job) = found::job(&args.found)?;
    let whose = whose(args)?;
    let tables = job.open(&output.progress)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(analyze::jobs(args.found.jobs))
        .build()
        .map_err(|e| Error::World(format!("threads: {e}")))?;
    let count = pool.install(|| job.count(&tables, &[], &output.progress))?;
    let names =
        |inputs: Vec<&mingjing_intake::Input>| inputs.iter().map(|input| input.name.clone()).collect();
    let opened = Opened {
        count: &count,
        tables: &tables,
        terms: &job.terms,
        thresholds: &job.terms.thresholds,
        members: names(tables.members.inputs()),
        ledger: tables.ledger.as_ref().map(|ledger| names(ledger.inputs())).unwrap_or_default(),
        limit: args.limit,
    };
    let explanation = match whose {
        Whose::Person(p) => of_person(&opened, &job, p, &args.figure, &args.found.out)?,
        Whose::Account(account) => of_account(&opened, &job, &account, &args.figure, &args.found.out)?,
    };
    output.progress.finish();
    if output.json {
        let value = serde_json::to_string_pretty(&explanation).map_err(|e| Error::World(e.to_string()))?;
        return output.say(&format!("{value}\n"));
    }
    output.say(&said(&explanation))
}

enum Whose {
    /// From 1.
    Person(u32),
    Account(String),
}

fn whose(args: &Args) -> Result<Whose, Error> {
    let figures: &[&str] = if args.person.is_some() { &OF_PERSON } else { &OF_ACCOUNT };
    if !figures.contains(&args.figure.as_str()) {
        return Err(Error::user(
            "unknown_figure",
            format!(
                "没有此项数字。\n--figure {}: there is no such figure; there are: {}",
                args.figure,
                figures.join(", ")
            ),
        ));
    }
    match (&args.person, &args.account) {
        (Some(person), _) => {
            let number = person.trim().trim_start_matches(['P', 'p']).parse().ok().filter(|&p| p > 0);
            number.map(Whose::Person).ok_or_else(|| {
                Error::user(
                    "bad_person",
                    format!(
                        "人员编号写作 P12。\n--person {person}: write it as in persons.parquet, such as P12"
                    ),
                )
            })
        }
        (None, account) => Ok(Whose::Account(account.clone().unwrap_or_default().trim().to_owned())),
    }
}

/// One column of a row written in the results, as text.
fn column(row: serde_json::Value, figure: &str) -> String {
    match &row[figure] {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => "null".to_owned(),
        value => value.to_string(),
    }
}

fn money(fen: Option<Fen>) -> serde_json::Value {
    fen.map_or(serde_json::Value::Null, |fen| yuan_text(fen.into()).into())
}

fn person_row(f: &mingjing_network::figures::PersonFigures) -> serde_json::Value {
    serde_json::json!({
        "accounts": f.accounts, "persons": f.persons, "levels": f.levels, "direct_persons": f.direct_persons,
        "paid_in": money(f.paid_in), "bonus": money(f.bonus), "withdrawn": money(f.withdrawn),
        "team_paid_in": money(f.team_paid_in), "team_paid_in_others": money(f.team_paid_in_others),
        "net": money(f.net), "floor_met": f.floor_met, "floor_met_on": f.floor_met_on.and_then(day_text),
        "grave_persons": f.grave_persons, "grave_amount": f.grave_amount,
        "grave_amount_others": f.grave_amount_others,
    })
}

fn account_row(f: &mingjing_network::figures::AccountFigures) -> serde_json::Value {
    serde_json::json!({
        "person": format!("P{}", f.person), "depth": f.depth, "directs": f.directs, "accounts": f.accounts,
        "persons": f.persons, "levels": f.levels, "person_levels": f.person_levels,
        "paid_in": money(f.paid_in), "bonus": money(f.bonus), "withdrawn": money(f.withdrawn),
        "team_paid_in": money(f.team_paid_in),
    })
}

fn of_person(o: &Opened<'_>, job: &Job, p: u32, figure: &str, dir: &Path) -> Result<Explanation, Error> {
    let missing = || Error::user("unknown_person", format!("结果中没有此人。\nP{p}: not in these results"));
    if p as usize > o.count.persons() {
        return Err(missing());
    }
    let written = Persons::open(dir)?.find(p)?.ok_or_else(missing)?;
    let held = o.held(p - 1);
    let (rule, lines, total) = match figure {
        "accounts" => ways::accounts_held(o, &held),
        "persons" | "grave_persons" => ways::persons(o, &held),
        "levels" => ways::person_levels(o, &held),
        "direct_persons" => ways::direct_persons(o, &held),
        "paid_in" => rows::own(o, &held, rows::Money::In)?,
        "bonus" => rows::own(o, &held, rows::Money::Class(Class::Bonus))?,
        "withdrawn" => rows::own(o, &held, rows::Money::Class(Class::Out))?,
        "net" => rows::net(o, &held)?,
        "team_paid_in" | "grave_amount" => rows::team(o, &held, true),
        "team_paid_in_others" | "grave_amount_others" => rows::team(o, &held, false),
        _ => dates::floor(o, &held),
    };
    Ok(Explanation {
        figure: figure.to_owned(),
        name: names::figure(figure, o.thresholds),
        whose: format!("P{p}"),
        value: column(person_row(&o.count.person_figures(p as usize - 1, o.thresholds)), figure),
        written: column(person_row(&written), figure),
        policy: job.terms.policy.id.clone(),
        rule,
        lines,
        lines_total: total,
    })
}

fn of_account(
    o: &Opened<'_>,
    job: &Job,
    account: &str,
    figure: &str,
    dir: &Path,
) -> Result<Explanation, Error> {
    let missing = || {
        Error::user(
            "unknown_account",
            format!("结果中没有此账号，请按原文填写。\n{account}: not in these results"),
        )
    };
    let a = o.count.names.find(account).ok_or_else(missing)?;
    let written = Accounts::open(dir)?.find(account)?.ok_or_else(missing)?;
    let (rule, lines, total) = match figure {
        "person" => ways::accounts_held(o, &o.held(o.count.person[a as usize])),
        "depth" => ways::way_up(o, a),
        "directs" => ways::directs(o, a),
        "accounts" => ways::accounts_below(o, a),
        "persons" => ways::persons(o, &[a]),
        "levels" => ways::levels(o, a),
        "person_levels" => ways::person_levels(o, &[a]),
        "paid_in" => rows::own(o, &[a], rows::Money::In)?,
        "bonus" => rows::own(o, &[a], rows::Money::Class(Class::Bonus))?,
        "withdrawn" => rows::own(o, &[a], rows::Money::Class(Class::Out))?,
        _ => rows::team(o, &[a], true),
    };
    Ok(Explanation {
        figure: figure.to_owned(),
        name: names::figure(figure, o.thresholds),
        whose: account.to_owned(),
        value: column(account_row(&o.count.account_figures(a as usize)), figure),
        written: column(account_row(&written), figure),
        policy: job.terms.policy.id.clone(),
        rule,
        lines,
        lines_total: total,
    })
}

fn value_said(value: &str) -> &str {
    match value {
        "true" => "是",
        "false" => "否",
        "null" => "不明",
        value => value,
    }
}

fn said(e: &Explanation) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = writeln!(
        text,
        "{} {} {} = {}（计数政策 {}）",
        e.whose,
        e.name,
        e.figure,
        value_said(&e.value),
        e.policy
    );
    if e.value != e.written {
        let written = value_said(&e.written);
        let _ = writeln!(text, "注意：结果目录中写的是 {written}。The results say otherwise: run verify.");
    }
    for rule in &e.rule {
        let _ = writeln!(text, "{rule}");
    }
    let mut group = None;
    for line in &e.lines {
        if line.group != group {
            group = line.group;
            let _ = writeln!(text, "{}：", group.unwrap_or_default());
        }
        let level = line.level.map_or(String::new(), |level| format!("第 {level} 级  "));
        let amount = line.amount.as_ref().map_or(String::new(), |amount| format!("{amount:>16} 元  "));
        let _ = writeln!(
            text,
            "  {level}{}  {}  {}  {amount}{}  [{} 第 {} 行]",
            line.account,
            line.person,
            line.day.as_deref().unwrap_or("时间不明"),
            line.note,
            line.file,
            line.row
        );
    }
    if e.lines_total > e.lines.len() as u64 {
        let _ = writeln!(text, "  另有 {} 行（--limit 可多列）", e.lines_total - e.lines.len() as u64);
    }
    text
}
