//! Sheets that are one list: 层级, 增长, 达标人员, 清洗发现, 输入文件, 发现逐行.

use super::sheet::{Cell, Formats, Sheet};
use crate::content::{finding_words, grave, law, money_beside, net_name, role, withdrawn};
use crate::report::{Report, Rows};
use crate::show::number;
use crate::words::{Both, say};
use rust_xlsxwriter::{Worksheet, XlsxError};

/// Sheet 层级.
pub fn levels(sheet: &mut Worksheet, f: &Formats, report: &Report) -> Result<(), XlsxError> {
    let title = say("section.levels");
    let mut s = Sheet::start(sheet, f, &say("sheet.levels").zh, &title, &[14.0, 14.0, 18.0, 18.0])?;
    s.note(&say("level.from"))?;
    if let Some(first) = report.levels.first().filter(|l| l.from != l.to) {
        s.note(&say("level.grouped").with("n", number(first.to)))?;
    }
    s.numbers(&[0, 1, 2, 3]);
    s.head(&["sheet.from", "sheet.to", "level.persons", "level.accounts"].map(say), true)?;
    for l in &report.levels {
        s.cells(&[Cell::count(l.from), Cell::count(l.to), Cell::count(l.persons), Cell::count(l.accounts)])?;
    }
    Ok(())
}

/// Sheet 增长.
pub fn growth(sheet: &mut Worksheet, f: &Formats, report: &Report) -> Result<(), XlsxError> {
    let g = &report.growth;
    let title = say("section.growth");
    let widths = [14.0, 14.0, 16.0, 16.0, 22.0, 22.0];
    let mut s = Sheet::start(sheet, f, &say("sheet.growth").zh, &title, &widths)?;
    s.note(&say("growth.from"))?;
    if g.joins_before > 0 {
        let day = crate::show::day(g.first);
        s.note(&say("growth.before").with("n", number(g.joins_before)).with("day", day))?;
    }
    if g.joins_after > 0 {
        let day = crate::show::day(g.last);
        s.note(&say("growth.after").with("n", number(g.joins_after)).with("day", day))?;
    }
    if g.joins_unknown > 0 {
        s.note(&say("growth.unknown").with("n", number(g.joins_unknown)))?;
    }
    if let Some(money) = money_beside(report) {
        s.note(&money)?;
    }
    let out = if report.whole.basis_out == Some(true) { "sheet.money_out" } else { "sheet.money_bonus" };
    let heads =
        ["growth.period", "sheet.start", "growth.joins", "growth.total", "sheet.money_in", out].map(say);
    s.numbers(&[2, 3, 4, 5]);
    s.head(&heads, true)?;
    let known = report.whole.paid_in.is_some();
    for p in &g.points {
        s.cells(&[
            Cell::Text(p.label.clone()),
            Cell::Day(Some(p.day)),
            Cell::count(p.joins),
            Cell::count(p.total),
            Cell::yuan(known.then_some(p.money_in)),
            Cell::yuan(known.then_some(p.money_out)),
        ])?;
    }
    Ok(())
}

/// Sheet 达标人员.
pub fn persons(sheet: &mut Worksheet, f: &Formats, report: &Report) -> Result<(), XlsxError> {
    let title = law("section.persons", &report.law);
    let mut widths = vec![9.0, 22.0, 10.0, 12.0, 9.0, 11.0, 13.0];
    widths.extend([17.0; 6]);
    widths.push(22.0);
    let mut s = Sheet::start(sheet, f, &say("sheet.persons").zh, &title, &widths)?;
    s.note(&law("person.title", &report.law).with("n", number(report.whole.persons_meeting_floor)))?;
    s.note(&say("person.order"))?;
    if report.systems_meeting_floor > 0 {
        s.note(&say("person.systems").with("n", number(report.systems_meeting_floor)))?;
    }
    s.note(&say("test.intro"))?;
    let (all, shown) = (report.whole.persons_meeting_floor, report.persons.len());
    if all > shown as u64 {
        let more = say("sheet.persons_more").with("all", number(all)).with("shown", number(shown as i128));
        s.note(&more)?;
    }
    let heads = [
        "person.person",
        "person.account",
        "person.accounts",
        "person.persons",
        "person.levels",
        "person.directs",
        "person.met_on",
        "person.team",
        "person.others",
        "person.paid_in",
        "person.bonus",
        "person.withdrawn",
        net_name(report),
        "person.grave",
    ];
    s.numbers(&[2, 3, 4, 5, 7, 8, 9, 10, 11, 12]);
    s.head(&heads.map(say), true)?;
    for p in &report.persons {
        let m = p.money.as_ref();
        let mut zh: Vec<String> = grave(report, p).into_iter().map(|both| both.zh).collect();
        if p.system {
            zh.insert(0, say("person.system").zh);
        }
        s.cells(&[
            Cell::Text(format!("P{}", p.person)),
            Cell::Text(p.account.clone()),
            Cell::count(p.accounts),
            Cell::count(p.persons),
            Cell::count(p.levels),
            Cell::count(p.direct_persons),
            Cell::Day(p.floor_met_on),
            Cell::yuan(m.map(|m| m.team_paid_in)),
            Cell::yuan(m.map(|m| m.team_paid_in_others)),
            Cell::yuan(m.map(|m| m.paid_in)),
            Cell::yuan(m.map(|m| m.bonus)),
            Cell::yuan(withdrawn(report, m.map(|m| m.withdrawn))),
            Cell::yuan(m.map(|m| m.net)),
            Cell::Text(zh.join("、")),
        ])?;
    }
    Ok(())
}

