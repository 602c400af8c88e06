//! Charts as SVG drawn here: bars, a line over days, a map of divisions. No script, no library, no motion.
//!
//! A chart is its finding in a sentence, the picture, and the table it was drawn from; `parts::chart` shows all three.

mod bars;
mod line;
mod map;

pub use bars::{Bar, Scale, bars};
pub use line::{Point, line};
pub use map::{Area, map};

use askama::filters::HtmlSafe;
use std::fmt::{Display, Formatter, Result};

/// A finished picture. Made only here, from texts that were escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Svg(String);

impl Display for Svg {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&self.0)
    }
}

/// Everything that comes from outside went through [`escaped`].
impl HtmlSafe for Svg {}

/// A chart with the table behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// The finding, as a sentence.
    pub title: String,
    /// The picture.
    pub svg: Svg,
    /// Heads of the table.
    pub heads: Vec<String>,
    /// Its rows as written; the first cell names the row.
    pub rows: Vec<Vec<String>>,
}

/// A value that matters: a dashed line with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Its name: 立案追诉起点 30 人.
    pub name: String,
    /// Where it lies.
    pub at: i64,
}

/// A text as it may stand in SVG.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// About how wide a text is at 12 px: Chinese characters are as wide as high.
fn width(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() { 6.8 } else { 12.0 }).sum()
}

/// A round number at or above `value`: 1, 2, 2.5 or 5 times a power of ten.
fn round_up(value: i64) -> i64 {
    let value = value.max(1);
    let mut step: i64 = 1;
    while step.saturating_mul(10) < value {
        step = step.saturating_mul(10);
    }
    [10, 20, 25, 50, 100]
        .into_iter()
        .map(|tenths| step.saturating_mul(tenths) / 10)
        .find(|&round| round >= value && round > 0)
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_markup_stays_a_name() {
        let bar = Bar::new("<script>alert('x')</script>&\"", 3, "3");
        let chart = bars("t", ["a", "b"], &[bar], &[], Scale::Linear);
        assert!(!chart.svg.0.contains("<script"), "{}", chart.svg.0);
        assert!(chart.svg.0.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;"));
        assert_eq!(chart.rows, [["<script>alert('x')</script>&\"", "3"]], "the template escapes the table");
    }

    #[test]
    fn axes_end_at_round_numbers() {
        for (value, round) in [(0, 1), (1, 1), (3, 5), (11, 20), (21, 25), (120, 200), (999, 1000)] {
            assert_eq!(round_up(value), round, "{value}");
        }
        assert_eq!(round_up(i64::MAX), i64::MAX);
    }

    #[test]
    fn words_of_limits_that_lie_close_stand_above_each_other() {
        let points = [Point { day: 0, value: 0 }, Point { day: 9, value: 5_000 }];
        let limit = |name: &str, at| Limit { name: name.to_owned(), at };
        let svg = line("t", ["d", "n"], &points, &[limit("floor", 30), limit("grave", 120)]).svg.0;
        let heights: Vec<f64> = svg
            .split("class=\"limit-word\"")
            .skip(1)
            .map(|part| part.split("y=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
            .collect();
        assert!(heights[0] - heights[1] >= 15.0, "{heights:?}");
    }

    #[test]
    fn a_line_marks_the_day_on_which_a_limit_was_passed() {
        let point = |day, value| Point { day, value };
        let points = [point(0, 0), point(10, 29), point(20, 31), point(30, 200)];
        let limit = |name: &str, at| Limit { name: name.to_owned(), at };
        let chart = line("t", ["d", "n"], &points, &[limit("floor", 30), limit("far", 5000)]);
        assert_eq!(chart.svg.0.matches("class=\"dot\"").count(), 1, "only what was passed has a mark");
        assert!(chart.svg.0.contains("1970-01-21"), "the day stands at the mark");
        assert!(chart.svg.0.contains("far"), "what was not passed still has its line");
    }

    #[test]
    fn the_map_has_all_ten_divisions_even_without_numbers() {
        let chart = map("t", ["d", "n"], &[Area::new("520102", 7, "7")]);
        assert_eq!(chart.svg.0.matches("<path").count(), 10);
        assert!(chart.svg.0.contains("area-3") && chart.svg.0.contains("area-0"));
        assert_eq!(chart.rows.len(), 10, "the table has those without a number too");
    }

    #[test]
    fn nothing_to_draw_draws_nothing_wrong() {
        for svg in [bars("t", ["a", "b"], &[], &[], Scale::Log).svg, line("t", ["a", "b"], &[], &[]).svg] {
            assert!(!svg.0.contains("NaN") && !svg.0.contains("inf"), "{}", svg.0);
        }
    }
}
