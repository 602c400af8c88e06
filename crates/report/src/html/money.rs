//! Money in, out and retained; and, only where money out is known, who lost.

use super::markup::{ask, both, data, fold, number as column, p, t, table, text};
use crate::content::out_name;
use crate::report::{Report, Spread};
use crate::show::{self, number, percent, yuan, yuan_or};
use crate::words::{Both, say};

/// The section on money.
pub fn body(report: &Report) -> String {
    let w = &report.whole;
    let (Some(paid), Some(kept)) = (w.paid_in, w.retained) else {
        return p("claim", &say("money.title_none"));
    };
    let is_out = w.basis_out == Some(true);
    let gone = if is_out { w.withdrawn } else { w.bonus }.unwrap_or(0);
    let title = say("money.title")
        .with("in", show::money(paid))
        .with("out", say(out_name(report)))
        .with("n", show::money(gone))
        .with("kept", show::money(kept));
    let from = say("figure.policy_from").with("policy", &report.policy.id);
    let basis = say(if is_out { "money.out_basis" } else { "money.bonus_basis" });
    let mut bars = vec![("money.in", paid)];
    if is_out {
        bars.push(("money.out", gone));
    }
    bars.extend([("money.retained", kept), ("money.bonus", w.bonus.unwrap_or(0))]);
    let most = bars.iter().map(|(_, fen)| fen.unsigned_abs()).max().unwrap_or(1).max(1);
    let lines: String = bars
        .iter()
        .map(|(key, fen)| {
            let class = if *key == "money.in" { "" } else { " class=second" };
            format!(
                "<span>{}</span><i{class} style=\"--w:{:.2}%\"></i><span class=n>{} {}</span>",
                both(&say(key).with("out", say(out_name(report)))),
                fen.unsigned_abs() as f64 * 100.0 / most as f64,
                yuan(*fen),
                t("money.unit")
            )
        })
        .collect();
    format!(
        "<h3 class=claim>{}</h3>{}<div class=sums>{lines}</div>{}{}",
        ask(&both(&title), &from),
        p("soft", &basis),
        facts(report, paid),
        fold(&t("page.table"), &gross_and_net(report)),
    )
}

/// Shares and what was left out.
fn facts(report: &Report, paid: i128) -> String {
    let w = &report.whole;
    let row = |key: &str, from: &str, value: String| {
        format!("<dt>{}</dt><dd>{}</dd>", t(key), ask(&value, &say(from)))
    };
    let of = |share: &str, part: i128, whole: i128| {
        let share = say(share).with("n", percent(part, whole));
        format!("{} <small>{}</small>", both(&show::money(part)), both(&share))
    };
    let mut out = String::new();
    if let Some(early) = w.paid_in_within_30_days {
        out += &row("money.within_30", "money.within_30_from", of("money.share_of_in", early, paid));
    }
    if let Some(gini) = w.bonus_gini_millionths {
        let gini = format!("{}.{:06}", gini / 1_000_000, gini % 1_000_000);
        out += &row("money.gini", "money.gini_from", data(&gini[..5]));
    }
    if let (Some(top), Some(all)) = (w.bonus_top_percent, w.bonus) {
        out += &row("money.top", "money.top_from", of("money.share_of_bonus", top, all));
    }
    if w.system_accounts > 0
        && let Some(without) = w.paid_in_without_system
    {
        out += &row("money.without_system", "money.without_system_from", both(&show::money(without)));
    }
    if let Some(dropped) = w.dropped_paid_in.filter(|fen| *fen != 0) {
        out += &row("money.dropped", "money.dropped_from", both(&show::money(dropped)));
    }
    format!("<dl class=facts>{out}</dl>")
}

fn gross_and_net(report: &Report) -> String {
    let w = &report.whole;
    let row = |key: &str, gross: Option<i128>, net: Option<i128>| {
        let name = say(key).with("out", say(out_name(report)));
        vec![both(&name), yuan_or(gross), yuan_or(net)]
    };
    let mut rows = vec![row("money.in", w.paid_in, w.paid_in_net)];
    if w.basis_out == Some(true) {
        rows.push(row("money.out", w.withdrawn, w.withdrawn_net));
    }
    rows.push(row("money.bonus", w.bonus, w.bonus_net));
    rows.push(row("money.retained", w.retained, None));
    table(&[text("money.item"), column("money.gross"), column("money.net")], &rows)
}

/// Key of the heading of [`spread_body`].
pub fn spread_heading(report: &Report) -> &'static str {
    if report.whole.basis_out == Some(false) { "section.spread_bonus" } else { "section.spread" }
}

/// Who lost; with basis *bonus* only why that is not said; nothing without a ledger.
pub fn spread_body(report: &Report) -> String {
    match (&report.whole.spread, report.whole.basis_out) {
        (Some(spread), Some(true)) => lost(report, spread),
        (_, Some(false)) => p("", &say("money.bonus_basis")),
        _ => String::new(),
    }
}

fn lost(report: &Report, spread: &Spread) -> String {
    let title = say("spread.title")
        .with("n", number(spread.persons_at_loss))
        .with("share", percent(spread.persons_at_loss.into(), report.whole.persons.into()))
        .with("median", show::money(spread.median));
    let (low, high) = (spread.deciles.iter().min().copied(), spread.deciles.iter().max().copied());
    let (low, high) = (low.unwrap_or(0).min(0) as f64, high.unwrap_or(0).max(0) as f64);
    let span = (high - low).max(1.0);
    let zero = -low * 100.0 / span;
    let lines: String = (1..)
        .zip(&spread.deciles)
        .map(|(n, &fen)| {
            let size = (fen as f64).abs() * 100.0 / span;
            let (class, left) = if fen < 0 { ("loss", zero - size) } else { ("gain", zero) };
            format!(
                "<span>{}</span><div style=\"--z:{zero:.2}%\"><i class={class} style=\"--x:{left:.2}%;--w:{size:.2}%\">\
                 </i></div><span class=n>{}</span>",
                both(&say("spread.decile_n").with("n", number(n))),
                yuan(fen)
            )
        })
        .collect();
    let item = |key: &str, value: String| format!("<dt>{}</dt><dd>{value}</dd>", t(key));
    let at_loss = Both::same(number(spread.persons_at_loss)).and_close(Both::same(" "));
    let facts = item("spread.at_loss", both(&at_loss.and_close(say("page.persons_unit"))))
        + &item("spread.sum_losses", both(&show::money(spread.sum_of_losses)))
        + &item("spread.sum", both(&show::money(spread.sum)))
        + &item("spread.median", both(&show::money(spread.median)));
    let rows: Vec<Vec<String>> = (1..)
        .zip(&spread.deciles)
        .map(|(n, &fen)| vec![both(&say("spread.decile_n").with("n", number(n))), yuan(fen)])
        .collect();
    format!(
        "<h3 class=claim>{}</h3><dl class=facts>{facts}</dl><div class=deciles><b>{}</b><b></b><b class=n>{}</b>{lines}</div>{}{}",
        ask(&both(&title), &say("spread.from")),
        t("spread.decile"),
        t("spread.value"),
        p("soft", &say("spread.read")),
        fold(&t("page.table"), &table(&[text("spread.decile"), column("spread.value")], &rows))
    )
}
