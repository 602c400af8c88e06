//! Levels, growth and money: the figures of the whole as a chart with its table.

use super::frame::{Done, Head, aside, done, fault, head, shell};
use super::{law, say};
use crate::app::{App, show as page};
use crate::fault::Fault;
use crate::look::Shell;
use crate::look::chart::{Bar, Chart, Limit, Point, Scale, bars, line};
use crate::signed::Signed;
use crate::words::Lang;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use mingjing_casework::permission::Action;
use mingjing_model::time::parse_day;
use mingjing_results::series::{Growth, Level, read_growth, read_levels};
use mingjing_results::summary::{Summary, Yuan};
use std::sync::Arc;

/// Bars that are drawn; beyond, levels are drawn by groups.
const BARS_MAX: usize = 40;
/// Points of a curve.
const POINTS_MAX: usize = 1_000;
/// Rows of a table on a page.
const ROWS_MAX: usize = 400;

/// A page of charts and tables.
#[derive(Template)]
#[template(path = "network/figures.html")]
struct Page {
    shell: Shell,
    head: Head,
    id: i64,
    words: Vec<String>,
    charts: Vec<Chart>,
    tables: Vec<Table>,
    file: &'static str,
}

/// A table beside the charts.
struct Table {
    title: String,
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    /// What is said below it; empty for nothing.
    note: String,
}

async fn show(
    app: &App,
    signed: &Signed,
    done: Done,
    name: &str,
    file: &'static str,
    parts: Parts,
) -> Result<Response, Fault> {
    page(&Page {
        shell: shell(app, signed, &done.found, name).await,
        head: head(app, signed.lang, &done.found, &format!("/{name}"), Some(&done.summary)),
        id: done.found.id,
        words: parts.words,
        charts: parts.charts,
        tables: parts.tables,
        file,
    })
}

#[derive(Default)]
struct Parts {
    words: Vec<String>,
    charts: Vec<Chart>,
    tables: Vec<Table>,
}

/// `GET /analyses/{id}/levels`.
pub async fn levels(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let done = done(&app, &signed, id, Action::Read).await?;
    let (lang, dir) = (signed.lang, done.dir.clone());
    let rows = aside(move || read_levels(&dir).map_err(fault)).await?;
    let parts = level_parts(lang, &done.summary, &rows);
    show(&app, &signed, done, "levels", "levels.csv", parts).await
}

