//! Persons whose territory meets the floor, by size.

use super::ROWS_MAX;
use super::markup::{Column, ask, both, data, fold, number as column, p, t, table, text};
use crate::content::{law, net_name};
use crate::report::{Person, Report};
use crate::show::{day, number, yuan};
use crate::words::say;

/// Rows in sight; the others open on a click.
const FIRST_MAX: usize = 20;

/// The section.
pub fn body(report: &Report) -> String {
    let count = report.whole.persons_meeting_floor;
    let key = if count == 0 { "person.title_none" } else { "person.title" };
    let title = law(key, &report.law).with("n", number(count));
    let from = say("test.holders_from").with("column", "`floor_met`");
    let mut out = format!("<h3 class=claim>{}</h3>", ask(&both(&title), &from));
    if report.persons.is_empty() {
        return out;
    }
    out += &p("neutral", &say("person.order"));
    if report.systems_meeting_floor > 0 {
        out += &p("soft", &say("person.systems").with("n", number(report.systems_meeting_floor)));
    }
    let rows: Vec<Vec<String>> =
        report.persons.iter().take(ROWS_MAX).map(|person| row(report, person)).collect();
    let (first, next) = rows.split_at(rows.len().min(FIRST_MAX));
    out += &table(&columns(report), first);
    if !next.is_empty() {
        let more = say("person.next").with("n", number(next.len() as i128));
        out += &fold(&both(&more), &table(&plain(columns(report)), next));
    }
    if count > rows.len() as u64 {
        let more = say("page.more")
            .with("shown", number(rows.len() as i128))
            .with("all", number(count))
            .with("file", "`persons.parquet`");
        out += &p("soft", &more);
    }
    out
}

/// The same columns without their meanings, which one table on a page tells.
fn plain(columns: Vec<Column>) -> Vec<Column> {
    columns.into_iter().map(|column| Column { means: None, ..column }).collect()
}

fn columns(report: &Report) -> Vec<Column> {
    let mut columns = vec![
        text("person.person").means(say("person.means_person")),
        text("person.account").means(say("person.means_account")),
        column("person.accounts"),
        column("person.persons").means(say("person.means_persons")),
        column("person.levels").means(say("person.means_levels")),
        column("person.directs"),
        text("person.met_on").means(law("person.means_met_on", &report.law)),
    ];
    if report.whole.paid_in.is_some() {
        columns.extend([
            column("person.team").means(say("person.means_team")),
            column("person.others"),
            column("person.paid_in"),
            column("person.bonus"),
        ]);
        if report.whole.basis_out == Some(true) {
            columns.push(column("person.withdrawn"));
        }
        columns.push(column(net_name(report)));
    }
    let reached = |key: &str| Column { head: law(key, &report.law), is_number: false, means: None };
    columns.push(reached("person.grave_persons"));
    if report.whole.paid_in.is_some() {
        columns.push(reached("person.grave_amount"));
    }
    columns
}

fn row(report: &Report, person: &Person) -> Vec<String> {
    let system = if person.system {
        format!("<small class=system>{}</small>", t("person.system"))
    } else {
        String::new()
    };
    let mut row = vec![
        format!("P{}", person.person),
        format!("<span class=id>{}</span>{system}", data(&person.account)),
        number(person.accounts),
        number(person.persons),
        number(person.levels),
        number(person.direct_persons),
        day(person.floor_met_on),
    ];
    let met = |is_met: bool, key: &str| {
        if is_met { format!("<span class=met>●\u{a0}{}</span>", t(key)) } else { String::new() }
    };
    let grave_persons = met(person.grave_persons, "page.is");
    let Some(m) = &person.money else {
        row.push(grave_persons);
        return row;
    };
    row.extend([m.team_paid_in, m.team_paid_in_others, m.paid_in, m.bonus].map(yuan));
    if report.whole.basis_out == Some(true) {
        row.push(yuan(m.withdrawn));
    }
    row.extend([yuan(m.net), grave_persons]);
    let word = if m.grave_amount_others { "page.is" } else { "person.with_own" };
    row.push(met(m.grave_amount, word));
    row
}
