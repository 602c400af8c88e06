//! Growth: accounts so far, accounts joined, money in and out, one below the other over one axis of time, with
//! the days on which thresholds were reached.

use super::markup::{ask, both, due, fold, number as column, p, t, table, text};
use crate::content::{law, money_beside, out_name};
use crate::report::{Growth, Point, Report, Unit};
use crate::show::{self, day, number};
use crate::words::{Both, say};

/// The section.
pub fn body(report: &Report) -> String {
    let g = &report.growth;
    let Some(peak) = g.points.iter().max_by_key(|point| (point.joins, std::cmp::Reverse(point.day))) else {
        return p("claim", &say("growth.title_none")) + &beside(report);
    };
    let joins: u64 = g.points.iter().map(|point| point.joins).sum();
    let end = g.points.last().map_or(0, |last| last.day);
    let known = joins + g.joins_before + g.joins_after;
    let title = if known == 0 { say("growth.title_none") } else { say("growth.title") };
    let title = title
        .with("first", day(g.first))
        .with("last", day(g.last))
        .with("n", number(known))
        .with("peak", &peak.label)
        .with("most", number(peak.joins));
    let marks = marks(report, end);
    let legend: String = marks
        .iter()
        .map(|mark| {
            let outside = if mark.place.is_none() {
                format!(" <small>({})</small>", t("growth.outside"))
            } else {
                String::new()
            };
            format!("<li><span class=mark>{}</span> {}{outside}</li>", mark.sign, both(&mark.text))
        })
        .collect();
    format!(
        "<h3 class=claim>{}</h3><figure class=growth>{}{}<ul class=legend>{legend}</ul></figure>{}{}",
        ask(&both(&title), &say("growth.from")),
        drawing(report, &marks, 980.0, "large"),
        drawing(report, &marks, 360.0, "small"),
        beside(report),
        fold(&t("page.table"), &rows(report)),
    )
}

/// What is not in the drawing.
fn beside(report: &Report) -> String {
    let g = &report.growth;
    let mut out = String::new();
    if g.joins_before > 0 {
        out += &due(&say("growth.before").with("n", number(g.joins_before)).with("day", day(g.first)));
    }
    if g.joins_after > 0 {
        out += &due(&say("growth.after").with("n", number(g.joins_after)).with("day", day(g.last)));
    }
    if g.joins_unknown > 0 {
        out += &p("soft", &say("growth.unknown").with("n", number(g.joins_unknown)));
    }
    if let Some(money) = money_beside(report) {
        out += &p("soft", &money);
    }
    out
}

/// A day on which a threshold was reached.
struct Mark {
    sign: &'static str,
    text: Both,
    /// Place in points from the left, if it is in the period drawn.
    place: Option<f64>,
}

fn marks(report: &Report, end: i32) -> Vec<Mark> {
    let (w, g) = (&report.whole, &report.growth);
    let found = [
        ("growth.mark_floor_persons", w.floor_persons_reached_on),
        ("growth.mark_first_floor", w.first_floor_met_on),
        ("growth.mark_grave_persons", w.grave_persons_reached_on),
    ];
    let mut found: Vec<(&str, i32)> = found.into_iter().filter_map(|(key, on)| Some((key, on?))).collect();
    found.sort_by_key(|&(_, on)| on);
    let signs = ["①", "②", "③"];
    let mark = |(sign, (key, on)): (&'static str, (&str, i32))| Mark {
        sign,
        text: law(key, &report.law).with("day", day(Some(on))),
        place: place(&g.points, on, end),
    };
    signs.into_iter().zip(found).map(mark).collect()
}

/// Where a day lies among the points.
fn place(points: &[Point], on: i32, end: i32) -> Option<f64> {
    let i = points.partition_point(|point| point.day <= on).checked_sub(1)?;
    let next =
        points.get(i + 1).map_or(end + (end - points[i.saturating_sub(1)].day).max(1), |next| next.day);
    let share = f64::from(on - points[i].day) / f64::from((next - points[i].day).max(1));
    (share < 1.0).then_some(i as f64 + share)
}

/// One panel of the drawing: top edge and height.
#[derive(Clone, Copy)]
struct Panel {
    top: f64,
    height: f64,
}

