//! `mingjing network verify`: counts again from the inputs by the slow, obvious way, and compares every file of the
//! result directory with what it gives. Memory: all rows; time: accounts × depth. Meant for networks of up to some
//! million accounts.

use super::Output;
use super::found;
use crate::error::Error;
use mingjing_intake::Pass;
use mingjing_network::figures::{Counted, Table};
use mingjing_network::rows::{LedgerRow, MemberRow};
use mingjing_network::slow;
use mingjing_results::lookup::{Accounts, Persons};
use mingjing_results::summary::{Figures, Yuan};
use mingjing_results::{findings, series};
use std::fmt::Debug;
use std::path::Path;

/// Arguments.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    pub found: found::Args,
}

/// Most differences that are shown.
const SHOWN_MAX: usize = 20;

/// What differs.
#[derive(Default)]
struct Differences {
    shown: Vec<String>,
    total: u64,
    compared: u64,
}

impl Differences {
    fn compare<T: PartialEq + Debug>(&mut self, what: impl FnOnce() -> String, written: &T, counted: &T) {
        self.compared += 1;
        if written != counted {
            self.total += 1;
            if self.shown.len() < SHOWN_MAX {
                self.shown.push(format!("{}:\n  written {written:?}\n  counted {counted:?}", what()));
            }
        }
    }
}

/// Runs it.
pub fn run(args: &Args, output: &mut Output<'_>) -> Result<(), Error> {
    let (summary, job) = found::job(&args.found)?;
    let tables = job.open(&output.progress)?;
    output.progress.phase("read", "重读输入 reading");
    let members = read_members(&tables)?;
    let ledger = tables.ledger.is_some().then(|| read_ledger(&tables)).transpose()?;
    output.progress.phase("slow", "逐户复算 counting again");
    let member_rows: Vec<MemberRow<'_>> = members.iter().map(OwnedMember::row).collect();
    let ledger_rows: Option<Vec<LedgerRow<'_>>> =
        ledger.as_ref().map(|rows| rows.iter().map(OwnedEntry::row).collect());
    let counted = slow::count(&member_rows, ledger_rows.as_deref(), &job.terms)?;
    output.progress.check()?;
    output.progress.phase("compare", "比对 comparing");
    let mut differences = Differences::default();
    differences.compare(|| "summary.json figures".into(), &summary.figures, &Figures::of(&counted.whole));
    for (&key, &value) in counted.findings.iter().filter(|(key, _)| **key != "orphan_amount") {
        let written = summary.findings.get(key).copied().unwrap_or_default();
        differences.compare(|| format!("summary.json {key}"), &i128::from(written), &value);
    }
    let orphans = counted.findings.get("orphan_amount").copied().unwrap_or_default();
    let orphans = ledger.is_some().then_some(Yuan(orphans));
    differences.compare(|| "summary.json orphan_amount".into(), &summary.orphan_amount, &orphans);
    compare_tables(&args.found.out, &counted, &mut differences)?;
    compare_findings(&args.found.out, &tables, &counted, &mut differences)?;
    output.progress.finish();
    conclude(&differences, &counted, output)
}

fn conclude(d: &Differences, counted: &Counted, output: &mut Output<'_>) -> Result<(), Error> {
    if output.json {
        let value = serde_json::json!({
            "accounts": counted.accounts.len(), "persons": counted.persons.len(),
            "compared": d.compared, "differences": d.total, "shown": d.shown,
        });
        output.say(&format!("{value}\n"))?;
    } else if d.total == 0 {
        output.say(&format!(
            "复算一致：{} 个账号、{} 人，比对 {} 项，无一不同。\nVerified: counted again from the inputs, nothing differs.\n",
            counted.accounts.len(),
            counted.persons.len(),
            d.compared
        ))?;
    }
    if d.total == 0 {
        return Ok(());
    }
    Err(Error::user(
        "verify_differs",
        format!(
            "复算不一致：{} 处不同，请重新分析。\nThe results do not follow from the inputs: {} differences of {} compared; \
             they were changed, or are of another version. Run the analysis again.\n{}",
            d.total,
            d.total,
            d.compared,
            d.shown.join("\n")
        ),
    ))
}

