//! Sources of lists: the select of each and the columns it gives.

use super::{Column, Source};

/// Background jobs. Scope: agency, division, owner.
pub static JOBS: Source = Source {
    sql: include_str!("jobs.sql"),
    id: "id",
    columns: &[
        Column::number("id"),
        Column::text("title"),
        Column::text("kind"),
        Column::text("state"),
        Column::number("owner").nullable(),
        Column::text("account_name").nullable(),
        Column::text("office_name").nullable(),
        Column::text("agency").nullable(),
        Column::text("division").nullable(),
        Column::number("done_steps"),
        Column::number("all_steps").nullable(),
        Column::text("message"),
        Column::text("error").nullable(),
        Column::number("created_at"),
        Column::number("started_at").nullable(),
        Column::number("finished_at").nullable(),
    ],
};

/// Network analyses that were not thrown away. Scope: agency, division, owner.
pub static ANALYSES: Source = Source {
    sql: include_str!("analyses.sql"),
    id: "id",
    columns: &[
        Column::number("id"),
        Column::text("name"),
        Column::text("case_no").nullable(),
        Column::text("state"),
        Column::number("owner"),
        Column::text("account_name"),
        Column::text("office_name"),
        Column::text("agency"),
        Column::text("division"),
        Column::number("persons").nullable(),
        Column::number("levels").nullable(),
        Column::number("paid_in_fen").nullable(),
        Column::text("retain_until").nullable(),
        Column::number("created_at"),
        Column::number("finished_at").nullable(),
    ],
};
