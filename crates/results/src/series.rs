//! `levels.csv`, `growth.csv` and `growth_months.csv`: the network by depth, by day and by month.

use crate::csv::{Reader, Writer};
use crate::stage::Stage;
use crate::{Error, summary::Yuan};
use mingjing_model::time::{day_text, parse_day};
use mingjing_network::figures::{DayFlow, Whole};
use mingjing_network::rows::{Day, Fen};
use std::path::Path;

/// File of accounts and persons by depth.
pub const LEVELS: &str = "levels.csv";
/// File of joins and money by day.
pub const GROWTH: &str = "growth.csv";
/// The same by month.
pub const GROWTH_MONTHS: &str = "growth_months.csv";

const LEVELS_HEADING: [&str; 3] = ["depth", "accounts", "persons"];
const GROWTH_HEADING: [&str; 6] = ["day", "joins", "money_in", "bonus", "out", "accounts_cumulative"];
const MONTHS_HEADING: [&str; 6] = ["month", "joins", "money_in", "bonus", "out", "accounts_cumulative"];

/// One depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Level {
    /// Root = 1.
    pub depth: u32,
    pub accounts: u64,
    /// Persons at the depth of their shallowest account.
    pub persons: u64,
}

/// One day or month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Growth {
    /// `2020-06-30` or `2020-06`; empty: time unknown.
    pub period: String,
    /// Accounts joined.
    pub joins: u64,
    /// Money in, bonus and out, gross, fen; `None` without a ledger.
    pub money: Option<[Fen; 3]>,
    /// Accounts joined up to then, this period included; those of unknown time come last.
    pub accounts_cumulative: u64,
}

/// Writes the three files.
///
/// # Errors
/// The system refuses; the error names the file.
pub fn write(stage: &Stage, whole: &Whole) -> Result<(), Error> {
    let mut levels = Writer::create(stage, LEVELS, &LEVELS_HEADING)?;
    for level in self::levels(whole) {
        let texts = [level.depth.to_string(), level.accounts.to_string(), level.persons.to_string()];
        levels.row(&texts.each_ref().map(String::as_str))?;
    }
    levels.finish()?;
    put_growth(stage, GROWTH, &GROWTH_HEADING, &days(whole))?;
    put_growth(stage, GROWTH_MONTHS, &MONTHS_HEADING, &months(whole))
}

/// The rows of `levels.csv`.
pub fn levels(whole: &Whole) -> Vec<Level> {
    let persons = whole.persons_per_depth.iter().copied().chain(std::iter::repeat(0));
    let rows = whole.accounts_per_depth.iter().zip(persons).zip(1..);
    rows.map(|((&accounts, persons), depth)| Level { depth, accounts, persons }).collect()
}

/// The rows of `growth.csv`: days on which something happened, then the unknown time, if any.
pub fn days(whole: &Whole) -> Vec<Growth> {
    by_period(whole, |day| day_text(day).unwrap_or_default())
}

/// The rows of `growth_months.csv`.
pub fn months(whole: &Whole) -> Vec<Growth> {
    // Year and month are all but the last three characters, however long the year.
    let month = |day: Day| day_text(day).map_or(String::new(), |text| text[..text.len() - 3].to_owned());
    by_period(whole, month)
}

fn by_period(whole: &Whole, period: impl Fn(Day) -> String) -> Vec<Growth> {
    let known = whole.days.iter().filter_map(|(day, flow)| day.map(|day| (period(day), *flow)));
    let unknown = whole.days.get(&None).map(|flow| (String::new(), *flow));
    let mut rows: Vec<Growth> = Vec::new();
    let mut accounts = 0;
    for (period, flow) in known.chain(unknown) {
        accounts += flow.joins;
        match rows.last_mut().filter(|row| row.period == period) {
            Some(row) => add(row, &flow, accounts),
            None => {
                let money = whole.paid_in.map(|_| [0; 3]);
                let mut row = Growth { period, joins: 0, money, accounts_cumulative: 0 };
                add(&mut row, &flow, accounts);
                rows.push(row);
            }
        }
    }
    rows
}

fn add(row: &mut Growth, flow: &DayFlow, accounts: u64) {
    row.joins += flow.joins;
    row.accounts_cumulative = accounts;
    if let Some(money) = &mut row.money {
        let flows = [flow.money_in, flow.bonus, flow.out];
        money.iter_mut().zip(flows).for_each(|(sum, amount)| *sum += amount);
    }
}

fn put_growth(stage: &Stage, name: &str, heading: &[&str], rows: &[Growth]) -> Result<(), Error> {
    let mut out = Writer::create(stage, name, heading)?;
    for row in rows {
        let [money_in, bonus, paid_out] =
            row.money.map_or_else(Default::default, |money| money.map(|fen| Yuan(fen.into()).to_string()));
        let (joins, total) = (row.joins.to_string(), row.accounts_cumulative.to_string());
        out.row(&[&row.period, &joins, &money_in, &bonus, &paid_out, &total])?;
    }
    out.finish()
}

/// Reads `levels.csv`.
///
/// # Errors
/// The file is missing or damaged; the system refuses.
pub fn read_levels(dir: &Path) -> Result<Vec<Level>, Error> {
    let mut reader = Reader::open(dir, LEVELS, &LEVELS_HEADING)?;
    let mut levels = Vec::new();
    while let Some(row) = reader.row()? {
        let level = || {
            Some(Level {
                depth: row[0].parse().ok()?,
                accounts: row[1].parse().ok()?,
                persons: row[2].parse().ok()?,
            })
        };
        levels.push(level().ok_or_else(|| Error::broken(&reader.path, format!("cannot read row {row:?}")))?);
    }
    Ok(levels)
}

/// Reads `growth.csv`; with `by_month` `growth_months.csv`.
///
/// # Errors
/// The file is missing or damaged; the system refuses.
pub fn read_growth(dir: &Path, by_month: bool) -> Result<Vec<Growth>, Error> {
    let mut reader = match by_month {
        false => Reader::open(dir, GROWTH, &GROWTH_HEADING)?,
        true => Reader::open(dir, GROWTH_MONTHS, &MONTHS_HEADING)?,
    };
    let mut rows = Vec::new();
    while let Some(row) = reader.row()? {
        let growth = || {
            let is_period = row[0].is_empty()
                || parse_day(&row[0]).is_some()
                || (by_month && parse_day(&format!("{}-01", row[0])).is_some());
            let money = |i: usize| serde_json::from_value::<Yuan>(row[i].clone().into()).ok();
            let fen = |i| money(i).and_then(|yuan| Fen::try_from(yuan.0).ok());
            let money = match row[2].is_empty() {
                true => None,
                false => Some([fen(2)?, fen(3)?, fen(4)?]),
            };
            is_period.then_some(Growth {
                period: row[0].clone(),
                joins: row[1].parse().ok()?,
                money,
                accounts_cumulative: row[5].parse().ok()?,
            })
        };
        rows.push(growth().ok_or_else(|| Error::broken(&reader.path, format!("cannot read row {row:?}")))?);
    }
    Ok(rows)
}