fn level_parts(lang: Lang, summary: &Summary, rows: &[Level]) -> Parts {
    let f = &summary.figures;
    let size = rows.len().div_ceil(BARS_MAX).max(1);
    let groups: Vec<(String, u64, u64)> = rows
        .chunks(size)
        .map(|group| {
            let (first, last) = (group[0].depth, group[group.len() - 1].depth);
            let label = match first == last {
                true => lang.f("network.levels.level", &[("n", &first)]),
                false => lang.f("network.levels.group", &[("from", &first), ("to", &last)]),
            };
            (
                label,
                group.iter().map(|level| level.persons).sum(),
                group.iter().map(|level| level.accounts).sum(),
            )
        })
        .collect();
    let widest = groups.iter().max_by_key(|(_, persons, _)| *persons);
    let title = lang.f(
        "network.levels.finding",
        &[
            ("levels", &f.levels),
            ("person_levels", &f.person_levels),
            ("widest", &widest.map_or("", |(label, ..)| label.as_str())),
            ("n", &say::count(widest.map_or(0, |(_, persons, _)| *persons))),
        ],
    );
    let all: Vec<Bar> = groups
        .iter()
        .map(|(label, persons, _)| Bar::new(label.clone(), signed(*persons), say::count(*persons)))
        .collect();
    let chart =
        bars(&title, [lang.t("network.levels.of"), lang.t("network.unit.persons")], &all, &[], Scale::Linear);
    let total: u64 = rows.iter().map(|level| level.persons).sum();
    let table = Table {
        title: lang.t("network.levels.table").to_owned(),
        heads: [
            "network.levels.of",
            "network.whole.persons",
            "network.levels.share",
            "network.whole.accounts",
        ]
        .map(|key| lang.t(key))
        .to_vec(),
        rows: rows
            .iter()
            .take(ROWS_MAX)
            .map(|level| {
                let share = say::share(level.persons.into(), total.into());
                vec![level.depth.to_string(), say::count(level.persons), share, say::count(level.accounts)]
            })
            .collect(),
        note: more(lang, rows.len()),
    };
    let mut words = vec![lang.t("network.levels.from").to_owned()];
    if size > 1 {
        words.push(lang.f("network.levels.grouped", &[("n", &size)]));
    }
    Parts { words, charts: vec![chart], tables: vec![table] }
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn more(lang: Lang, rows: usize) -> String {
    match rows > ROWS_MAX {
        true => lang.f("network.figures.more", &[("shown", &ROWS_MAX), ("all", &rows)]),
        false => String::new(),
    }
}

/// `GET /analyses/{id}/growth`.
pub async fn growth(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let done = done(&app, &signed, id, Action::Read).await?;
    let (lang, dir) = (signed.lang, done.dir.clone());
    let (days, months) = aside(move || {
        let days = read_growth(&dir, false).map_err(fault)?;
        Ok((days, read_growth(&dir, true).map_err(fault)?))
    })
    .await?;
    let parts = growth_parts(lang, &done.summary, &days, &months);
    show(&app, &signed, done, "growth", "growth.csv", parts).await
}

/// At most [`POINTS_MAX`] points; days on which a threshold is passed stay.
fn points(days: &[Growth], limits: &[Limit]) -> Vec<Point> {
    let known = days.iter().filter_map(|day| {
        let value = signed(day.accounts_cumulative);
        Some(Point { day: parse_day(&day.period)?, value })
    });
    let all: Vec<Point> = known.collect();
    let passes: Vec<usize> =
        limits.iter().filter_map(|limit| all.iter().position(|point| point.value >= limit.at)).collect();
    let step = all.len().div_ceil(POINTS_MAX).max(1);
    let is_kept = |i: usize| i.is_multiple_of(step) || i + 1 == all.len() || passes.contains(&i);
    all.iter().enumerate().filter(|(i, _)| is_kept(*i)).map(|(_, point)| *point).collect()
}

fn growth_parts(lang: Lang, summary: &Summary, days: &[Growth], months: &[Growth]) -> Parts {
    let (f, t) = (&summary.figures, &summary.thresholds);
    let limit = |key: &str, at: u32| Limit { name: law::law(lang, key, t), at: at.into() };
    let limits =
        [limit("network.growth.floor", t.floor_persons), limit("network.growth.grave", t.grave_persons)];
    let points = points(days, &limits);
    let busiest = months.iter().filter(|month| !month.period.is_empty()).max_by_key(|month| month.joins);
    let title = match (points.first(), points.last(), busiest) {
        (Some(first), Some(last), Some(busiest)) => {
            let day = |point: &Point| mingjing_model::time::day_text(point.day).unwrap_or_default();
            lang.f(
                "network.growth.finding",
                &[
                    ("first", &day(first)),
                    ("last", &day(last)),
                    ("n", &crate::look::write::number(last.value)),
                    ("month", &busiest.period),
                    ("most", &say::count(busiest.joins)),
                ],
            )
        }
        _ => lang.t("network.growth.none").to_owned(),
    };
    let heads = [lang.t("network.growth.day"), lang.t("network.growth.total")];
    let chart = line(&title, heads, &points, &limits);
    let mut charts = vec![chart];
    let known: Vec<&Growth> = months.iter().filter(|month| !month.period.is_empty()).collect();
    let recent: Vec<Bar> = known[known.len().saturating_sub(BARS_MAX)..]
        .iter()
        .map(|month| Bar::new(month.period.clone(), signed(month.joins), say::count(month.joins)))
        .collect();
    let title =
        lang.t(if months.len() > BARS_MAX { "network.growth.months_last" } else { "network.growth.months" });
    charts.push(bars(
        title,
        [lang.t("network.growth.month"), lang.t("network.growth.joins")],
        &recent,
        &[],
        Scale::Linear,
    ));
    let date = |key: &str, day: Option<mingjing_results::summary::Date>| {
        vec![law::law(lang, key, t), day.map_or_else(|| say::NOTHING.to_owned(), |day| day.to_string())]
    };
    let dates = Table {
        title: lang.t("network.growth.dates").to_owned(),
        heads: vec![lang.t("network.growth.what_held"), lang.t("network.growth.day")],
        rows: vec![
            date("network.whole.first_floor_met_on", f.first_floor_met_on),
            date("network.whole.floor_persons_reached_on", f.floor_persons_reached_on),
            date("network.whole.grave_persons_reached_on", f.grave_persons_reached_on),
        ],
        note: lang.t("network.growth.dates_from").to_owned(),
    };
    let unknown = days.iter().find(|day| day.period.is_empty()).map(|day| day.joins);
    let mut words = vec![lang.t("network.growth.from").to_owned()];
    if let Some(n) = unknown.filter(|n| *n > 0) {
        words.push(lang.f("network.growth.unknown", &[("n", &say::count(n))]));
    }
    Parts { words, charts, tables: vec![dates, month_table(lang, months)] }
}

fn month_table(lang: Lang, months: &[Growth]) -> Table {
    let has_money = months.iter().any(|month| month.money.is_some());
    let mut heads = vec!["network.growth.month", "network.growth.joins", "network.growth.total"];
    if has_money {
        heads.extend(["network.growth.money_in", "network.growth.bonus", "network.growth.out"]);
    }
    let row = |month: &Growth| {
        let period = if month.period.is_empty() {
            lang.t("network.growth.no_time").to_owned()
        } else {
            month.period.clone()
        };
        let mut row = vec![period, say::count(month.joins), say::count(month.accounts_cumulative)];
        if let Some(money) = month.money {
            row.extend(money.map(|fen| say::exact(fen.into())));
        }
        row
    };
    Table {
        title: lang.t("network.growth.table").to_owned(),
        heads: heads.into_iter().map(|key| lang.t(key)).collect(),
        rows: months.iter().take(ROWS_MAX).map(row).collect(),
        note: more(lang, months.len()),
    }
}

/// `GET /analyses/{id}/money`.
pub async fn money(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let done = done(&app, &signed, id, Action::Read).await?;
    let parts = money_parts(signed.lang, &done.summary);
    show(&app, &signed, done, "money", "summary.json", parts).await
}

fn money_parts(lang: Lang, summary: &Summary) -> Parts {
    let f = &summary.figures;
    let Some(paid_in) = f.paid_in else {
        return Parts { words: vec![lang.t("network.money.none").to_owned()], ..Parts::default() };
    };
    let is_out = f.net_basis.as_deref() == Some("out");
    let (gone, gone_key) =
        if is_out { (f.withdrawn, "network.whole.withdrawn") } else { (f.bonus, "network.whole.bonus") };
    let title = lang.f(
        "network.money.finding",
        &[
            ("in", &say::money_or(lang, Some(paid_in.0))),
            ("gone", &lang.t(gone_key)),
            ("out", &say::money_or(lang, gone.map(|yuan| yuan.0))),
            ("kept", &say::money_or(lang, f.retained.map(|yuan| yuan.0))),
        ],
    );
    let bar = |key: &str, yuan: Option<Yuan>| {
        let fen = yuan.map_or(0, |yuan| yuan.0);
        Bar::new(
            lang.t(key),
            i64::try_from(fen).unwrap_or(i64::MAX),
            say::money_or(lang, yuan.map(|yuan| yuan.0)),
        )
    };
    let mut all = vec![bar("network.whole.paid_in", f.paid_in), bar("network.whole.bonus", f.bonus)];
    if is_out {
        all.push(bar("network.whole.withdrawn", f.withdrawn));
    }
    all.push(bar("network.whole.retained", f.retained));
    let chart = bars(
        &title,
        [lang.t("network.money.item"), lang.t("network.money.amount")],
        &all,
        &[],
        Scale::Linear,
    );
    let mut tables = vec![money_table(lang, summary, is_out)];
    if let Some(spread) = &f.spread {
        let mut rows = vec![
            vec![
                lang.t("network.whole.spread_persons_at_loss").to_owned(),
                say::count(spread.persons_at_loss),
            ],
            vec![lang.t("network.whole.spread_sum_of_losses").to_owned(), say::exact(spread.sum_of_losses.0)],
            vec![lang.t("network.whole.spread_median").to_owned(), say::exact(spread.median.0)],
        ];
        let deciles = spread.deciles.iter().zip(1..);
        rows.extend(
            deciles.map(|(yuan, n)| vec![lang.f("network.whole.decile", &[("n", &n)]), say::exact(yuan.0)]),
        );
        tables.push(Table {
            title: lang.f(
                "network.money.spread",
                &[
                    ("n", &say::count(spread.persons_at_loss)),
                    ("share", &say::share(spread.persons_at_loss.into(), f.persons.into())),
                ],
            ),
            heads: vec![lang.t("network.money.item"), lang.t("network.money.value")],
            rows,
            note: lang.t("network.money.spread_from").to_owned(),
        });
    }
    let words = vec![
        lang.t(super::overview::boundary(summary)).to_owned(),
        lang.t(if is_out { "network.money.by_out" } else { "network.money.by_bonus" }).to_owned(),
    ];
    Parts { words, charts: vec![chart], tables }
}

fn money_table(lang: Lang, summary: &Summary, is_out: bool) -> Table {
    let f = &summary.figures;
    let row = |key: &str, gross: Option<Yuan>, net: Option<Yuan>| {
        let of = |yuan: Option<Yuan>| say::exact_or(yuan.map(|yuan| yuan.0));
        vec![lang.t(key).to_owned(), of(gross), of(net)]
    };
    let mut rows = vec![
        row("network.whole.paid_in", f.paid_in, f.paid_in_net),
        row("network.whole.bonus", f.bonus, f.bonus_net),
    ];
    if is_out {
        rows.push(row("network.whole.withdrawn", f.withdrawn, f.withdrawn_net));
    }
    rows.push(row("network.whole.retained", f.retained, None));
    rows.push(row("network.whole.paid_in_within_30_days", f.paid_in_within_30_days, None));
    rows.push(row("network.whole.bonus_top_percent", f.bonus_top_percent, None));
    if f.system_accounts > 0 {
        rows.push(row("network.whole.paid_in_without_system", f.paid_in_without_system, None));
    }
    if f.dropped_accounts > 0 {
        rows.push(row("network.whole.dropped_paid_in", f.dropped_paid_in, None));
    }
    let shares = [
        ("network.whole.paid_in_within_30_days_share", f.paid_in_within_30_days_share),
        ("network.whole.bonus_top_percent_share", f.bonus_top_percent_share),
        ("network.whole.bonus_gini", f.bonus_gini),
    ];
    for (key, share) in shares {
        let text = match (key, share) {
            (_, None) => say::NOTHING.to_owned(),
            ("network.whole.bonus_gini", Some(share)) => share.to_string(),
            (_, Some(share)) => say::percent(share.0),
        };
        rows.push(vec![lang.t(key).to_owned(), text, String::new()]);
    }
    Table {
        title: lang.t("network.money.table").to_owned(),
        heads: ["network.money.item", "network.money.gross", "network.money.net"]
            .map(|key| lang.t(key))
            .to_vec(),
        rows,
        note: lang.t("network.money.table_from").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_of_many_days_is_thinned_and_keeps_the_days_that_matter() {
        let days: Vec<Growth> = (0..5_000)
            .map(|n| Growth {
                period: mingjing_model::time::day_text(n).unwrap_or_default(),
                joins: 1,
                money: None,
                accounts_cumulative: n as u64 + 1,
            })
            .collect();
        let limit = Limit { name: "x".into(), at: 1_234 };
        let points = points(&days, &[limit]);
        assert!(points.len() <= POINTS_MAX + 2, "{}", points.len());
        assert_eq!(points.last().map(|point| point.value), Some(5_000));
        assert!(
            points.iter().any(|point| point.value == 1_234),
            "the day on which the limit was passed stays"
        );
    }
}
