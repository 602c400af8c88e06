//! Joins and money over time, in as many points as a page can show.
//!
//! One wrong date (1970, 2099) must not flatten the curve: where the outermost 0.5 % of joins on each side
//! make up more than half of the whole span, they are left out of the drawing and counted beside it.

use crate::report::{Growth, NetBasis, Point, Unit};
use mingjing_model::time::{day_text, parse_day};
use mingjing_network::figures::{DayFlow, Whole};

/// Spans up to this many days are drawn by day.
const DAYS_MAX: i32 = 92;
/// Most points; longer spans take the next longer unit.
const POINTS_MAX: i32 = 240;

/// The growth of a network.
pub fn growth(whole: &Whole) -> Growth {
    let known: Vec<(i32, DayFlow)> =
        whole.days.iter().filter_map(|(&day, &flow)| Some((day?, flow))).collect();
    let joined = || known.iter().filter(|(_, flow)| flow.joins > 0).map(|(day, _)| *day);
    let is_out = whole.net_basis == Some(NetBasis::Out);
    let out = |flow: &DayFlow| i128::from(if is_out { flow.out } else { flow.bonus });
    let all = whole.days.values();
    let mut growth = Growth {
        unit: Unit::Month,
        points: vec![],
        first: joined().next(),
        last: joined().next_back(),
        joins_before: 0,
        joins_after: 0,
        joins_unknown: whole.days.get(&None).map_or(0, |flow| flow.joins),
        money_in_beside: all.clone().map(|flow| i128::from(flow.money_in)).sum(),
        money_out_beside: all.map(out).sum(),
    };
    let (Some(&(first, _)), Some(&(last, _))) = (known.first(), known.last()) else { return growth };
    let (from, to) = drawn(&known, first, last);
    let unit = unit(from, to);
    let joins = |keep: &dyn Fn(i32) -> bool| {
        known.iter().filter(|(day, _)| keep(*day)).map(|(_, flow)| flow.joins).sum::<u64>()
    };
    growth.unit = unit;
    growth.joins_before = joins(&|day| period(day, unit) < period(from, unit));
    growth.joins_after = joins(&|day| period(day, unit) > period(to, unit));
    growth.points = points(&known, from, to, unit, growth.joins_before, is_out);
    growth.money_in_beside -= growth.points.iter().map(|point| point.money_in).sum::<i128>();
    growth.money_out_beside -= growth.points.iter().map(|point| point.money_out).sum::<i128>();
    growth
}

/// First and last day to draw.
fn drawn(known: &[(i32, DayFlow)], first: i32, last: i32) -> (i32, i32) {
    let all: u64 = known.iter().map(|(_, flow)| flow.joins).sum();
    let reach = |mut days: Box<dyn Iterator<Item = &(i32, DayFlow)> + '_>| {
        let mut met = 0;
        let found = days.find(|(_, flow)| {
            met += flow.joins;
            met * 200 > all
        });
        found.map(|(day, _)| *day)
    };
    match (reach(Box::new(known.iter())), reach(Box::new(known.iter().rev()))) {
        (Some(low), Some(high)) if i64::from(high - low) * 2 < i64::from(last) - i64::from(first) => {
            (low, high)
        }
        _ => (first, last),
    }
}

fn unit(from: i32, to: i32) -> Unit {
    if to - from < DAYS_MAX {
        return Unit::Day;
    }
    let fits = |&unit: &Unit| period(to, unit) - period(from, unit) < POINTS_MAX;
    [Unit::Month, Unit::Year, Unit::Decade].into_iter().find(fits).unwrap_or(Unit::Century)
}

/// Year and month of a day.
fn year_month(day: i32) -> (i32, i32) {
    let text = day_text(day).unwrap_or_default();
    let mut parts = text.rsplitn(3, '-').skip(1);
    let mut next = || parts.next().and_then(|part| part.parse().ok());
    let month = next().unwrap_or(1);
    (next().unwrap_or(1970), month)
}

/// Running number of the period a day lies in.
fn period(day: i32, unit: Unit) -> i32 {
    let (year, month) = if unit == Unit::Day { (0, 0) } else { year_month(day) };
    match unit {
        Unit::Day => day,
        Unit::Month => year * 12 + month - 1,
        Unit::Year => year,
        Unit::Decade => year.div_euclid(10),
        Unit::Century => year.div_euclid(100),
    }
}

