//! One part for each subject: the figures by person and by account, and the rows behind.

use super::markup::{ask, both, data, due, fold, number as column, p, t, table, text};
use super::tests_of_law::state;
use crate::content::{boundary_name, law, subject_tests, withdrawn};
use crate::report::{AccountLine, Report, RowAt, Subject, SubjectFigures};
use crate::show::{self, NOTHING, day, number, yuan, yuan_or};
use crate::words::say;

/// Most subjects in the page; the workbook has a sheet for each.
const SUBJECTS_MAX: usize = 10;
/// Most accounts of a subject, and most of his member rows.
const ROWS_MAX: usize = 20;
/// Most ledger rows of a subject.
const LEDGER_MAX: usize = 200;

/// The section; empty when no subject was asked for.
pub fn body(report: &Report) -> String {
    let parts: String =
        report.subjects.iter().take(SUBJECTS_MAX).map(|subject| part(report, subject)).collect();
    if report.subjects.len() <= SUBJECTS_MAX {
        return parts;
    }
    let more = say("page.more")
        .with("shown", number(SUBJECTS_MAX as i128))
        .with("all", number(report.subjects.len() as i128))
        .with("file", "`report.xlsx`");
    parts + &p("soft", &more)
}

fn part(report: &Report, subject: &Subject) -> String {
    let account = show::short(&subject.account, 60);
    let Some(f) = &subject.found else {
        return format!(
            "<article class=subject>{}</article>",
            due(&say("subject.missing").with("account", account))
        );
    };
    let holder = format!("P{}", f.person.person);
    let position = say("subject.position")
        .with("person", &holder)
        .with("persons", number(f.person.persons))
        .with("levels", number(f.person.levels));
    let title = say("subject.title").with("account", &account).with("person", &holder);
    let figure = if f.person.money.is_some() { "team_paid_in" } else { "persons" };
    let from = say("subject.from").with("person", holder).with("figure", figure);
    let gross = say("subject.gross").with("boundary", say(boundary_name(report)));
    let gross = if f.person.money.is_some() { p("soft", &gross) } else { String::new() };
    format!(
        "<article class=subject><h3>{}</h3>{}{}{gross}{}</article>",
        ask(&both(&title), &from),
        p("", &position),
        figures(report, f),
        rows(report, f)
    )
}

/// (key, by person, by account) of a subject's figures, as text.
fn figures(report: &Report, f: &SubjectFigures) -> String {
    let (who, own) = (&f.person, &f.own);
    let money = who.money.as_ref();
    let of = |pick: fn(&crate::report::PersonMoney) -> i64| {
        money.map_or_else(|| NOTHING.to_owned(), |m| yuan(pick(m)))
    };
    let net = if report.whole.basis_out == Some(true) { "subject.net" } else { "subject.net_bonus" };
    let none = || String::new();
    let place = |at: &RowAt| format!("<span class=place><code>{}</code> {}</span>", data(&at.file), at.row);
    let referrer = f.referrer.as_deref().map_or_else(|| t("subject.root"), data);
    let mut rows = vec![
        (say("subject.persons"), number(who.persons), number(own.persons)),
        (say("subject.levels"), number(who.levels), number(own.person_levels)),
        (say("subject.account_levels"), none(), number(own.levels)),
        (say("subject.accounts"), none(), number(own.accounts)),
        (say("subject.held"), number(who.accounts), none()),
        (say("subject.directs"), number(who.direct_persons), number(own.directs)),
        (law("subject.met_on", &report.law), day(who.floor_met_on), none()),
        (say("subject.first_joined"), day(f.first_joined), day(own.joined)),
        (say("subject.depth"), none(), number(own.depth)),
        (say("subject.referrer"), none(), referrer),
        (say("subject.at"), none(), place(&own.member_at)),
    ];
    let mut tests: Vec<_> =
        subject_tests(report, f).into_iter().map(|(name, met)| (name, state(Some(met)), none())).collect();
    tests.append(&mut rows);
    let mut rows = tests;
    if money.is_some() {
        rows.extend([
            (say("subject.team"), of(|m| m.team_paid_in), yuan_or(own.team_paid_in)),
            (say("subject.others"), of(|m| m.team_paid_in_others), none()),
            (say("subject.team_below"), none(), yuan_or(below(own))),
            (say("subject.paid_in"), of(|m| m.paid_in), yuan_or(own.paid_in)),
            (say("subject.bonus"), of(|m| m.bonus), yuan_or(own.bonus)),
            (
                say("subject.withdrawn"),
                yuan_or(withdrawn(report, money.map(|m| m.withdrawn))),
                yuan_or(withdrawn(report, own.withdrawn)),
            ),
            (say(net), of(|m| m.net), yuan_or(own_net(report, own))),
        ]);
    }
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(name, a, b)| vec![both(&name), a, b]).collect();
    let mut by_person = column("subject.person_value");
    by_person.head = by_person.head.with("n", number(who.accounts));
    let system = if f.system { due(&say("subject.system")) } else { String::new() };
    system + &table(&[text("subject.figure"), by_person, column("subject.account_value")], &rows)
}

