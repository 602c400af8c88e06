//! `summary.json`: every figure of the whole network, and everything that decides a run.
//!
//! Money is a text in yuan with two decimals, a date a text `2020-06-30`, a share a text with six decimals: JSON
//! numbers would be read as binary fractions. Keys stand in a fixed order. No clock, no path of this machine, no
//! timing.

mod values;

pub use values::{Date, Share, Yuan};

use crate::stage::Stage;
use crate::{Error, SUMMARY};
use mingjing_network::count::Count;
use mingjing_network::figures::{Boundary, NetBasis, Policy, Spread, Table, Terms, Tree, Whole};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{BufReader, Write};
use std::path::Path;

/// The version of the result directory that this program writes and reads.
pub const FORMAT: u32 = 1;

/// Everything about a run that the count itself does not know.
#[derive(Clone, Debug)]
pub struct About<'a> {
    /// Name and version of the program.
    pub tool: &'a str,
    /// Why the data may be used.
    pub grounds: Grounds,
    /// What decided the run.
    pub terms: &'a Terms,
    /// The boundary in effect (named, or the only class that occurs); `None` without a ledger.
    pub boundary: Option<Boundary>,
    /// The files that were read, in their order.
    pub inputs: Vec<Input>,
    /// Counts of what reading found (`bad_amounts`, `bad_times`, …) by key.
    pub reading: BTreeMap<String, u64>,
}

/// The whole file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Version of the result directory.
    pub format: u32,
    /// Name and version of the program.
    pub tool: String,
    /// Why the data may be used.
    pub grounds: Grounds,
    /// The counting policy, named in every figure.
    pub policy: PolicyText,
    /// What else decided the run.
    pub terms: TermsText,
    /// The numeric tests of the statute in force.
    pub thresholds: ThresholdsText,
    /// The files that were read.
    pub inputs: Vec<Input>,
    /// Whole-network figures.
    pub figures: Figures,
    /// Counts of findings by key, zeros too.
    pub findings: BTreeMap<String, u64>,
    /// Amounts in rows of unknown accounts; `null` without a ledger.
    pub orphan_amount: Option<Yuan>,
}

/// Why the data may be used: declared public or synthetic, or a filed case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grounds {
    /// Public or synthetic data without private persons.
    Public,
    /// A filed case.
    Case {
        /// Case number.
        number: String,
        /// Legal basis.
        basis: String,
        /// Purpose.
        purpose: String,
        /// Who approved.
        approver: String,
        /// Last day the results may be kept.
        retain_until: Date,
    },
}

/// One input file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// `members` or `ledger`.
    pub table: String,
    /// Name of the file, without its path.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// `csv`, `xlsx`, `parquet`, `jsonl`, `sql`, with `.gz` or `.zst` behind.
    pub format: String,
    /// Character encoding; `null` where the format fixes it.
    pub encoding: Option<String>,
    /// Rows read; the four below add up to it.
    pub rows_read: u64,
    /// Rows counted or kept apart.
    pub rows_accepted: u64,
    /// Rows refused, each in findings.csv.
    pub rows_rejected: u64,
    /// Rows equal in every field to an earlier one.
    pub rows_duplicate: u64,
    /// Rows that another row of the same account replaced.
    pub rows_superseded: u64,
}

/// The policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct PolicyText {
    pub id: String,
    /// `referral` or `placement`.
    pub tree: String,
    pub paid_only: bool,
    pub with_system: bool,
    pub with_consumers: bool,
}

/// Terms of the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsText {
    /// Last day counted; `null`: all.
    pub cutoff: Option<Date>,
    /// `cash` or `order`; `null` without a ledger.
    pub boundary: Option<String>,
    /// Declared company, test and system accounts.
    pub system_accounts: Vec<String>,
    /// Accounts in the confirmed list of persons.
    pub confirmed_accounts: u64,
}

/// Thresholds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct ThresholdsText {
    pub floor_persons: u32,
    pub floor_levels: u32,
    pub grave_persons: u32,
    pub grave_amount: Yuan,
}

