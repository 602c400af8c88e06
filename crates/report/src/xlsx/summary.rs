//! Sheet 概要: every figure of the whole, by persons and by accounts side by side.

use super::sheet::{Cell, Formats, Sheet};
use crate::content::{boundary_name, law, out_name, scope};
use crate::report::{Grounds, Report};
use crate::show;
use crate::words::{Both, say};
use rust_xlsxwriter::{Worksheet, XlsxError};

/// Writes the sheet.
pub fn write(sheet: &mut Worksheet, f: &Formats, report: &Report) -> Result<(), XlsxError> {
    let title = say("page.title");
    let widths = [46.0, 24.0, 24.0, 12.0, 70.0];
    let mut s = Sheet::start(sheet, f, &say("sheet.summary").zh, &title, &widths)?;
    s.note(&Both::same(&report.title))?;
    s.note(&grounds(report))?;
    s.note(&scope(report))?;
    s.note(&say("page.made_by").with("tool", &report.tool).with("policy", &report.policy.id))?;
    s.note(&say("test.intro"))?;
    let heads = ["sheet.item", "page.by_persons", "page.by_accounts", "sheet.unit", "sheet.source"].map(say);
    s.numbers(&[1, 2]);
    s.head(&heads, true)?;
    for row in people(report).into_iter().chain(tests(report)).chain(money(report)) {
        s.cells(&row)?;
    }
    Ok(())
}

fn grounds(report: &Report) -> Both {
    match &report.grounds {
        Grounds::Public => say("top.public"),
        Grounds::Case { number, basis, purpose, approver, retain_until } => say("top.case")
            .with("number", number)
            .with("basis", basis)
            .with("purpose", purpose)
            .with("approver", approver)
            .and(say("top.retain").with("day", retain_until)),
    }
}

/// Unit of a line that holds persons and accounts side by side.
const COUNTS: Option<&str> = Some("sheet.persons_accounts");

type Row = [Cell; 5];

fn row(name: Both, persons: Cell, accounts: Cell, unit: Option<&str>, from: Both) -> Row {
    let unit = unit.map_or(Cell::Empty, |key| Cell::Words(say(key)));
    [Cell::Words(name), persons, accounts, unit, Cell::Words(from)]
}

fn people(report: &Report) -> Vec<Row> {
    let w = &report.whole;
    let levels = Some("page.levels_unit");
    let mut rows = vec![
        row(
            say("figure.persons"),
            Cell::count(w.persons),
            Cell::count(w.accounts),
            COUNTS,
            say("figure.persons_from").and(say("figure.accounts_from")),
        ),
        row(
            say("figure.levels"),
            Cell::count(w.person_levels),
            Cell::count(w.levels),
            levels,
            say("figure.levels_from"),
        ),
        row(
            say("figure.roots_name"),
            Cell::Empty,
            Cell::count(w.roots),
            Some("page.accounts_unit"),
            say("test.forest").with("n", show::number(w.roots)),
        ),
    ];
    if let Some(tree) = &report.widest_tree {
        let name = |what: &str| {
            let root = say("test.widest_money").with("root", show::short(&tree.root, 100));
            root.and(Both::new("：", "–")).and(say(what))
        };
        let (persons, accounts) = (Cell::count(tree.persons), Cell::count(tree.accounts));
        rows.push(row(name("figure.persons"), persons, accounts, COUNTS, say("figure.persons_from")));
        let (persons, accounts) = (Cell::count(tree.person_levels), Cell::count(tree.levels));
        rows.push(row(name("figure.levels"), persons, accounts, levels, say("figure.levels_from")));
        if tree.team_paid_in.is_some() {
            let paid = Cell::yuan(tree.team_paid_in);
            let from = say("person.means_team");
            rows.push(row(name("figure.money_in"), paid, Cell::Empty, Some("sheet.yuan"), from));
        }
    }
    if w.system_accounts > 0 {
        let (persons, accounts) =
            (Cell::count(w.persons_without_system), Cell::count(w.accounts_without_system));
        rows.push(row(
            say("figure.without_system"),
            persons,
            accounts,
            COUNTS,
            say("found.system_accounts_means"),
        ));
    }
    rows
}

