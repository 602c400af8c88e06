//! What a report says, as plain data: the input of both documents. Persons are running numbers, accounts are
//! account numbers; there is no field for a name or an identity number.
//!
//! Money is in fen, days are days since 1970-01-01 in Asia/Shanghai, `None` means "not known" and never 0.

pub use mingjing_network::figures::{Boundary, NetBasis, Table, Thresholds, Tree};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the caller knows and the count does not: where the rows came from and on what ground they are read.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Name of the case or data set, as a heading.
    pub title: String,
    /// Program and version: `mingjing 0.1.0`.
    pub tool: String,
    /// Why these rows may be read.
    pub grounds: Grounds,
    /// Every file read, in the order of the command; within a table the n-th is the n-th of the readers' inputs.
    pub inputs: Vec<Input>,
    /// Thresholds and the sentences of the law behind them.
    pub law: Law,
    /// Zone of times written without one: `Asia/Shanghai`.
    pub timezone: String,
    /// Last day counted.
    pub cutoff: Option<i32>,
    /// Where money in was measured; `None` without a ledger.
    pub boundary: Option<Boundary>,
    /// Accounts for which sheets are asked.
    pub subjects: Vec<SubjectFacts>,
    /// Counts of what reading itself found: `bad_amounts`, `bad_times`, `rejected_rows`, ….
    pub read_findings: BTreeMap<String, i128>,
    /// Rows of those findings, as many as the caller cares to give; the page lists the first 100,000.
    pub read_rows: Vec<FindingRow>,
}

/// A subject as asked for.
#[derive(Clone, Debug, Default)]
pub struct SubjectFacts {
    /// The account number given.
    pub account: String,
    /// Ledger rows of all accounts of the account's person.
    pub ledger_rows: u64,
    /// Some or all of those rows, in file order.
    pub ledger_at: Vec<RowAt>,
}

/// The ground on which rows about persons are read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grounds {
    /// Declared public or synthetic.
    Public,
    /// Within a case.
    Case {
        /// Case number.
        number: String,
        /// Legal basis.
        basis: String,
        /// Purpose.
        purpose: String,
        /// Who approved.
        approver: String,
        /// Last day of retention, `2027-12-31`.
        retain_until: String,
    },
}

/// What a file was read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Member table.
    Members,
    /// Ledger.
    Ledger,
    /// Mapping file.
    Mapping,
    /// List of confirmed persons.
    Persons,
}

/// One input file. accepted + rejected + duplicate + superseded = read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// What it was read as.
    pub role: Role,
    /// File name, without folders.
    pub name: String,
    /// `csv (GB18030)`, `parquet`, ….
    pub format: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
    /// Rows; `None` for a file without rows of its own (a mapping).
    pub rows: Option<Rows>,
}

/// How the rows of a file fared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Rows {
    pub read: u64,
    pub accepted: u64,
    pub rejected: u64,
    pub duplicate: u64,
    pub superseded: u64,
}

/// Thresholds in force and where they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Law {
    pub floor_persons: u32,
    pub floor_levels: u32,
    pub grave_persons: u32,
    /// Fen.
    pub grave_amount: i64,
    /// The rules as data, in the order to be shown.
    pub rules: Vec<Rule>,
}

impl Law {
    /// From the thresholds of a run and the rules of `data/law`.
    pub fn new(thresholds: &Thresholds, rules: Vec<Rule>) -> Law {
        let &Thresholds { floor_persons, floor_levels, grave_persons, grave_amount } = thresholds;
        Law { floor_persons, floor_levels, grave_persons, grave_amount, rules }
    }
}

/// One rule of `data/law`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Id, as `floor`.
    pub id: String,
    /// The sentence in Chinese.
    pub zh: String,
    /// The sentence in English.
    pub en: String,
    /// Instrument and article.
    pub source: String,
    /// Date from which it holds, `2013-11-14`.
    pub date: String,
}

/// A row of an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowAt {
    /// File name.
    pub file: String,
    /// Row number as a spreadsheet shows it.
    pub row: u64,
}