/// Sheet 清洗发现: the counts.
pub fn findings(sheet: &mut Worksheet, f: &Formats, report: &Report) -> Result<(), XlsxError> {
    let title = say("section.findings");
    let widths = [34.0, 36.0, 40.0, 18.0, 36.0];
    let mut s = Sheet::start(sheet, f, &say("sheet.findings").zh, &title, &widths)?;
    s.note(&say("finding.note"))?;
    let heads = ["finding.name", "finding.means", "finding.does", "finding.count", "finding.key"];
    s.numbers(&[3]);
    s.head(&heads.map(say), true)?;
    for finding in &report.findings {
        let [name, means, does] = finding_words(&finding.key);
        let is_amount = finding.key == "orphan_amount";
        let amount = report.whole.paid_in.map(|_| finding.count);
        let count = if is_amount { Cell::yuan(amount) } else { Cell::Count(finding.count) };
        let key = Cell::Text(finding.key.clone());
        s.cells(&[Cell::Words(name), Cell::Words(means), Cell::Words(does), count, key])?;
    }
    Ok(())
}

/// Sheet 发现逐行: a sheet of its own, so that its headings, in sight and on every page, are those of its rows.
pub fn finding_rows(sheet: &mut Worksheet, f: &Formats, report: &Report) -> Result<(), XlsxError> {
    let title = say("sheet.finding_rows");
    let widths = [34.0, 36.0, 30.0, 14.0, 60.0];
    let mut s = Sheet::start(sheet, f, &title.zh, &title, &widths)?;
    s.note(&say("finding.note"))?;
    let (all, shown) = (report.finding_rows_total, report.finding_rows.len());
    if all > shown as u64 {
        let more = say("sheet.findings_more").with("all", number(all)).with("shown", number(shown as i128));
        s.note(&more)?;
    }
    s.numbers(&[3]);
    let heads = ["finding.key", "finding.file", "finding.account", "finding.row", "finding.reason"];
    s.head(&heads.map(say), true)?;
    for row in &report.finding_rows {
        s.cells(&[
            Cell::Text(row.key.clone()),
            Cell::Text(row.at.file.clone()),
            Cell::Text(row.account.clone()),
            Cell::count(row.at.row),
            Cell::Text(row.reason.clone()),
        ])?;
    }
    Ok(())
}

/// Sheet 输入文件.
pub fn inputs(sheet: &mut Worksheet, f: &Formats, report: &Report) -> Result<(), XlsxError> {
    let title = say("section.inputs");
    let widths = [12.0, 34.0, 18.0, 16.0, 14.0, 14.0, 12.0, 12.0, 12.0, 70.0];
    let mut s = Sheet::start(sheet, f, &say("sheet.inputs").zh, &title, &widths)?;
    s.note(&say("input.from"))?;
    let mut heads = [
        "input.role",
        "input.name",
        "input.format",
        "input.size",
        "input.read",
        "input.accepted",
        "input.rejected",
        "input.duplicate",
        "input.superseded",
        "input.sha",
    ]
    .map(say);
    heads[3] = heads[3].clone().and(Both::new("（字节）", "(bytes)"));
    s.numbers(&[3, 4, 5, 6, 7, 8]);
    s.head(&heads, true)?;
    for i in &report.inputs {
        let of = |pick: fn(&Rows) -> u64| i.rows.as_ref().map_or(Cell::Empty, |r| Cell::count(pick(r)));
        s.cells(&[
            Cell::Words(role(i.role)),
            Cell::Text(i.name.clone()),
            Cell::Text(i.format.clone()),
            Cell::count(i.bytes),
            of(|r| r.read),
            of(|r| r.accepted),
            of(|r| r.rejected),
            of(|r| r.duplicate),
            of(|r| r.superseded),
            Cell::Text(i.sha256.clone()),
        ])?;
    }
    Ok(())
}
