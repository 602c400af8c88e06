//! The network analyses that one may see, as a list.

use super::{Column, Filter, Show, Spec};
use mingjing_casework::permission::{Columns, Kind};
use mingjing_store::list::ANALYSES;

/// The list.
pub static LIST: Spec = Spec {
    name: "analyses",
    path: "/analyses",
    source: &ANALYSES,
    columns: &[
        Column::new("name", Show::Long),
        Column::new("case_no", Show::Text),
        Column::new("state", Show::State),
        Column::new("office_name", Show::Text),
        Column::new("persons", Show::Number),
        Column::new("levels", Show::Number),
        Column::new("paid_in_fen", Show::Yuan),
        Column::new("retain_until", Show::Due),
        Column::new("created_at", Show::Moment),
        Column::new("id", Show::Number).extra(),
        Column::new("account_name", Show::Text).extra(),
        Column::new("finished_at", Show::Moment).extra(),
    ],
    filters: &[
        Filter::OneOf(
            "state",
            &["draft", "waiting", "running", "done", "failed", "cancelled", "destroyed"],
            "look.state",
        ),
        Filter::Contains("case_no"),
        Filter::Contains("office_name"),
        Filter::Numbers("persons"),
        Filter::Yuan("paid_in_fen"),
        Filter::Days("retain_until"),
        Filter::Moments("created_at"),
        Filter::Mine("owner"),
    ],
    words: &["name", "case_no", "office_name", "account_name"],
    sort: ("created_at", true),
    kind: Kind::Analysis,
    scope: Columns { agency: Some("agency"), division: Some("division"), owner: Some("owner") },
    href: |row| format!("/analyses/{}", row.number("id").unwrap_or_default()),
    text: "list.analysis",
    actions: &[],
    label: "name",
};
