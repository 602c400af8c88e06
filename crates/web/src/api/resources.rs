//! What the API lists: where the rows come from, who may see them, how they look.
//!
//! A type here is what the description promises; a row that does not fit it is a fault of ours.

use mingjing_casework::permission::{Columns, Kind};
use mingjing_store::list::{ANALYSES, JOBS};
use mingjing_store::list::{Column, Source};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A kind of thing the API lists.
pub(super) struct Resource {
    /// For the policies.
    pub kind: Kind,
    /// Rows.
    pub source: &'static Source,
    /// What decides who may see a row.
    pub columns: Columns<'static>,
    /// The order when none is asked for.
    pub sort: &'static str,
    /// Columns that `q` is sought in.
    pub sought: &'static [&'static str],
}

const HELD: Columns<'static> = Columns { agency: Some("agency"), division: Some("division"), owner: None };
const OWNED: Columns<'static> =
    Columns { agency: Some("agency"), division: Some("division"), owner: Some("owner") };

static DIVISION_ROWS: Source = Source {
    sql: include_str!("divisions.sql"),
    id: "code",
    columns: &[
        Column::text("code"),
        Column::text("parent").nullable(),
        Column::text("level"),
        Column::text("name"),
    ],
};

static AGENCY_ROWS: Source = Source {
    sql: include_str!("agencies.sql"),
    id: "id",
    columns: &[
        Column::number("id"),
        Column::text("agency"),
        Column::text("name"),
        Column::text("short_name"),
    ],
};

static OFFICE_ROWS: Source = Source {
    sql: include_str!("offices.sql"),
    id: "id",
    columns: &[
        Column::number("id"),
        Column::text("name"),
        Column::text("agency"),
        Column::text("division"),
        Column::text("division_name"),
        Column::number("closed_at").nullable(),
    ],
};

static ACCOUNT_ROWS: Source = Source {
    sql: include_str!("accounts.sql"),
    id: "id",
    columns: &[
        Column::number("id"),
        Column::number("owner"),
        Column::text("login"),
        Column::text("name"),
        Column::number("office_id"),
        Column::text("office_name"),
        Column::text("agency"),
        Column::text("division"),
        Column::text("telephone").nullable(),
        Column::number("disabled_at").nullable(),
        Column::number("created_at"),
    ],
};

static DUTY_ROWS: Source = Source {
    sql: include_str!("duty.sql"),
    id: "id",
    columns: &[
        Column::number("id"),
        Column::number("post_id"),
        Column::text("task"),
        Column::number("office_id"),
        Column::text("office_name"),
        Column::text("agency"),
        Column::text("division"),
        Column::number("account_id").nullable(),
        Column::text("account_name").nullable(),
        Column::number("stands_in_for").nullable(),
        Column::text("since_day").nullable(),
        Column::text("until_day").nullable(),
        Column::number("closed_at").nullable(),
    ],
};

pub(super) static DIVISIONS: Resource = Resource {
    kind: Kind::Division,
    source: &DIVISION_ROWS,
    columns: Columns { agency: None, division: Some("code"), owner: None },
    sort: "code",
    sought: &["code", "name"],
};
pub(super) static AGENCIES: Resource = Resource {
    kind: Kind::Agency,
    source: &AGENCY_ROWS,
    columns: Columns { agency: Some("agency"), division: None, owner: None },
    sort: "id",
    sought: &["agency", "name"],
};
pub(super) static OFFICES: Resource =
    Resource { kind: Kind::Office, source: &OFFICE_ROWS, columns: HELD, sort: "id", sought: &["name"] };
pub(super) static ACCOUNTS: Resource = Resource {
    kind: Kind::Account,
    source: &ACCOUNT_ROWS,
    columns: OWNED,
    sort: "id",
    sought: &["login", "name"],
};
pub(super) static DUTY: Resource = Resource {
    kind: Kind::Duty,
    source: &DUTY_ROWS,
    columns: HELD,
    sort: "id",
    sought: &["task", "account_name"],
};
pub(super) static JOB_LIST: Resource =
    Resource { kind: Kind::Job, source: &JOBS, columns: OWNED, sort: "-id", sought: &["title"] };
