//! One sheet for each subject: figures by person and by account, accounts held, rows.

use super::sheet::{Cell, Formats, Sheet};
use crate::content::{boundary_name, law, subject_tests, withdrawn};
use crate::html::{below, own_net};
use crate::report::{AccountLine, PersonMoney, Report, Subject, SubjectFigures};
use crate::show::{self, number};
use crate::words::{Both, say};
use rust_xlsxwriter::{Worksheet, XlsxError};

/// Most ledger rows a sheet lists.
const LEDGER_MAX: usize = 20_000;

/// Writes the sheet.
pub fn write(
    sheet: &mut Worksheet,
    f: &Formats,
    report: &Report,
    subject: &Subject,
    name: &str,
) -> Result<(), XlsxError> {
    let account = show::short(&subject.account, 200);
    let person =
        subject.found.as_ref().map_or_else(|| show::NOTHING.to_owned(), |s| format!("P{}", s.person.person));
    let title = say("subject.title").with("account", &account).with("person", person);
    let widths = [40.0, 24.0, 24.0, 18.0, 14.0, 18.0, 18.0, 18.0, 20.0, 14.0];
    let mut s = Sheet::start(sheet, f, name, &title, &widths)?;
    let Some(found) = &subject.found else {
        return s.note(&say("subject.missing").with("account", account));
    };
    s.note(&say("test.intro"))?;
    if found.person.money.is_some() {
        s.note(&say("subject.gross").with("boundary", say(boundary_name(report))))?;
    }
    let mut by_person = say("subject.person_value");
    by_person = by_person.with("n", number(found.person.accounts));
    s.numbers(&[1, 2]);
    s.head(&[say("subject.figure"), by_person, say("subject.account_value")], false)?;
    for row in figures(report, found) {
        s.cells(&row)?;
    }
    s.space();
    accounts(&mut s, report, found)?;
    s.space();
    ledger(&mut s, found)
}

fn figures(report: &Report, f: &SubjectFigures) -> Vec<[Cell; 3]> {
    let (who, own) = (&f.person, &f.own);
    let row = |name: Both, person: Cell, account: Cell| [Cell::Words(name), person, account];
    let referrer = f.referrer.clone().map_or_else(|| Cell::Words(say("subject.root")), Cell::Text);
    let system = say(if f.system { "page.is" } else { "page.is_not" });
    let money = |pick: fn(&PersonMoney) -> i64| Cell::yuan(who.money.as_ref().map(pick));
    let net = if report.whole.basis_out == Some(true) { "subject.net" } else { "subject.net_bonus" };
    let tests = subject_tests(report, f).into_iter();
    let mut rows: Vec<_> = tests
        .map(|(name, met)| {
            row(name, Cell::Words(say(if met { "test.met" } else { "test.not_met" })), Cell::Empty)
        })
        .collect();
    rows.extend([
        row(law("subject.met_on", &report.law), Cell::Day(who.floor_met_on), Cell::Empty),
        row(say("subject.persons"), Cell::count(who.persons), Cell::count(own.persons)),
        row(say("subject.levels"), Cell::count(who.levels), Cell::count(own.person_levels)),
        row(say("subject.account_levels"), Cell::Empty, Cell::count(own.levels)),
        row(say("subject.accounts"), Cell::Empty, Cell::count(own.accounts)),
        row(say("subject.held"), Cell::count(who.accounts), Cell::Empty),
        row(say("subject.directs"), Cell::count(who.direct_persons), Cell::count(own.directs)),
        row(say("subject.first_joined"), Cell::Day(f.first_joined), Cell::Day(own.joined)),
        row(say("subject.depth"), Cell::Empty, Cell::count(own.depth)),
        row(say("subject.referrer"), Cell::Empty, referrer),
        row(say("subject.system"), Cell::Empty, Cell::Words(system)),
        row(say("subject.team"), money(|m| m.team_paid_in), Cell::yuan(own.team_paid_in)),
        row(say("subject.others"), money(|m| m.team_paid_in_others), Cell::Empty),
        row(say("subject.team_below"), Cell::Empty, Cell::yuan(below(own))),
        row(say("subject.paid_in"), money(|m| m.paid_in), Cell::yuan(own.paid_in)),
        row(say("subject.bonus"), money(|m| m.bonus), Cell::yuan(own.bonus)),
        row(
            say("subject.withdrawn"),
            Cell::yuan(withdrawn(report, who.money.as_ref().map(|m| m.withdrawn))),
            Cell::yuan(withdrawn(report, own.withdrawn)),
        ),
        row(say(net), money(|m| m.net), Cell::yuan(own_net(report, own))),
    ]);
    rows
}

fn accounts(s: &mut Sheet<'_>, report: &Report, f: &SubjectFigures) -> Result<(), XlsxError> {
    let heads = [
        "subject.accounts_title",
        "finding.file",
        "finding.row",
        "subject.accounts",
        "subject.levels",
        "subject.paid_in",
        "subject.bonus",
        "subject.withdrawn",
        "subject.team",
        "subject.joined",
    ];
    s.numbers(&[2, 3, 4, 5, 6, 7, 8]);
    s.head(&heads.map(say), false)?;
    for line in &f.held {
        let AccountLine { account, member_at, .. } = line;
        s.cells(&[
            Cell::Text(account.clone()),
            Cell::Text(member_at.file.clone()),
            Cell::count(member_at.row),
            Cell::count(line.accounts),
            Cell::count(line.person_levels),
            Cell::yuan(line.paid_in),
            Cell::yuan(line.bonus),
            Cell::yuan(withdrawn(report, line.withdrawn)),
            Cell::yuan(line.team_paid_in),
            Cell::Day(line.joined),
        ])?;
    }
    if f.person.accounts as usize > f.held.len() {
        let more = say("page.more")
            .with("shown", number(f.held.len() as i128))
            .with("all", number(f.person.accounts))
            .with("file", "accounts.parquet");
        s.note(&more)?;
    }
    Ok(())
}

fn ledger(s: &mut Sheet<'_>, f: &SubjectFigures) -> Result<(), XlsxError> {
    if f.ledger_rows == 0 {
        return s.note(&say("subject.ledger_none"));
    }
    let title = say("subject.ledger_rows").with("n", number(f.ledger_rows));
    s.numbers(&[0, 2]);
    s.head(&[title, say("finding.file"), say("finding.row")], false)?;
    let shown = &f.ledger_at[..f.ledger_at.len().min(LEDGER_MAX)];
    for (n, at) in (1i128..).zip(shown) {
        s.cells(&[Cell::Count(n), Cell::Text(at.file.clone()), Cell::count(at.row)])?;
    }
    if f.ledger_rows > shown.len() as u64 {
        let more = say("page.more")
            .with("shown", number(shown.len() as i128))
            .with("all", number(f.ledger_rows))
            .with("file", "mingjing network explain");
        s.note(&more)?;
    }
    Ok(())
}