/// Name and first day of a period.
fn named(period: i32, unit: Unit) -> (String, i32) {
    let year = |year: i32| (format!("{year:04}"), format!("{year:04}-01-01"));
    let (label, first) = match unit {
        Unit::Day => return (day_text(period).unwrap_or_default(), period),
        Unit::Month => {
            let label = format!("{:04}-{:02}", period.div_euclid(12), period.rem_euclid(12) + 1);
            let first = format!("{label}-01");
            (label, first)
        }
        Unit::Year => year(period),
        Unit::Decade => year(period * 10),
        Unit::Century => year((period * 100).max(1)),
    };
    (label, parse_day(&first).unwrap_or(0))
}

fn points(
    known: &[(i32, DayFlow)],
    from: i32,
    to: i32,
    unit: Unit,
    before: u64,
    basis_out: bool,
) -> Vec<Point> {
    let start = period(from, unit);
    let mut points: Vec<Point> = (start..=period(to, unit))
        .map(|at| {
            let (label, day) = named(at, unit);
            Point { label, day, joins: 0, total: 0, money_in: 0, money_out: 0 }
        })
        .collect();
    for (day, flow) in known {
        let place = usize::try_from(period(*day, unit) - start).ok();
        if let Some(point) = place.and_then(|place| points.get_mut(place)) {
            point.joins += flow.joins;
            point.money_in += i128::from(flow.money_in);
            point.money_out += i128::from(if basis_out { flow.out } else { flow.bonus });
        }
    }
    let mut total = before;
    for point in &mut points {
        total += point.joins;
        point.total = total;
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(joins: &[(&str, u64)]) -> Whole {
        let flow = |joins| DayFlow { joins, ..DayFlow::default() };
        Whole { days: joins.iter().map(|(day, n)| (parse_day(day), flow(*n))).collect(), ..Whole::default() }
    }

    #[test]
    fn the_unit_follows_the_span_and_no_network_has_too_many_points() {
        for (last, unit, points) in [
            ("2020-01-31", Unit::Day, 31),
            ("2021-06-01", Unit::Month, 18),
            ("2050-01-01", Unit::Year, 31),
            ("2999-01-01", Unit::Decade, 98),
            ("9999-01-01", Unit::Century, 80),
        ] {
            let growth = growth(&whole(&[("2020-01-01", 5), (last, 5)]));
            assert_eq!((growth.unit, growth.points.len()), (unit, points), "{last}");
            assert_eq!(growth.points.last().unwrap().total, 10);
        }
    }

    #[test]
    fn a_wrong_date_is_counted_beside_the_curve_and_does_not_flatten_it() {
        let growth =
            growth(&whole(&[("1970-01-01", 1), ("2020-01-01", 500), ("2020-05-01", 500), ("2099-01-01", 2)]));
        assert_eq!((growth.unit, growth.points.len()), (Unit::Month, 5));
        assert_eq!((growth.joins_before, growth.joins_after), (1, 2));
        assert_eq!(growth.points[4].total, 1_001);
        assert_eq!(growth.first, parse_day("1970-01-01"));
    }

    #[test]
    fn without_a_known_time_there_is_no_curve() {
        let growth = growth(&whole(&[("unknown", 7)]));
        assert_eq!((growth.points.len(), growth.joins_unknown), (0, 7));
    }

    #[test]
    fn money_that_is_not_drawn_is_counted_beside() {
        let mut whole = whole(&[("2020-01-01", 500), ("2020-05-01", 500)]);
        let pay = |money_in| DayFlow { money_in, ..DayFlow::default() };
        let paid = [(None, pay(7)), (parse_day("1970-01-01"), pay(30)), (parse_day("2020-02-01"), pay(100))];
        whole.days.extend(paid);
        let growth = growth(&whole);
        assert_eq!(growth.points.iter().map(|point| point.money_in).sum::<i128>(), 100);
        assert_eq!(growth.money_in_beside, 37);
        assert_eq!(growth.first, parse_day("2020-01-01"), "the first day of joining, not of paying");
    }
}