/// Whole-network figures; money is `null` without a ledger. The names are those of the counting rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Figures {
    pub persons: u64,
    pub accounts: u64,
    pub roots: u64,
    pub levels: u32,
    pub person_levels: u32,
    pub persons_meeting_floor: u64,
    pub persons_meeting_grave_persons: u64,
    pub persons_meeting_grave_amount: Option<u64>,
    pub persons_meeting_grave_amount_others: Option<u64>,
    pub accounts_meeting_floor: u64,
    pub accounts_meeting_grave_persons: u64,
    pub first_floor_met_on: Option<Date>,
    pub floor_persons_reached_on: Option<Date>,
    pub grave_persons_reached_on: Option<Date>,
    pub paid_in: Option<Yuan>,
    pub paid_in_net: Option<Yuan>,
    pub bonus: Option<Yuan>,
    pub bonus_net: Option<Yuan>,
    pub withdrawn: Option<Yuan>,
    pub withdrawn_net: Option<Yuan>,
    /// `out` or `bonus`.
    pub net_basis: Option<String>,
    pub retained: Option<Yuan>,
    pub paid_in_within_30_days: Option<Yuan>,
    pub paid_in_within_30_days_share: Option<Share>,
    pub spread: Option<SpreadText>,
    pub bonus_gini: Option<Share>,
    pub bonus_top_percent: Option<Yuan>,
    pub bonus_top_percent_share: Option<Share>,
    pub dropped_accounts: u64,
    pub accounts_after_cutoff: u64,
    pub dropped_paid_in: Option<Yuan>,
    pub system_accounts: u64,
    pub persons_without_system: u64,
    pub accounts_without_system: u64,
    pub paid_in_without_system: Option<Yuan>,
}

/// Gains and losses of persons; only with basis *out*.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct SpreadText {
    pub persons_at_loss: u64,
    pub sum_of_losses: Yuan,
    pub sum: Yuan,
    pub median: Yuan,
    /// 10 % to 90 %.
    pub deciles: [Yuan; 9],
}

impl Summary {
    /// The summary of a count.
    pub fn of(count: &Count, about: &About) -> Summary {
        let terms = about.terms;
        let mut findings = about.reading.clone();
        for (key, &value) in count.findings.iter().filter(|(key, _)| **key != "orphan_amount") {
            findings.insert((*key).to_owned(), value.max(0) as u64);
        }
        let orphans = count.findings.get("orphan_amount").copied().unwrap_or(0);
        Summary {
            format: FORMAT,
            tool: about.tool.to_owned(),
            grounds: about.grounds.clone(),
            policy: policy(&count.policy),
            terms: TermsText {
                cutoff: terms.cutoff.map(Date),
                boundary: about.boundary.map(|b| boundary_name(b).to_owned()),
                system_accounts: terms.system_accounts.clone(),
                confirmed_accounts: terms.confirmed.len() as u64,
            },
            thresholds: ThresholdsText {
                floor_persons: terms.thresholds.floor_persons,
                floor_levels: terms.thresholds.floor_levels,
                grave_persons: terms.thresholds.grave_persons,
                grave_amount: Yuan(terms.thresholds.grave_amount.into()),
            },
            inputs: about.inputs.clone(),
            figures: Figures::of(&count.whole),
            findings,
            orphan_amount: count.money.is_some().then_some(Yuan(orphans)),
        }
    }

    /// Writes `summary.json`.
    ///
    /// # Errors
    /// The system refuses; the error names the file.
    pub fn write(&self, stage: &Stage) -> Result<(), Error> {
        let mut file = stage.create(SUMMARY)?;
        let mut text = serde_json::to_vec_pretty(self).expect("a summary has text keys only");
        text.push(b'\n');
        file.write_all(&text).map_err(|e| Error::io(&stage.path().join(SUMMARY), "write", e))
    }