/// Everything both documents say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// See [`Facts::title`].
    pub title: String,
    /// See [`Facts::tool`].
    pub tool: String,
    /// See [`Facts::grounds`].
    pub grounds: Grounds,
    /// See [`Facts::inputs`].
    pub inputs: Vec<Input>,
    /// See [`Facts::law`].
    pub law: Law,
    /// See [`Facts::timezone`].
    pub timezone: String,
    /// The counting policy.
    pub policy: Policy,
    /// Figures of the whole table.
    pub whole: Figures,
    /// The tree with the most persons, if there is more than one.
    pub widest_tree: Option<Subtree>,
    /// Accounts and persons per level; at most 60 lines.
    pub levels: Vec<Level>,
    /// Joins and money over time.
    pub growth: Growth,
    /// Persons who meet the floor, by persons in territory; at most [`PERSONS_MAX`].
    pub persons: Vec<Person>,
    /// How many of all who meet the floor hold a declared system account.
    pub systems_meeting_floor: u64,
    /// The widest branches.
    pub branches: Branches,
    /// Counts of findings, in the order of the specification, then those of reading.
    pub findings: Vec<Finding>,
    /// Rows of the findings; at most [`FINDING_ROWS_MAX`].
    pub finding_rows: Vec<FindingRow>,
    /// How many rows there are in all.
    pub finding_rows_total: u64,
    /// Subjects, as asked for.
    pub subjects: Vec<Subject>,
}

/// Most persons a report carries.
pub const PERSONS_MAX: usize = 20_000;
/// Most rows of findings a report carries.
pub const FINDING_ROWS_MAX: usize = 100_000;
/// Most lines of the tree in all.
pub const BRANCHES_MAX: usize = 2_000;

/// The counting policy of the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Policy {
    pub id: String,
    /// Placement tree instead of referral tree.
    pub placement: bool,
    pub paid_only: bool,
    pub with_system: bool,
    pub with_consumers: bool,
    /// Last day counted.
    pub cutoff: Option<i32>,
    /// Money in is measured on orders (`Some(true)`), on cash (`Some(false)`), or not at all.
    pub orders: Option<bool>,
}

/// Figures of the whole table: [`mingjing_network::figures::Whole`] without its days.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Figures {
    pub persons: u64,
    pub accounts: u64,
    pub roots: u64,
    pub levels: u32,
    pub person_levels: u32,
    pub paid_in: Option<i128>,
    pub paid_in_net: Option<i128>,
    pub bonus: Option<i128>,
    pub bonus_net: Option<i128>,
    pub withdrawn: Option<i128>,
    pub withdrawn_net: Option<i128>,
    pub retained: Option<i128>,
    /// Net is measured on withdrawals (`Some(true)`), on credited bonus (`Some(false)`), or not at all.
    pub basis_out: Option<bool>,
    pub paid_in_within_30_days: Option<i128>,
    pub spread: Option<Spread>,
    pub bonus_gini_millionths: Option<i64>,
    pub bonus_top_percent: Option<i128>,
    pub first_floor_met_on: Option<i32>,
    pub floor_persons_reached_on: Option<i32>,
    pub grave_persons_reached_on: Option<i32>,
    pub persons_meeting_floor: u64,
    pub persons_meeting_grave_persons: u64,
    pub persons_meeting_grave_amount: Option<u64>,
    pub persons_meeting_grave_amount_others: Option<u64>,
    pub accounts_meeting_floor: u64,
    pub accounts_meeting_grave_persons: u64,
    pub dropped_accounts: u64,
    pub accounts_after_cutoff: u64,
    pub dropped_paid_in: Option<i128>,
    pub system_accounts: u64,
    pub persons_without_system: u64,
    pub accounts_without_system: u64,
    pub paid_in_without_system: Option<i128>,
}

/// Losses and gains; only with basis *out*.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Spread {
    pub persons_at_loss: u64,
    pub sum_of_losses: i128,
    pub sum: i128,
    pub median: i64,
    /// 10 % … 90 %.
    pub deciles: [i64; 9],
}

/// One tree of the forest, by its root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Subtree {
    pub root: String,
    pub accounts: u32,
    pub persons: u32,
    pub levels: u32,
    pub person_levels: u32,
    pub team_paid_in: Option<i64>,
}

/// One line of the pyramid: levels `from` to `to`, both included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Level {
    pub from: u32,
    pub to: u32,
    pub accounts: u64,
    /// Persons at their shallowest account.
    pub persons: u64,
}

/// How long one point of the growth curve is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Unit {
    Day,
    Month,
    Year,
    Decade,
    Century,
}

/// Joins and money over time, gapless within the period drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Growth {
    /// Length of a point.
    pub unit: Unit,
    /// Points in order; empty when no time is known.
    pub points: Vec<Point>,
    /// First and last known day of joining.
    pub first: Option<i32>,
    /// See `first`.
    pub last: Option<i32>,
    /// Accounts that joined before the period drawn.
    pub joins_before: u64,
    /// Accounts that joined after it.
    pub joins_after: u64,
    /// Accounts without a known time of joining.
    pub joins_unknown: u64,
    /// Money in outside of the period drawn or of unknown time, fen.
    pub money_in_beside: i128,
    /// The same of money out.
    pub money_out_beside: i128,
}

