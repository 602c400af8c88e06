//! Persons whose territory meets the floor, by size.

use super::ROWS_MAX;
use super::markup::{Column, ask, both, data, number as column, p, t, table, text};
use crate::content::{law, net_name};
use crate::report::{Person, Report};
use crate::show::{day, number, yuan};
use crate::words::say;

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
    let rows: Vec<Vec<String>> =
        report.persons.iter().take(ROWS_MAX).map(|person| row(report, person)).collect();
    out += &table(&columns(report), &rows);
    if count > rows.len() as u64 {
        let more = say("page.more")
            .with("shown", number(rows.len() as i128))
            .with("all", number(count))
            .with("file", "`persons.parquet`");
        out += &p("soft", &more);
    }
    out
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
            column(if report.whole.basis_out == Some(true) { "person.withdrawn" } else { "person.bonus" }),
            column(net_name(report)),
        ]);
    }
    let reached = |key: &str| Column { head: law(key, &report.law), is_number: false, means: None };
    columns.push(reached("person.grave_persons"));
    if report.whole.paid_in.is_some() {
        columns.push(reached("person.grave_amount"));
    }
    columns
}

fn row(report: &Report, person: &Person) -> Vec<String> {
    let mut row = vec![
        format!("P{}", person.person),
        format!("<span class=id>{}</span>", data(&person.account)),
        number(person.accounts),
        number(person.persons),
        number(person.levels),
        number(person.direct_persons),
        day(person.floor_met_on),
    ];
    let met = |is_met: bool, key: &str| {
        if is_met { format!("<span class=met>●\u{a0}{}</span>", t(key)) } else { String::new() }
    };
    let Some(m) = &person.money else {
        row.push(met(person.grave_persons, "page.is"));
        return row;
    };
    let got = if report.whole.basis_out == Some(true) { m.withdrawn } else { m.bonus };
    row.extend([m.team_paid_in, m.team_paid_in_others, m.paid_in, got, m.net].map(yuan));
    row.push(met(person.grave_persons, "page.is"));
    let word = if m.grave_amount_others { "page.is" } else { "person.with_own" };
    row.push(met(m.grave_amount, word));
    row
}
