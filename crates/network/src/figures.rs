//! What comes out, row by row: the shapes that the fast engine and its slow twin must both give.

use crate::rows::{Day, Fen};
use std::collections::BTreeMap;

/// Which tree is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tree {
    /// 推荐关系.
    Referral,
    /// 接点关系.
    Placement,
}

/// A counting policy: what is counted, named in every figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The id that every figure carries.
    pub id: String,
    /// The tree.
    pub tree: Tree,
    /// Only paid accounts (the flag, else `paid_in` > 0).
    pub paid_only: bool,
    /// Are system accounts kept?
    pub with_system: bool,
    /// Are pure consumers kept?
    pub with_consumers: bool,
}

/// Where money in is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// Rows of class topup.
    Cash,
    /// Rows of class order.
    Order,
}

/// The numeric tests of the statute, read from `data/law`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// Persons of the floor (30).
    pub floor_persons: u32,
    /// Levels of the floor (3).
    pub floor_levels: u32,
    /// Persons of a grave case (120).
    pub grave_persons: u32,
    /// Fen of a grave case (250,000,000).
    pub grave_amount: Fen,
}

/// Everything that decides a run beside the rows.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The counting policy.
    pub policy: Policy,
    /// Thresholds in force.
    pub thresholds: Thresholds,
    /// Last day counted.
    pub cutoff: Option<Day>,
    /// Money boundary, if named.
    pub boundary: Option<Boundary>,
    /// Account numbers declared as company, test or system accounts.
    pub system_accounts: Vec<String>,
    /// Confirmed persons: (account, label). Accounts with one label are one person, with all that share
    /// their identity numbers.
    pub confirmed: Vec<(String, String)>,
}

/// Figures of one account. Money is `None` when there is no ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct AccountFigures {
    pub account: String,
    /// Running number of the person, from 1.
    pub person: u32,
    pub depth: u32,
    pub directs: u32,
    pub accounts: u32,
    pub persons: u32,
    pub levels: u32,
    pub person_levels: u32,
    pub paid_in: Option<Fen>,
    pub bonus: Option<Fen>,
    pub withdrawn: Option<Fen>,
    pub team_paid_in: Option<Fen>,
}

/// Figures of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct PersonFigures {
    pub person: u32,
    pub accounts: u32,
    pub persons: u32,
    pub levels: u32,
    pub direct_persons: u32,
    pub paid_in: Option<Fen>,
    pub bonus: Option<Fen>,
    pub withdrawn: Option<Fen>,
    pub team_paid_in: Option<Fen>,
    pub team_paid_in_others: Option<Fen>,
    pub net: Option<Fen>,
    pub floor_met: bool,
    pub floor_met_on: Option<Day>,
    pub grave_persons: bool,
    pub grave_amount: Option<bool>,
    pub grave_amount_others: Option<bool>,
}

/// By what `net` is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetBasis {
    /// `withdrawn` − `paid_in`.
    Out,
    /// `bonus` − `paid_in`, "by credited bonus".
    Bonus,
}

/// Joins and money of one day. `None` as the day: time unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayFlow {
    /// Accounts joined.
    pub joins: u64,
    /// Money in at the boundary, gross, fen.
    pub money_in: Fen,
    /// Class bonus, gross, fen.
    pub bonus: Fen,
    /// Class out, gross, fen.
    pub out: Fen,
}

/// Figures of the persons' gains and losses. Only with basis *out* are they called loss or gain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spread {
    /// Persons with negative net.
    pub persons_at_loss: u64,
    /// Sum of the negative nets, fen (negative or zero).
    pub sum_of_losses: i128,
    /// Sum of net over all persons, fen.
    pub sum: i128,
    /// Nearest-rank median over all persons, fen.
    pub median: Fen,
    /// Nearest-rank deciles 10 % … 90 %, fen.
    pub deciles: [Fen; 9],
}

