//! The widest branches as an outline with bars; each line opens on what is below it.

use super::markup::{ask, both, data, p, t};
use crate::report::{BRANCHES_MAX, Branch, More, Report};
use crate::show::{self, number, yuan_or};
use crate::words::say;

/// Longest account number that a line shows whole.
const NAME_MAX: usize = 40;
/// Lines that stand open at first: the widest way down to this many steps.
const OPEN: u32 = 1;

/// The section. No nesting deeper than the lines' own, which selection bounds.
pub fn body(report: &Report) -> String {
    let lines = &report.branches.lines;
    let Some(first) = lines.first() else { return String::new() };
    let title = say("branch.title")
        .with("account", show::short(&first.account, 40))
        .with("persons", number(first.persons))
        .with("levels", number(first.levels));
    let scales = [Scale::of(lines.iter().map(|l| f64::from(l.persons))), Scale::of(lines.iter().map(yuan))];
    let from = say("branch.from").with("n", number(BRANCHES_MAX as i128)).and(say("branch.scale"));
    let bare = if report.whole.paid_in.is_some() { "" } else { " bare" };
    let mut out = format!("<h3 class=claim>{}</h3>", ask(&both(&title), &from));
    out += &p("soft", &from);
    out += &format!(
        "<div class=\"outline{bare}\" style=\"--dp:{:.2}%;--dm:{:.2}%\"><div class=\"line head\" aria-hidden=true>\
         <span>{}</span><span>{}</span><span>{}</span><span>{}</span><span>{}</span></div>",
        100.0 / scales[0].decades,
        100.0 / scales[1].decades,
        t("branch.account"),
        t("branch.depth"),
        t("branch.levels"),
        t("branch.persons"),
        t("branch.money"),
    );
    tree(lines, &scales, &mut out);
    out + &more(&report.branches.more_roots, 0, "branch.more_roots") + "</div>"
}

/// A logarithmic scale that begins at the power of ten below the smallest value drawn.
struct Scale {
    start: f64,
    decades: f64,
}

impl Scale {
    fn of(values: impl Iterator<Item = f64> + Clone) -> Scale {
        let drawn = values.filter(|value| *value >= 1.0);
        let start = drawn.clone().fold(f64::INFINITY, f64::min).log10().floor();
        let end = drawn.fold(1.0, f64::max).log10();
        let start = if start.is_finite() { start } else { 0.0 };
        Scale { start, decades: end - start + SLIVER }
    }

    /// Length of a bar in percent. Nothing has no bar.
    fn length(&self, value: f64) -> f64 {
        if value <= 0.0 {
            return 0.0;
        }
        (value.log10() - self.start).max(0.0).mul_add(100.0, SLIVER * 100.0) / self.decades
    }
}

/// Decades that the smallest value takes, so that it can be seen.
const SLIVER: f64 = 0.1;

fn yuan(line: &Branch) -> f64 {
    line.team_paid_in.map_or(0.0, |fen| fen as f64 / 100.0)
}

fn tree(lines: &[Branch], scales: &[Scale; 2], out: &mut String) {
    // Lines whose branch is still open, to be closed with what they leave out.
    let mut open: Vec<&Branch> = Vec::new();
    let mut is_widest_way = true;
    for (i, line) in lines.iter().enumerate() {
        while open.last().is_some_and(|above| above.nesting >= line.nesting) {
            close(&mut open, out);
        }
        is_widest_way &= i == 0 || lines[i - 1].nesting + 1 == line.nesting;
        let opens = lines.get(i + 1).is_some_and(|next| next.nesting > line.nesting);
        if opens {
            let state = if is_widest_way && line.nesting < OPEN { " open" } else { "" };
            *out += &format!("<details{state}><summary class=line");
            cells(line, scales, out);
            *out += "</summary>";
            open.push(line);
        } else {
            *out += "<div class=line";
            cells(line, scales, out);
            *out += "</div>";
        }
    }
    while !open.is_empty() {
        close(&mut open, out);
    }
}

fn close(open: &mut Vec<&Branch>, out: &mut String) {
    let Some(line) = open.pop() else { return };
    let key = if line.more.team_paid_in.is_some() { "branch.more_money" } else { "branch.more" };
    *out += &more(&line.more, line.nesting + 1, key);
    *out += "</details>";
}

fn more(more: &More, nesting: u32, key: &str) -> String {
    if more.directs == 0 {
        return String::new();
    }
    let text = say(key)
        .with("n", number(more.directs))
        .with("accounts", number(more.accounts))
        .with("money", show::money_or(more.team_paid_in));
    format!("<p class=more style=--d:{nesting}>{}</p>", both(&text))
}

fn cells(line: &Branch, [persons, money]: &[Scale; 2], out: &mut String) {
    *out += &format!(" style=--d:{}><span class=id>", line.nesting);
    if line.skipped > 0 {
        *out += &format!("<em>{}</em> ", both(&say("branch.skipped").with("n", number(line.skipped))));
    }
    *out += &format!(
        "{} <small>P{}</small></span><span>{}</span><span>{}</span>\
         <span class=\"bar p\"><i style=\"--w:{:.1}%\"></i><b>{}</b></span>\
         <span class=\"bar m\"><i style=\"--w:{:.1}%\"></i><b>{}</b></span>",
        data(&show::short(&line.account, NAME_MAX)),
        line.person,
        line.depth,
        line.levels,
        persons.length(f64::from(line.persons)),
        number(line.persons),
        money.length(yuan(line)),
        yuan_or(line.team_paid_in),
    );
}