fn tests(report: &Report) -> Vec<Row> {
    let w = &report.whole;
    let test = |key: &str| law(key, &report.law);
    let name = |key: &str| test(key).and(Both::new("：", "–")).and(say("test.holders_persons"));
    let from = |column: &str| say("test.holders_from").with("column", column);
    let opt = |n: Option<u64>| n.map_or(Cell::Text(show::NOTHING.to_owned()), Cell::count);
    let others = test("test.grave_amount").and(Both::new("：", "–")).and(say("test.holders_others"));
    let day = |key: &str, on| row(undated(test(key)), Cell::Day(on), Cell::Empty, None, say("test.on_from"));
    vec![
        row(
            name("test.floor"),
            Cell::count(w.persons_meeting_floor),
            Cell::count(w.accounts_meeting_floor),
            COUNTS,
            from("floor_met"),
        ),
        row(
            name("test.grave_persons"),
            Cell::count(w.persons_meeting_grave_persons),
            Cell::count(w.accounts_meeting_grave_persons),
            COUNTS,
            from("grave_persons"),
        ),
        row(
            name("test.grave_amount"),
            opt(w.persons_meeting_grave_amount),
            Cell::Empty,
            Some("page.persons_unit"),
            from("grave_amount"),
        ),
        row(
            others,
            opt(w.persons_meeting_grave_amount_others),
            Cell::Empty,
            Some("page.persons_unit"),
            from("grave_amount_others"),
        ),
        day("growth.mark_first_floor", w.first_floor_met_on),
        day("growth.mark_floor_persons", w.floor_persons_reached_on),
        day("growth.mark_grave_persons", w.grave_persons_reached_on),
    ]
}

fn money(report: &Report) -> Vec<Row> {
    let w = &report.whole;
    if w.paid_in.is_none() {
        return vec![row(
            say("figure.money_in"),
            Cell::yuan(None::<i64>),
            Cell::Empty,
            None,
            say("money.title_none"),
        )];
    }
    let yuan = Some("sheet.yuan");
    let out = || say(out_name(report));
    let gross =
        |name: Both, fen: Option<i128>, from: Both| row(name, Cell::yuan(fen), Cell::Empty, yuan, from);
    let paid = say("figure.money_in_from")
        .with("boundary", say(boundary_name(report)))
        .with("policy", &report.policy.id);
    let policy = || say("figure.policy_from").with("policy", &report.policy.id);
    let basis = say(if w.basis_out == Some(true) { "money.out_basis" } else { "money.bonus_basis" });
    let kept = say("figure.retained_from").with("out", out()).and(basis);
    let reversed = || say("found.reversals_does");
    let mut rows = vec![
        gross(say("money.in"), w.paid_in, paid),
        gross(say("money.in_net"), w.paid_in_net, reversed()),
        gross(say("money.bonus"), w.bonus, policy()),
        gross(say("money.bonus_net"), w.bonus_net, reversed()),
    ];
    if w.basis_out == Some(true) {
        rows.push(gross(say("money.out"), w.withdrawn, policy()));
        rows.push(gross(say("money.out_net"), w.withdrawn_net, reversed()));
    }
    rows.push(gross(say("money.retained").with("out", out()), w.retained, kept));
    rows.push(gross(say("money.within_30"), w.paid_in_within_30_days, say("money.within_30_from")));
    if let Some(gini) = w.bonus_gini_millionths {
        let text = format!("{}.{:06}", gini / 1_000_000, gini % 1_000_000);
        rows.push(row(say("money.gini"), Cell::Text(text), Cell::Empty, None, say("money.gini_from")));
        rows.push(gross(say("money.top"), w.bonus_top_percent, say("money.top_from")));
    }
    if w.system_accounts > 0 {
        rows.push(gross(
            say("money.without_system"),
            w.paid_in_without_system,
            say("money.without_system_from"),
        ));
    }
    rows.push(gross(say("money.dropped"), w.dropped_paid_in, say("money.dropped_from")));
    rows.extend(spread(report));
    rows
}

/// The name of a mark without its day.
fn undated(mark: Both) -> Both {
    let bare = |text: &str| text.replace("{day}", "").trim_end_matches(['：', ',', ' ']).to_owned();
    Both::new(bare(&mark.zh), bare(&mark.en))
}

fn spread(report: &Report) -> Vec<Row> {
    let Some(s) = report.whole.spread.as_ref().filter(|_| report.whole.basis_out == Some(true)) else {
        return vec![];
    };
    let yuan = Some("sheet.yuan");
    let from = || say("spread.from");
    let sum = |key: &str, fen: i128| row(say(key), Cell::Yuan(fen), Cell::Empty, yuan, from());
    let mut rows = vec![
        row(
            say("spread.at_loss"),
            Cell::count(s.persons_at_loss),
            Cell::Empty,
            Some("page.persons_unit"),
            from(),
        ),
        sum("spread.sum_losses", s.sum_of_losses),
        sum("spread.sum", s.sum),
        sum("spread.median", s.median.into()),
    ];
    rows.extend((1..).zip(&s.deciles).map(|(n, &fen)| {
        let name = say("spread.decile")
            .and(Both::new("：", "–"))
            .and(say("spread.decile_n").with("n", n.to_string()));
        row(name, Cell::yuan(Some(fen)), Cell::Empty, yuan, say("spread.read"))
    }));
    rows
}