/// Whole-network figures.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct Whole {
    pub persons: u64,
    pub accounts: u64,
    pub roots: u64,
    pub levels: u32,
    pub person_levels: u32,
    /// Accounts at depth 1, 2, ….
    pub accounts_per_depth: Vec<u64>,
    /// Persons at the depth of their shallowest account.
    pub persons_per_depth: Vec<u64>,
    /// By day of Asia/Shanghai; `None` holds what has no known time.
    pub days: BTreeMap<Option<Day>, DayFlow>,
    /// Totals in fen over kept accounts; `None` without a ledger.
    pub paid_in: Option<i128>,
    pub paid_in_net: Option<i128>,
    pub bonus: Option<i128>,
    pub bonus_net: Option<i128>,
    pub withdrawn: Option<i128>,
    pub withdrawn_net: Option<i128>,
    /// paid_in − withdrawn (basis out) or − bonus, gross.
    pub retained: Option<i128>,
    pub net_basis: Option<NetBasis>,
    /// Money in within 30 days of the payer's join (both times known), fen.
    pub paid_in_within_30_days: Option<i128>,
    pub spread: Option<Spread>,
    /// Gini of bonus over all persons in millionths, rounded half up; `None` if nobody received any.
    pub bonus_gini_millionths: Option<i64>,
    /// Bonus of the ceil(n/100) persons with most, fen.
    pub bonus_top_percent: Option<i128>,
    pub first_floor_met_on: Option<Day>,
    pub floor_persons_reached_on: Option<Day>,
    pub grave_persons_reached_on: Option<Day>,
    /// Persons who meet each test.
    pub persons_meeting_floor: u64,
    pub persons_meeting_grave_persons: u64,
    pub persons_meeting_grave_amount: Option<u64>,
    pub persons_meeting_grave_amount_others: Option<u64>,
    /// The same floor on accounts alone: `accounts` and `levels` of an account.
    pub accounts_meeting_floor: u64,
    pub accounts_meeting_grave_persons: u64,
    /// What the policy dropped.
    pub dropped_accounts: u64,
    /// Accounts that joined after the cut-off day.
    pub accounts_after_cutoff: u64,
    /// Money in, at the boundary, of accounts that policy or cut-off dropped.
    pub dropped_paid_in: Option<i128>,
    /// System accounts among the kept, and totals without them.
    pub system_accounts: u64,
    pub persons_without_system: u64,
    pub accounts_without_system: u64,
    pub paid_in_without_system: Option<i128>,
}

/// The result of a count as rows: accounts by account number as text, persons by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Sorted by account number as text.
    pub accounts: Vec<AccountFigures>,
    /// Sorted by person number.
    pub persons: Vec<PersonFigures>,
    /// Whole-network figures.
    pub whole: Whole,
    /// Counts of findings, every key of [`FINDING_KEYS`] present; `orphan_amount` in fen.
    pub findings: BTreeMap<&'static str, i128>,
    /// Each finding with its row, sorted.
    pub details: Vec<Finding>,
}

/// Which table a row stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Members.
    Members,
    /// Ledger.
    Ledger,
}

/// One finding: the row it is about. For a finding about an account the row is the one that was kept for it.
///
/// `conflicting_serials` names the first row of the serial whose content differs from the serial's first row;
/// `cycles` names the account at which the cycle was opened, `accounts_in_cycles` every account of it;
/// `orphan_amount` and `referrer_after_cutoff`'s dropped referrer have no row of their own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// One of [`FINDING_KEYS`].
    pub key: &'static str,
    /// The table.
    pub table: Table,
    /// Which of that table's inputs, from 0.
    pub file: u32,
    /// Row number as the reader numbers it.
    pub row: u64,
    /// The account of the row.
    pub account: String,
}

/// The finding keys that counting (not reading) gives, in the order of the specification.
pub const FINDING_KEYS: [&str; 25] = [
    "duplicate_rows",
    "conflicting_accounts",
    "superseded_rows",
    "unknown_referrers",
    "self_referrals",
    "cycles",
    "accounts_in_cycles",
    "joined_before_referrer",
    "unknown_placements",
    "self_placements",
    "placement_cycles",
    "accounts_in_placement_cycles",
    "unusable_identities",
    "identities_with_bad_check",
    "orphan_ledger_rows",
    "orphan_amount",
    "duplicate_ledger_rows",
    "conflicting_serials",
    "possible_duplicate_ledger_rows",
    "negative_amounts",
    "reversals",
    "unlinked_reversals",
    "other_currency_rows",
    "system_accounts",
    "referrer_after_cutoff",
];

/// Why a count is refused: the user's to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Both topup and order rows occur and no boundary is named: sums in fen.
    BoundaryNeeded {
        /// Sum of class topup.
        topup: i128,
        /// Sum of class order.
        order: i128,
    },
    /// A paid-only policy without paid flag and without ledger.
    PaidUnknown,
    /// A policy that drops pure consumers, without a ledger that could show who received a bonus.
    BonusUnknown,
    /// Amounts add up to more than Decimal(18,2) holds.
    AmountsTooLarge,
    /// The policy counts the placement tree and no placement column is given.
    PlacementMissing,
    /// No account is left to count.
    NothingLeft,
    /// More than four billion rows.
    TooManyRows,
}
