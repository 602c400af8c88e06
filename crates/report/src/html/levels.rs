//! The pyramid: persons to the left, accounts to the right, on one linear scale.

use super::markup::{ask, both, fold, number as column, p, t, table};
use crate::report::{Level, Report};
use crate::show::number;
use crate::words::say;

/// The section.
pub fn body(report: &Report) -> String {
    let lines = &report.levels;
    let Some(widest) = lines.iter().max_by_key(|l| (l.persons, std::cmp::Reverse(l.from))) else {
        return String::new();
    };
    let key = if widest.from == widest.to { "level.title" } else { "level.title_group" };
    let title = say(key)
        .with("accounts", number(report.whole.levels))
        .with("levels", number(report.whole.person_levels))
        .with("widest", number(widest.from))
        .with("from", number(widest.from))
        .with("to", number(widest.to))
        .with("n", number(widest.persons));
    let mut out = format!("<h3 class=claim>{}</h3>", ask(&both(&title), &say("level.from")));
    if let Some(first) = lines.first().filter(|l| l.from != l.to) {
        out += &p("soft", &say("level.grouped").with("n", number(first.to)));
    }
    let most = lines.iter().map(|l| l.persons.max(l.accounts)).max().unwrap_or(1).max(1);
    // Nothing has no bar, not even the thinnest.
    let bar = |n: u64| match n {
        0 => String::new(),
        n => format!("<i style=--w:{:.4}></i>", n as f64 / most as f64),
    };
    out += &format!(
        "<div class=pyramid aria-hidden=true><b class=left>{}</b><b>{}</b><b>{}</b>",
        t("level.persons"),
        t("level.level"),
        t("level.accounts")
    );
    for l in lines {
        out += &format!(
            "<div class=left>{}{}</div><span>{}</span><div>{}{}</div>",
            number(l.persons),
            bar(l.persons),
            name(l),
            bar(l.accounts),
            number(l.accounts)
        );
    }
    let rows: Vec<Vec<String>> =
        lines.iter().map(|l| vec![name(l), number(l.persons), number(l.accounts)]).collect();
    let columns = [column("level.level_of"), column("level.persons"), column("level.accounts")];
    out + "</div>" + &fold(&t("page.table"), &table(&columns, &rows))
}

/// `4` or `31–36`.
fn name(level: &Level) -> String {
    if level.from == level.to {
        number(level.from)
    } else {
        format!("{}–{}", number(level.from), number(level.to))
    }
}