/// Money in of what lies below an account.
pub fn below(line: &AccountLine) -> Option<i64> {
    Some(line.team_paid_in? - line.paid_in?)
}

/// Net of one account, on the basis of the run.
pub fn own_net(report: &Report, line: &AccountLine) -> Option<i64> {
    let got = if report.whole.basis_out == Some(true) { line.withdrawn } else { line.bonus };
    Some(got? - line.paid_in?)
}

/// `file:row` lists.
fn places(rows: &[RowAt]) -> String {
    let mut out = String::new();
    for group in rows.chunk_by(|a, b| a.file == b.file) {
        let numbers: Vec<String> = group.iter().map(|at| at.row.to_string()).collect();
        out += &format!("<li><code>{}</code> {}</li>", data(&group[0].file), numbers.join(", "));
    }
    format!("<ul class=places>{out}</ul>")
}

fn rows(report: &Report, f: &SubjectFigures) -> String {
    let members: Vec<RowAt> = f.held.iter().take(ROWS_MAX).map(|line| line.member_at.clone()).collect();
    let mut out = format!("<h4>{}</h4>{}", t("subject.member_rows"), places(&members));
    if f.ledger_rows == 0 {
        out += &p("", &say("subject.ledger_none"));
    } else {
        let shown = &f.ledger_at[..f.ledger_at.len().min(LEDGER_MAX)];
        let title = say("subject.ledger_rows").with("n", number(f.ledger_rows));
        out += &format!("<h4>{}</h4>{}", both(&title), places(shown));
        if f.ledger_rows > shown.len() as u64 {
            let more = say("page.more")
                .with("shown", number(shown.len() as i128))
                .with("all", number(f.ledger_rows))
                .with("file", "`mingjing network explain`");
            out += &p("soft", &more);
        }
    }
    fold(&t("subject.rows"), &out) + &held(report, f)
}

fn held(report: &Report, f: &SubjectFigures) -> String {
    if f.person.accounts < 2 {
        return String::new();
    }
    let rows: Vec<Vec<String>> = f
        .held
        .iter()
        .take(ROWS_MAX)
        .map(|line| {
            vec![
                format!("<span class=id>{}</span>", data(&line.account)),
                format!("<span class=day>{}</span>", day(line.joined)),
                number(line.depth),
                number(line.accounts),
                number(line.persons),
                number(line.person_levels),
                yuan_or(line.paid_in),
                yuan_or(line.bonus),
                yuan_or(withdrawn(report, line.withdrawn)),
                yuan_or(line.team_paid_in),
            ]
        })
        .collect();
    let columns = [
        text("subject.held_account"),
        text("subject.joined"),
        column("subject.depth"),
        column("subject.accounts"),
        column("subject.persons"),
        column("subject.levels"),
        column("subject.paid_in"),
        column("subject.bonus"),
        column("subject.withdrawn"),
        column("subject.team"),
    ];
    let mut out = table(&columns, &rows);
    if f.person.accounts as usize > rows.len() {
        let more = say("page.more")
            .with("shown", number(rows.len() as i128))
            .with("all", number(f.person.accounts))
            .with("file", "`accounts.parquet`");
        out += &p("soft", &more);
    }
    fold(&t("subject.accounts_title"), &out)
}