pub(super) static ANALYSIS_LIST: Resource = Resource {
    kind: Kind::Analysis,
    source: &ANALYSES,
    columns: OWNED,
    sort: "-id",
    sought: &["name", "case_no"],
};
pub(super) static AUDIT: Resource = Resource {
    kind: Kind::Audit,
    source: &crate::audit::SOURCE,
    columns: crate::audit::COLUMNS,
    sort: "-at",
    sought: &["account_name", "subject_id", "request"],
};

/// An administrative division.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Division {
    /// Code: 4 digits a city, 6 a district, 9 a street, 12 a community.
    code: String,
    /// Code of the division above.
    parent: Option<String>,
    /// `city`, `district`, `street`, `community`.
    level: String,
    /// Name.
    name: String,
}

/// An agency.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Agency {
    /// Number.
    id: i64,
    /// Its word, such as `police`.
    agency: String,
    /// Name.
    name: String,
    /// Short name.
    short_name: String,
}

/// An agency's office for a division.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Office {
    /// Number.
    id: i64,
    /// Name.
    name: String,
    /// Word of its agency.
    agency: String,
    /// Code of its division.
    division: String,
    /// Name of its division.
    division_name: String,
    /// Since when it is closed.
    closed_at: Option<String>,
}

/// Somebody who signs in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Account {
    /// Number.
    id: i64,
    /// Login.
    login: String,
    /// Name.
    name: String,
    /// Number of the office.
    office_id: i64,
    /// Name of the office.
    office_name: String,
    /// Word of the office's agency.
    agency: String,
    /// Code of the office's division.
    division: String,
    /// Office telephone.
    telephone: Option<String>,
    /// Since when the account is disabled.
    disabled_at: Option<String>,
    /// When it was made.
    created_at: String,
}

/// A post of a duty list with somebody who holds or held it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Duty {
    /// Number of this line.
    id: i64,
    /// Number of the post.
    post_id: i64,
    /// What the post answers for.
    task: String,
    /// Number of the office.
    office_id: i64,
    /// Name of the office.
    office_name: String,
    /// Number of the holder; none where the post is vacant.
    account_id: Option<i64>,
    /// Name of the holder.
    account_name: Option<String>,
    /// Number of the person the holder stands in for.
    stands_in_for: Option<i64>,
    /// First day.
    since_day: Option<String>,
    /// Last day.
    until_day: Option<String>,
    /// Since when the post is closed.
    closed_at: Option<String>,
}

/// A background job.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// Number.
    id: i64,
    /// What it is called.
    title: String,
    /// Kind of work.
    kind: String,
    /// `waiting`, `running`, `done`, `failed`, `cancelled`.
    state: String,
    /// Whose it is.
    account_name: Option<String>,
    /// Name of the office.
    office_name: Option<String>,
    /// Steps done.
    done_steps: i64,
    /// Steps in all, if known.
    all_steps: Option<i64>,
    /// What it does just now.
    message: String,
    /// Why it failed.
    error: Option<String>,
    /// When it was put in.
    created_at: String,
    /// When it began.
    started_at: Option<String>,
    /// When it ended.
    finished_at: Option<String>,
}

/// A network analysis.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Analysis {
    /// Number.
    id: i64,
    /// What it is called.
    name: String,
    /// Case number.
    case_no: Option<String>,
    /// `draft`, `waiting`, `running`, `done`, `failed`, `cancelled`, `destroyed`.
    state: String,
    /// Who made it.
    account_name: String,
    /// Name of the office.
    office_name: String,
    /// Code of the office's division.
    division: String,
    /// Persons counted.
    persons: Option<i64>,
    /// Levels by person.
    levels: Option<i64>,
    /// Money in, in fen.
    paid_in_fen: Option<i64>,
    /// Last day it is kept.
    retain_until: Option<String>,
    /// When it was made.
    created_at: String,
    /// When the last run ended.
    finished_at: Option<String>,
}

/// An entry of the audit log.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// Id.
    id: String,
    /// When.
    at: String,
    /// Number of who did it.
    account_id: Option<i64>,
    /// Name of who did it.
    account_name: String,
    /// Name of the office.
    office_name: Option<String>,
    /// What was done.
    action: String,
    /// To what kind of thing.
    subject_kind: String,
    /// To which one.
    subject_id: String,
    /// Code of the division it belongs to.
    division: Option<String>,
    /// Names and references.
    detail: serde_json::Value,
    /// Id of the request.
    request: String,
    /// Network address.
    address: Option<String>,
    /// Number of its link; none while it waits for one.
    seq: Option<i64>,
}
