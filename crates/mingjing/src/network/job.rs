//! What one count needs: opened tables and terms, whether asked for on the command line or found again beside a
//! result directory.

use super::tables::Tables;
use crate::error::Error;
use crate::law;
use crate::watch::Progress;
use mingjing_intake::Mapping;
use mingjing_model::time::Day;
use mingjing_network::count::Count;
use mingjing_network::figures::{Boundary, Terms};
use mingjing_network::policy;
use mingjing_network::roster::Roster;
use mingjing_network::rows::Class;
use mingjing_network::run::{self, Phase, Stop};
use std::fs;
use std::path::{Path, PathBuf};

/// Inputs and terms.
pub struct Job {
    pub members: Vec<PathBuf>,
    pub ledger: Vec<PathBuf>,
    pub mapping: Mapping,
    pub terms: Terms,
    pub jobs: usize,
}

impl Job {
    /// The terms of a policy on these inputs.
    pub fn terms(
        policy: &str,
        mapping: &Mapping,
        cutoff: Option<Day>,
        confirmed: Vec<(String, String)>,
    ) -> Result<Terms, Error> {
        let Some(named) = law::policy(policy) else {
            let ids: Vec<&str> = law::policies().iter().map(|policy| policy.policy.id.as_str()).collect();
            return Err(Error::user(
                "unknown_policy",
                format!(
                    "没有计数政策 {policy}。\nThere is no counting policy {policy}; there are: {}",
                    ids.join(", ")
                ),
            ));
        };
        Ok(Terms {
            policy: named.policy.clone(),
            thresholds: law::thresholds(),
            cutoff,
            boundary: mapping.boundary(),
            system_accounts: mapping.system_accounts().to_vec(),
            confirmed,
        })
    }

    /// Opens the tables.
    pub fn open<'w>(&self, progress: &'w Progress) -> Result<Tables<'w>, Error> {
        Tables::open(&self.members, &self.ledger, &self.mapping, self.jobs, progress)
    }

    /// Reads and counts. Subjects and confirmed accounts that are not in the table are refused early.
    pub fn count(
        &self,
        tables: &Tables<'_>,
        subjects: &[String],
        progress: &Progress,
    ) -> Result<Count, Error> {
        self.count_and_look(tables, subjects, progress, |_| Ok(()))
    }

    /// The same, with a look at the cleaned accounts before anything is counted.
    pub fn count_and_look(
        &self,
        tables: &Tables<'_>,
        subjects: &[String],
        progress: &Progress,
        look: impl FnOnce(&Roster) -> Result<(), Error>,
    ) -> Result<Count, Error> {
        let terms = &self.terms;
        let mut phase = |phase: Phase| progress.phase(name(phase), says(phase));
        let roster = run::roster(tables, terms, &mut phase)?;
        for account in subjects {
            if roster.find(account.trim()).is_none() {
                return Err(Error::user(
                    "unknown_subject",
                    format!(
                        "会员表中没有此账号，请按原文填写。\n--subject {account}: the member table has no such account."
                    ),
                ));
            }
        }
        for (row, (account, _)) in terms.confirmed.iter().enumerate() {
            if roster.find(account.trim()).is_none() {
                return Err(Error::user(
                    "unknown_confirmed_account",
                    format!(
                        "归人名单中的账号不在会员表中。\n--persons, row {}: account {account} is not in the member table; correct the list",
                        row + 2
                    ),
                ));
            }
        }
        look(&roster)?;
        policy::check(&terms.policy, &roster, self.has_ledger()).map_err(Stop::<Error>::Refused)?;
        let ledger = run::ledger(tables, &roster, terms, &mut phase)?;
        // Findings keep the number of a row in 32 bits.
        let rows = tables.ledger_tally.get().map(|tally| tally.rows_read.iter().max().copied());
        if rows.flatten().is_some_and(|rows| rows >= u64::from(u32::MAX)) {
            return Err(Error::user(
                "too_many_rows",
                "一个流水文件至多 42 亿行，请先拆分。\nA ledger file has at most 4.2 billion rows; split it first.",
            ));
        }
        progress.check()?;
        let count = run::count_with(tables, roster, ledger, terms, &mut phase)?;
        progress.check()?;
        Ok(count)
    }

    fn has_ledger(&self) -> bool {
        !self.ledger.is_empty()
    }
}

/// The boundary in effect: named, or the only class that occurs.
pub fn boundary(tables: &Tables<'_>, terms: &Terms) -> Option<Boundary> {
    let tally = tables.ledger_tally.get()?;
    let has = |class: Class| tally.kinds.values().any(|(own, rows)| *own == class && *rows > 0);
    Some(terms.boundary.unwrap_or(if has(Class::Topup) { Boundary::Cash } else { Boundary::Order }))
}

/// The name of a phase in timings.
fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::Members => "members",
        Phase::MembersExact => "members_exact",
        Phase::Roster => "roster",
        Phase::Ledger => "ledger",
        Phase::Repeats => "repeats",
        Phase::LedgerExact => "ledger_exact",
        Phase::LedgerDropped => "ledger_dropped",
        Phase::Count => "count",
    }
}

fn says(phase: Phase) -> &'static str {
    match phase {
        Phase::Members => "读会员表 members",
        Phase::MembersExact => "核对重复账号 repeated accounts",
        Phase::Roster => "整理关系 referrers",
        Phase::Ledger => "读流水 ledger",
        Phase::Repeats => "查重复流水 repeated rows",
        Phase::LedgerExact => "核对重复流水 repeated rows",
        Phase::LedgerDropped => "剔除账号的资金 dropped accounts",
        Phase::Count => "计数 counting",
    }
}

/// A list of confirmed persons: `account,person,decided_by,decided_on` under a heading.
///
/// # Errors
/// The user's: missing file or column, an empty cell, one account under two persons, a date that is none.
pub fn confirmed(path: &Path) -> Result<Vec<(String, String)>, Error> {
    let bytes = fs::read(path).map_err(|e| Error::io(path, &e))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let bad = |row: u64, what: String| {
        Error::user(
            "bad_persons",
            format!(
                "归人名单有误，请改正。\n{name}, row {row}: {what}\nThe list has the columns account,person,decided_by,decided_on."
            ),
        )
    };
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
    let headings = reader.headers().map_err(|e| bad(1, e.to_string()))?.clone();
    let place = |column: &str| {
        let found = headings.iter().position(|heading| heading == column);
        found.ok_or_else(|| bad(1, format!("column {column} is missing")))
    };
    let columns = [place("account")?, place("person")?, place("decided_by")?, place("decided_on")?];
    let mut list: Vec<(String, String)> = Vec::new();
    let mut labels = std::collections::HashMap::new();
    for (row, record) in (2u64..).zip(reader.records()) {
        let record = record.map_err(|e| bad(row, e.to_string()))?;
        let cells = columns.map(|column| record.get(column).unwrap_or_default().to_owned());
        if let Some(empty) = cells.iter().position(String::is_empty) {
            let column = ["account", "person", "decided_by", "decided_on"][empty];
            return Err(bad(row, format!("{column} is empty: each decision names who took it and when")));
        }
        let [account, person, _, on] = cells;
        if mingjing_model::time::parse_day(&on).is_none() {
            return Err(bad(row, format!("decided_on {on} is no date such as 2020-06-30")));
        }
        if let Some(other) = labels.insert(account.clone(), person.clone())
            && other != person
        {
            return Err(bad(row, format!("account {account} stands under {other} and {person}")));
        }
        list.push((account, person));
    }
    Ok(list)
}