const LEFT: f64 = 4.0;
const TOTAL: Panel = Panel { top: 62.0, height: 120.0 };
const JOINS: Panel = Panel { top: 214.0, height: 84.0 };
const MONEY: Panel = Panel { top: 330.0, height: 104.0 };

/// The drawing at one width, in CSS pixels.
fn drawing(report: &Report, marks: &[Mark], width: f64, class: &str) -> String {
    let g = &report.growth;
    let has_money = report.whole.paid_in.is_some();
    let bottom = if has_money { MONEY.top + MONEY.height } else { JOINS.top + JOINS.height };
    let step = (width - 2.0 * LEFT) / g.points.len() as f64;
    let mut out =
        format!("<svg class={class} viewBox=\"0 0 {width} {}\" role=img aria-hidden=true>", bottom + 24.0);
    let mut panels = vec![total(g, step, width), joins(g, step, width)];
    if has_money {
        panels.push(money(report, step, width));
    }
    // Headings come last, so that no line runs through their words.
    let (shapes, headings): (Vec<String>, Vec<String>) = panels.into_iter().unzip();
    out += &shapes.concat();
    for (i, mark) in marks.iter().enumerate() {
        let Some(place) = mark.place else { continue };
        let (x, y) = (LEFT + place * step, 14.0 + 15.0 * i as f64);
        out += &format!("<path class=mark d=\"M{x:.1} {y:.1}V{bottom}\"/>");
        let anchor = if x > width - 30.0 { ("end", -3.0) } else { ("start", 3.0) };
        out += &format!(
            "<text class=mark x={:.1} y={y:.1} text-anchor={}>{}</text>",
            x + anchor.1,
            anchor.0,
            mark.sign
        );
    }
    out + &headings.concat() + &axis(g, step, bottom, width) + "</svg>"
}

/// Name of a panel and its greatest value, with a line at that value.
fn heading(panel: Panel, name: &Both, most: &Both, width: f64) -> String {
    let text = |lang: &str, name: &str, most: &str| {
        format!(
            "<text lang={lang} x={LEFT} y={:.1}>{} <tspan class=soft>↑ {}</tspan></text>",
            panel.top - 6.0,
            super::markup::escape(name),
            super::markup::escape(most)
        )
    };
    format!(
        "{}{}<path class=grid d=\"M{LEFT} {:.1}H{width}M{LEFT} {:.1}H{width}\"/>",
        text("zh", &name.zh, &most.zh),
        text("en", &name.en, &most.en),
        panel.top,
        panel.top + panel.height
    )
}

/// Shapes and heading of a panel.
type Drawn = (String, String);

fn total(g: &Growth, step: f64, width: f64) -> Drawn {
    let most = g.points.last().map_or(1, |last| last.total).max(1);
    let bottom = TOTAL.top + TOTAL.height;
    let y = |n: u64| bottom - TOTAL.height * n as f64 / most as f64;
    let start = g.points.first().map_or(0, |first| first.total - first.joins);
    let mut line = format!("{LEFT} {:.1}", y(start));
    for (i, point) in g.points.iter().enumerate() {
        line += &format!("L{:.1} {:.1}", LEFT + (i + 1) as f64 * step, y(point.total));
    }
    let end = LEFT + g.points.len() as f64 * step;
    let shapes = format!(
        "<path class=area d=\"M{line}V{bottom}H{LEFT}Z\"/><path class=line d=\"M{line}\"/>\
         <circle class=dot cx={end:.1} cy={:.1} r=3 />",
        TOTAL.top
    );
    (shapes, heading(TOTAL, &say("growth.total"), &number(most).into(), width))
}

/// One bar of a panel, growing up or down from `base`.
fn bar(i: usize, step: f64, base: f64, height: f64) -> String {
    let gap = if step > 4.0 { 1.0 } else { 0.0 };
    let (top, height) = if height < 0.0 { (base, -height) } else { (base - height, height) };
    format!("M{:.1} {top:.1}h{:.2}v{height:.1}h-{:.2}z", LEFT + i as f64 * step, step - gap, step - gap)
}

fn joins(g: &Growth, step: f64, width: f64) -> Drawn {
    let most = g.points.iter().map(|point| point.joins).max().unwrap_or(1).max(1);
    let base = JOINS.top + JOINS.height;
    let bars: String = (g.points.iter().enumerate())
        .filter(|(_, point)| point.joins > 0)
        .map(|(i, point)| bar(i, step, base, JOINS.height * point.joins as f64 / most as f64))
        .collect();
    let shapes = format!("<path class=bars d=\"{bars}\"/>");
    (shapes, heading(JOINS, &per("growth.joins", g.unit), &number(most).into(), width))
}

