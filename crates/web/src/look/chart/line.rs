//! A number that grows over days, with the limits of the law as dashed lines and the day each was passed.

use super::{Chart, Limit, Svg, escaped, round_up, width};
use crate::look::write::number;
use mingjing_model::time::{Day, day_text};
use std::fmt::Write;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 260.0;
/// From one line of words to the next.
const WORD: f64 = 15.0;
const TOP: f64 = 18.0;
const BOTTOM: f64 = 24.0;
const RIGHT: f64 = 12.0;

/// The number at the end of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The day.
    pub day: Day,
    /// The number.
    pub value: i64,
}

struct Frame {
    left: f64,
    first: f64,
    days: f64,
    most: f64,
}

impl Frame {
    fn x(&self, day: Day) -> f64 {
        self.left + (WIDTH - self.left - RIGHT) * (f64::from(day) - self.first) / self.days
    }

    fn y(&self, value: i64) -> f64 {
        TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - value.max(0) as f64 / self.most)
    }
}

/// A line with its table. Points must be in the order of their days.
pub fn line(title: &str, heads: [&str; 2], points: &[Point], limits: &[Limit]) -> Chart {
    let (first, last) = (points.first().map_or(0, |p| p.day), points.last().map_or(1, |p| p.day));
    let highest = points.iter().map(|p| p.value).max().unwrap_or(1);
    // A limit far above would press the line flat; it is named at the top instead.
    let near = limits.iter().map(|limit| limit.at).filter(|&at| at <= highest.saturating_mul(2)).max();
    let most = round_up(highest.max(near.unwrap_or(0)));
    let frame = Frame {
        left: width(&number(most)) + 10.0,
        first: f64::from(first),
        days: f64::from((last - first).max(1)),
        most: most as f64,
    };
    let mut svg =
        format!(r#"<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{}">"#, escaped(title));
    axes(&mut svg, &frame, most, first, last);
    let mut rising: Vec<&Limit> = limits.iter().collect();
    rising.sort_by_key(|limit| limit.at);
    // Where the word of the limit below stands: limits that lie close have their words above each other.
    let mut below = f64::INFINITY;
    for limit in rising {
        below = limit_line(&mut svg, &frame, limit, most, below);
    }
    if !points.is_empty() {
        curve(&mut svg, &frame, points);
    }
    for limit in limits {
        if let Some(passed) = points.iter().find(|point| point.value >= limit.at) {
            dot(&mut svg, &frame, passed);
        }
    }
    svg.push_str("</svg>");
    Chart {
        title: title.to_owned(),
        svg: Svg(svg),
        heads: heads.map(str::to_owned).to_vec(),
        rows: points
            .iter()
            .map(|point| vec![day_text(point.day).unwrap_or_default(), number(point.value)])
            .collect(),
    }
}

fn axes(svg: &mut String, frame: &Frame, most: i64, first: Day, last: Day) {
    let mut marks = vec![0, most / 2, most];
    marks.dedup();
    for value in marks {
        let (y, text, end) = (frame.y(value), number(value), frame.left - 8.0);
        let (start, right) = (frame.left, WIDTH - RIGHT);
        let _ = write!(
            svg,
            r#"<line class="axis" x1="{start:.1}" x2="{right:.1}" y1="{y:.1}" y2="{y:.1}"/><text x="{end:.1}" y="{y:.1}" dy="0.35em" text-anchor="end">{text}</text>"#
        );
    }
    let middle = first + (last - first) / 2;
    for (day, anchor) in [(first, "start"), (middle, "middle"), (last, "end")] {
        let (x, y, text) = (frame.x(day), HEIGHT - 6.0, day_text(day).unwrap_or_default());
        let _ = write!(svg, r#"<text x="{x:.1}" y="{y}" text-anchor="{anchor}">{text}</text>"#);
    }
}

/// Draws a limit; the height at which its word stands.
fn limit_line(svg: &mut String, frame: &Frame, limit: &Limit, most: i64, below: f64) -> f64 {
    let y = if limit.at > most { TOP - 1.0 } else { frame.y(limit.at) };
    let far = if limit.at > most { "↑ " } else { "" };
    let (start, right, name) = (frame.left, WIDTH - RIGHT, escaped(&limit.name));
    if limit.at <= most {
        let _ =
            write!(svg, r#"<line class="limit" x1="{start:.1}" x2="{right:.1}" y1="{y:.1}" y2="{y:.1}"/>"#);
    }
    let (x, above) = (start + 4.0, (y - 4.0).min(below - WORD));
    let _ = write!(svg, r#"<text class="limit-word" x="{x:.1}" y="{above:.1}">{far}{name}</text>"#);
    above
}

fn curve(svg: &mut String, frame: &Frame, points: &[Point]) {
    let mut path = String::new();
    for point in points {
        // Steps: the number holds until the next day that has one.
        let (x, y) = (frame.x(point.day), frame.y(point.value));
        let _ = match path.is_empty() {
            true => write!(path, "M{x:.1} {y:.1}"),
            false => write!(path, "H{x:.1}V{y:.1}"),
        };
    }
    let _ = write!(svg, r#"<path class="curve" d="{path}"/>"#);
}

fn dot(svg: &mut String, frame: &Frame, passed: &Point) {
    let (x, y, day) = (frame.x(passed.day), frame.y(passed.value), day_text(passed.day).unwrap_or_default());
    let is_right = x > WIDTH - 110.0;
    let (anchor, beside) = if is_right { ("end", x - 8.0) } else { ("start", x + 8.0) };
    let below = y + 16.0;
    let _ = write!(
        svg,
        r#"<circle class="dot" cx="{x:.1}" cy="{y:.1}" r="4"/><text class="value" x="{beside:.1}" y="{below:.1}" text-anchor="{anchor}">{day}</text>"#
    );
}