fn compare_tables(dir: &Path, counted: &Counted, d: &mut Differences) -> Result<(), Error> {
    let accounts = Accounts::open(dir)?;
    d.compare(|| "accounts.parquet rows".into(), &accounts.len(), &counted.accounts.len());
    for (written, counted) in accounts.rows(0..accounts.len())?.zip(&counted.accounts) {
        let written = written?;
        d.compare(|| format!("accounts.parquet {}", counted.account), &written, counted);
    }
    let persons = Persons::open(dir)?;
    d.compare(|| "persons.parquet rows".into(), &persons.len(), &counted.persons.len());
    for (written, counted) in persons.rows(0..persons.len())?.zip(&counted.persons) {
        let written = written?;
        d.compare(|| format!("persons.parquet P{}", counted.person), &written, counted);
    }
    d.compare(|| "levels.csv".into(), &series::read_levels(dir)?, &series::levels(&counted.whole));
    d.compare(|| "growth.csv".into(), &series::read_growth(dir, false)?, &series::days(&counted.whole));
    d.compare(
        || "growth_months.csv".into(),
        &series::read_growth(dir, true)?,
        &series::months(&counted.whole),
    );
    Ok(())
}

/// The rows of findings.csv that counting gave; those of reading have no finding key of the count.
fn compare_findings(
    dir: &Path,
    tables: &super::tables::Tables<'_>,
    counted: &Counted,
    d: &mut Differences,
) -> Result<(), Error> {
    let members = tables.members.inputs();
    let ledger = tables.ledger.as_ref().map(|ledger| ledger.inputs()).unwrap_or_default();
    let mut written = findings::read(dir)?;
    for detail in &counted.details {
        let file = match detail.table {
            Table::Members => members.get(detail.file as usize),
            Table::Ledger => ledger.get(detail.file as usize),
        };
        let expected = (
            detail.key.to_owned(),
            file.map_or(String::new(), |file| file.name.clone()),
            detail.row,
            detail.account.clone(),
        );
        let row = written.next().transpose()?;
        let row = row.map(|row| (row.finding, row.file, row.row, row.account));
        d.compare(|| "findings.csv".into(), &row, &Some(expected));
    }
    Ok(())
}

/// A member row of one's own.
struct OwnedMember {
    texts: [Box<str>; 5],
    identity: Option<Box<str>>,
    exact: Box<[u8]>,
    plain: MemberRow<'static>,
}

impl OwnedMember {
    fn of(row: &MemberRow<'_>) -> OwnedMember {
        OwnedMember {
            texts: [row.account, row.referrer, row.placement, row.mobile, row.bank_card].map(Into::into),
            identity: row.identity.map(Into::into),
            exact: row.exact.into(),
            plain: MemberRow {
                joined: row.joined,
                paid: row.paid,
                file: row.file,
                row: row.row,
                ..MemberRow::default()
            },
        }
    }

    fn row(&self) -> MemberRow<'_> {
        let [account, referrer, placement, mobile, bank_card] = self.texts.each_ref().map(AsRef::as_ref);
        let (identity, exact) = (self.identity.as_deref(), &*self.exact);
        MemberRow { account, referrer, placement, mobile, bank_card, identity, exact, ..self.plain }
    }
}

/// A ledger row of one's own.
struct OwnedEntry {
    account: Box<str>,
    serial: Box<str>,
    exact: Box<[u8]>,
    plain: LedgerRow<'static>,
}

impl OwnedEntry {
    fn of(row: &LedgerRow<'_>) -> OwnedEntry {
        OwnedEntry {
            account: row.account.into(),
            serial: row.serial.into(),
            exact: row.exact.into(),
            plain: LedgerRow { account: "", serial: "", exact: &[], ..*row },
        }
    }

    fn row(&self) -> LedgerRow<'_> {
        LedgerRow { account: &self.account, serial: &self.serial, exact: &self.exact, ..self.plain }
    }
}

fn read_members(tables: &super::tables::Tables<'_>) -> Result<Vec<OwnedMember>, Error> {
    let mut all = Vec::new();
    tables.members.read(
        Pass::Exact,
        tables.jobs,
        tables.watch,
        |batch| {
            let mut exact = Vec::new();
            let rows = batch.rows().enumerate().map(|(i, row)| {
                batch.exact(i, &mut exact);
                OwnedMember::of(&MemberRow { exact: &exact, ..row })
            });
            rows.collect::<Vec<_>>()
        },
        |rows| {
            all.extend(rows);
            Ok::<(), Error>(())
        },
    )?;
    Ok(all)
}

fn read_ledger(tables: &super::tables::Tables<'_>) -> Result<Vec<OwnedEntry>, Error> {
    let mut all = Vec::new();
    let Some(ledger) = &tables.ledger else { return Ok(all) };
    ledger.read(
        Pass::Exact,
        tables.jobs,
        tables.watch,
        |batch| {
            let mut exact = Vec::new();
            let rows = batch.rows().enumerate().map(|(i, row)| {
                batch.exact(i, &mut exact);
                OwnedEntry::of(&LedgerRow { exact: &exact, ..row })
            });
            rows.collect::<Vec<_>>()
        },
        |rows| {
            all.extend(rows);
            Ok::<(), Error>(())
        },
    )?;
    Ok(all)
}