/// One point: a day, month, year, ….
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// `2020-06-30`, `2020-06`, `2020`, ….
    pub label: String,
    /// First day.
    pub day: i32,
    /// Accounts joined.
    pub joins: u64,
    /// Accounts joined up to its end, those before the period included.
    pub total: u64,
    /// Money in, gross, fen.
    pub money_in: i128,
    /// Money out, fen: withdrawals or, on that basis, bonus.
    pub money_out: i128,
}

/// A person who meets the floor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Person {
    /// Running number, from 1.
    pub person: u32,
    /// His account with the widest subtree.
    pub account: String,
    /// Does he hold a declared system account? Then he may be no participant.
    pub system: bool,
    pub accounts: u32,
    pub persons: u32,
    pub levels: u32,
    pub direct_persons: u32,
    pub floor_met_on: Option<i32>,
    pub grave_persons: bool,
    pub money: Option<PersonMoney>,
}

/// Money of a person, fen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct PersonMoney {
    pub paid_in: i64,
    pub bonus: i64,
    pub withdrawn: i64,
    pub team_paid_in: i64,
    pub team_paid_in_others: i64,
    pub net: i64,
    pub grave_amount: bool,
    pub grave_amount_others: bool,
}

/// The widest branches, as lines of an outline in reading order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branches {
    /// Lines; at most [`BRANCHES_MAX`].
    pub lines: Vec<Branch>,
    /// Roots that have no line.
    pub more_roots: More,
}

/// One account with its branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// Account number.
    pub account: String,
    /// Person number, from 1.
    pub person: u32,
    /// Level in the whole tree, root = 1.
    pub depth: u32,
    /// Steps from the outline's margin, root = 0.
    pub nesting: u32,
    /// Accounts of a single line between the line above and this one that are not drawn.
    pub skipped: u32,
    /// Direct accounts.
    pub directs: u32,
    /// Accounts of the branch, this one included.
    pub accounts: u32,
    /// Persons of the branch, this one included.
    pub persons: u32,
    /// Person levels of the branch.
    pub levels: u32,
    /// Money in of the branch.
    pub team_paid_in: Option<i64>,
    /// Directs that have no line.
    pub more: More,
}

/// "And so many more".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct More {
    /// Accounts directly here.
    pub directs: u64,
    /// Accounts in all their branches.
    pub accounts: u64,
    /// Money in of those branches.
    pub team_paid_in: Option<i128>,
}

/// Count of one finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Key, as in `findings.csv`.
    pub key: String,
    /// How many; fen for `orphan_amount`.
    pub count: i128,
}

/// One finding with its row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRow {
    /// Key.
    pub key: String,
    /// Where.
    pub at: RowAt,
    /// Account number of the row, `""` if it has none.
    pub account: String,
    /// Why, where the key does not say it: the field and value of a rejected row.
    pub reason: String,
}

/// A subject: an account asked for, and the person who holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The account number given.
    pub account: String,
    /// `None` when no counted account bears it.
    pub found: Option<Box<SubjectFigures>>,
}

/// Figures of a subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectFigures {
    /// By person: over all his accounts.
    pub person: Person,
    /// Does the person meet the floor?
    pub floor_met: bool,
    /// By account: the one given.
    pub own: AccountLine,
    /// Earliest known day on which one of the person's accounts joined.
    pub first_joined: Option<i32>,
    /// Account above it in the tree.
    pub referrer: Option<String>,
    /// Is it a declared system account?
    pub system: bool,
    /// All accounts of the person, widest first; at most 1,000.
    pub held: Vec<AccountLine>,
    /// Ledger rows of all those accounts.
    pub ledger_rows: u64,
    /// Some or all of them.
    pub ledger_at: Vec<RowAt>,
}

/// Figures of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct AccountLine {
    pub account: String,
    /// Day of joining.
    pub joined: Option<i32>,
    pub depth: u32,
    pub directs: u32,
    pub accounts: u32,
    pub persons: u32,
    pub levels: u32,
    pub person_levels: u32,
    pub paid_in: Option<i64>,
    pub bonus: Option<i64>,
    pub withdrawn: Option<i64>,
    pub team_paid_in: Option<i64>,
    /// The member row kept for it.
    pub member_at: RowAt,
}