/// Money in above the line, money out below it, on one scale.
fn money(report: &Report, step: f64, width: f64) -> Drawn {
    let points = &report.growth.points;
    let (most_in, most_out) =
        points.iter().fold((1i128, 0i128), |(a, b), point| (a.max(point.money_in), b.max(point.money_out)));
    let scale = MONEY.height / (most_in + most_out) as f64;
    let base = MONEY.top + most_in as f64 * scale;
    let bars = |value: &dyn Fn(&Point) -> f64| -> String {
        let heights = points.iter().map(|point| value(point) * scale).enumerate();
        heights.filter(|(_, h)| *h != 0.0).map(|(i, h)| bar(i, step, base, h)).collect()
    };
    let out = say(out_name(report));
    let most = show::money(most_in)
        .and(Both::new("  ↓ ", " ↓ "))
        .and(out)
        .and(Both::new(" ", ""))
        .and(show::money(most_out));
    let shapes = format!(
        "<path class=bars d=\"{}\"/><path class=\"bars out\" d=\"{}\"/>\
         <path class=base d=\"M{LEFT} {base:.1}H{width}\"/>",
        bars(&|point| point.money_in as f64),
        bars(&|point| -(point.money_out as f64)),
    );
    (shapes, heading(MONEY, &per("growth.money_in", report.growth.unit), &most, width))
}

/// Labels of time: as many as fit.
fn axis(g: &Growth, step: f64, bottom: f64, width: f64) -> String {
    let room = if g.unit == Unit::Day { 96.0 } else { 74.0 };
    let every = ((room / step).ceil() as usize).max(1);
    let every = if g.unit == Unit::Month && every > 1 {
        [2, 3, 6, 12, 24, 36, 60, 120].into_iter().find(|&n| n >= every).unwrap_or(240)
    } else {
        every
    };
    let mut out = String::new();
    let first = match g.unit {
        // Labels at whole years where they are years apart.
        Unit::Month if every >= 12 => g.points.iter().position(|p| p.label.ends_with("-01")).unwrap_or(0),
        _ => 0,
    };
    for (i, point) in g.points.iter().enumerate().skip(first).step_by(every) {
        let x = LEFT + i as f64 * step;
        if x + room * 0.8 > width {
            break;
        }
        out += &format!(
            "<path class=tick d=\"M{x:.1} {bottom}v5\"/><text class=soft x={x:.1} y={:.1}>{}</text>",
            bottom + 18.0,
            point.label
        );
    }
    out
}

fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Day => "growth.day",
        Unit::Month => "growth.month",
        Unit::Year => "growth.year",
        Unit::Decade => "growth.decade",
        Unit::Century => "growth.century",
    }
}

/// The name of a panel with the length of its bars.
fn per(name: &str, unit: Unit) -> Both {
    let unit = say(unit_name(unit));
    let unit = Both::new("（", " (").and_close(unit).and_close(Both::new("）", ")"));
    say(name).and_close(unit)
}

/// The table: only periods in which something happened.
fn rows(report: &Report) -> String {
    let g = &report.growth;
    let unit = unit_name(g.unit);
    let mut period = text("growth.period");
    period.head = say("growth.period_unit").with("unit", say(unit));
    let mut columns = vec![period, column("growth.joins"), column("growth.total")];
    let has_money = report.whole.paid_in.is_some();
    if has_money {
        let out = if report.whole.basis_out == Some(true) { "sheet.money_out" } else { "sheet.money_bonus" };
        columns.extend([column("sheet.money_in"), column(out)]);
    }
    let happened = |p: &&Point| p.joins > 0 || p.money_in != 0 || p.money_out != 0;
    let rows: Vec<Vec<String>> = g
        .points
        .iter()
        .filter(happened)
        .map(|p| {
            let mut row = vec![p.label.clone(), number(p.joins), number(p.total)];
            if has_money {
                row.extend([show::yuan(p.money_in), show::yuan(p.money_out)]);
            }
            row
        })
        .collect();
    table(&columns, &rows)
}