    /// Reads the summary of a result directory.
    ///
    /// # Errors
    /// The file is missing, damaged or of another version; the system refuses.
    pub fn read(dir: &Path) -> Result<Summary, Error> {
        /// What every version has.
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        let (path, file) = crate::open(dir, SUMMARY)?;
        let broken = |e: serde_json::Error| match e.io_error_kind() {
            Some(_) => Error::io(&path, "read", e.into()),
            None => Error::broken(&path, e.to_string()),
        };
        let value: serde_json::Value = serde_json::from_reader(BufReader::new(file)).map_err(broken)?;
        let version = Version::deserialize(&value).map_err(broken)?;
        if version.format != FORMAT {
            return Err(Error::broken(&path, format!("is of version {}, not {FORMAT}", version.format)));
        }
        serde_json::from_value(value).map_err(broken)
    }
}

/// The name of a boundary in mapping files and results.
pub fn boundary_name(boundary: Boundary) -> &'static str {
    match boundary {
        Boundary::Cash => "cash",
        Boundary::Order => "order",
    }
}

/// The name of a table in results.
pub fn table_name(table: Table) -> &'static str {
    match table {
        Table::Members => "members",
        Table::Ledger => "ledger",
    }
}

fn policy(policy: &Policy) -> PolicyText {
    let tree = match policy.tree {
        Tree::Referral => "referral",
        Tree::Placement => "placement",
    };
    PolicyText {
        id: policy.id.clone(),
        tree: tree.to_owned(),
        paid_only: policy.paid_only,
        with_system: policy.with_system,
        with_consumers: policy.with_consumers,
    }
}

fn spread(spread: &Spread) -> SpreadText {
    SpreadText {
        persons_at_loss: spread.persons_at_loss,
        sum_of_losses: Yuan(spread.sum_of_losses),
        sum: Yuan(spread.sum),
        median: Yuan(spread.median.into()),
        deciles: spread.deciles.map(|fen| Yuan(fen.into())),
    }
}

impl Figures {
    /// The figures of a whole network as texts.
    pub fn of(w: &Whole) -> Figures {
        let basis = |basis| match basis {
            NetBasis::Out => "out".to_owned(),
            NetBasis::Bonus => "bonus".to_owned(),
        };
        let share = |part: Option<i128>, whole: Option<i128>| Share::of(part?, whole?);
        Figures {
            persons: w.persons,
            accounts: w.accounts,
            roots: w.roots,
            levels: w.levels,
            person_levels: w.person_levels,
            persons_meeting_floor: w.persons_meeting_floor,
            persons_meeting_grave_persons: w.persons_meeting_grave_persons,
            persons_meeting_grave_amount: w.persons_meeting_grave_amount,
            persons_meeting_grave_amount_others: w.persons_meeting_grave_amount_others,
            accounts_meeting_floor: w.accounts_meeting_floor,
            accounts_meeting_grave_persons: w.accounts_meeting_grave_persons,
            first_floor_met_on: w.first_floor_met_on.map(Date),
            floor_persons_reached_on: w.floor_persons_reached_on.map(Date),
            grave_persons_reached_on: w.grave_persons_reached_on.map(Date),
            paid_in: w.paid_in.map(Yuan),
            paid_in_net: w.paid_in_net.map(Yuan),
            bonus: w.bonus.map(Yuan),
            bonus_net: w.bonus_net.map(Yuan),
            withdrawn: w.withdrawn.map(Yuan),
            withdrawn_net: w.withdrawn_net.map(Yuan),
            net_basis: w.net_basis.map(basis),
            retained: w.retained.map(Yuan),
            paid_in_within_30_days: w.paid_in_within_30_days.map(Yuan),
            paid_in_within_30_days_share: share(w.paid_in_within_30_days, w.paid_in),
            spread: w.spread.as_ref().map(spread),
            bonus_gini: w.bonus_gini_millionths.map(Share),
            bonus_top_percent: w.bonus_top_percent.map(Yuan),
            bonus_top_percent_share: share(w.bonus_top_percent, w.bonus),
            dropped_accounts: w.dropped_accounts,
            accounts_after_cutoff: w.accounts_after_cutoff,
            dropped_paid_in: w.dropped_paid_in.map(Yuan),
            system_accounts: w.system_accounts,
            persons_without_system: w.persons_without_system,
            accounts_without_system: w.accounts_without_system,
            paid_in_without_system: w.paid_in_without_system.map(Yuan),
        }
    }
}
