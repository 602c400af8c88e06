//! The first thing seen: what this is, what to do, what happens then; and the four main figures.

use super::markup::{ask, both, data, p, t};
use crate::content::{boundary_name, out_name, scope};
use crate::report::{Grounds, Report, Role};
use crate::show::{self, number};
use crate::words::{Both, say};

/// The top of the page.
pub fn body(report: &Report) -> String {
    format!("<div class=top>{}{}{}</div>{}", what(report), todo(report), then(), figures(report))
}

fn what(report: &Report) -> String {
    let files = report.inputs.iter().filter(|i| matches!(i.role, Role::Members | Role::Ledger)).count();
    let text = say("top.what_text")
        .with("files", number(files as i128))
        .with("accounts", number(report.whole.accounts))
        .with("persons", number(report.whole.persons));
    let grounds = match &report.grounds {
        Grounds::Public => p("soft", &say("top.public")),
        Grounds::Case { number, basis, purpose, approver, retain_until } => {
            let case = say("top.case")
                .with("number", number)
                .with("basis", basis)
                .with("purpose", purpose)
                .with("approver", approver);
            let retain = say("top.retain").with("day", retain_until);
            format!("{}<p class=due><span aria-hidden=true>◷</span> {}</p>", p("soft", &case), both(&retain))
        }
    };
    let scope = p("", &scope(report));
    format!("<div><h2>{}</h2>{}{scope}{grounds}</div>", t("top.what"), p("", &text))
}

fn todo(report: &Report) -> String {
    let found = report.findings.iter().filter(|f| f.count != 0 && f.key != "orphan_amount");
    let (kinds, rows) = found.fold((0, 0), |(kinds, rows), f| (kinds + 1, rows + f.count));
    let text = if kinds == 0 {
        say("top.do_none")
    } else {
        say("top.do_text").with("rows", number(rows)).with("kinds", number(kinds))
    };
    let (main, link) =
        if kinds == 0 { ("contested", "top.go_contested") } else { ("findings", "top.go_findings") };
    let more =
        if kinds == 0 { String::new() } else { format!("<a href=#contested>{}</a>", t("top.go_contested")) };
    format!(
        "<div><h2>{}</h2>{}<p class=go><a class=button href=#{main}>{}</a>{more}</p></div>",
        t("top.do"),
        p("", &text),
        t(link)
    )
}

fn then() -> String {
    format!(
        "<div><h2>{}</h2>{}<p class=go><a href=#verify>{}</a></p></div>",
        t("top.then"),
        p("", &say("top.then_text")),
        t("top.go_verify")
    )
}

/// One figure: its name, its value that can be asked, what stands beside it.
fn figure(name: &str, value: &str, from: &Both, beside: &[Both]) -> String {
    let beside: String = beside.iter().map(|text| p("", text)).collect();
    format!("<div class=figure><h3>{}</h3>{}{beside}</div>", t(name), ask(value, from))
}

fn figures(report: &Report) -> String {
    let w = &report.whole;
    let big = |text: &str, unit: &str| format!("<b>{text}</b> <small>{}</small>", t(unit));
    let mut beside = vec![
        say("figure.also_accounts").with("n", number(w.accounts)),
        say("figure.roots").with("n", number(w.roots)),
    ];
    if w.system_accounts > 0 {
        beside.insert(1, say("figure.also_without_system").with("n", number(w.persons_without_system)));
    }
    let persons = figure(
        "figure.persons",
        &big(&number(w.persons), "page.persons_unit"),
        &say("figure.persons_from").and(say("figure.accounts_from")),
        &beside,
    );
    let levels = figure(
        "figure.levels",
        &big(&number(w.person_levels), "page.levels_unit"),
        &say("figure.levels_from"),
        &[say("figure.also_levels").with("n", number(w.levels))],
    );
    format!("<div class=figures>{persons}{levels}{}</div>", money(report))
}

/// Do two sums read the same in one of the languages?
fn look_alike(a: i128, b: i128) -> bool {
    let (a, b) = (show::money(a), show::money(b));
    a.zh == b.zh || a.en == b.en
}

/// Money in and retained.
fn money(report: &Report) -> String {
    let w = &report.whole;
    let out = say(out_name(report));
    let boundary = say(boundary_name(report));
    let big = |fen: Option<i128>| match fen {
        None => show::NOTHING.to_owned(),
        Some(fen) => {
            let split = |text: String| {
                let (n, unit) = text.split_once(' ').unwrap_or((&text, ""));
                format!("<b>{}</b> <small>{}</small>", data(n), data(unit))
            };
            let m = show::money(fen);
            format!("<span lang=zh>{}</span><span lang=en>{}</span>", split(m.zh), split(m.en))
        }
    };
    let beside = |texts: Vec<Both>| if w.paid_in.is_none() { vec![say("figure.no_ledger")] } else { texts };
    let exact = |from: Both, fen: Option<i128>| match fen {
        Some(fen) => say("figure.exact").with("n", show::yuan_exact(fen)).and(from),
        None => from,
    };
    let paid = say("figure.money_in_from").with("boundary", boundary).with("policy", &report.policy.id);
    let kept = say("figure.retained_from").with("out", out.clone());
    let net = match (w.paid_in, w.paid_in_net) {
        // Two sums that differ must not look alike because both are rounded.
        (Some(gross), Some(net)) if gross != net && look_alike(gross, net) => show::yuan_exact(net),
        (_, net) => show::money_or(net),
    };
    let gone = if w.basis_out == Some(true) { w.withdrawn } else { w.bonus };
    let gone = say("figure.also_out").with("out", out).with("n", show::money_or(gone));
    figure(
        "figure.money_in",
        &big(w.paid_in),
        &exact(paid, w.paid_in),
        &beside(vec![say("figure.also_net").with("n", net)]),
    ) + &figure("figure.retained", &big(w.retained), &exact(kept, w.retained), &beside(vec![gone]))
}
