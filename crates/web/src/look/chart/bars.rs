//! Horizontal bars: a name, a bar, its number.

use super::{Chart, Limit, Svg, escaped, width};
use crate::look::write::number;
use std::fmt::Write;

const WIDTH: f64 = 720.0;
const ROW: f64 = 26.0;
const BAR: f64 = 14.0;

/// One bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Its name.
    pub label: String,
    /// How long.
    pub value: i64,
    /// Its number as written.
    pub text: String,
    /// Where its name leads; empty for nowhere.
    pub href: String,
}

impl Bar {
    /// Of name, value and the value as written.
    pub fn new(label: impl Into<String>, value: i64, text: impl Into<String>) -> Bar {
        Bar { label: label.into(), value, text: text.into(), href: String::new() }
    }

    /// That leads somewhere.
    #[must_use]
    pub fn href(mut self, href: impl Into<String>) -> Bar {
        self.href = href.into();
        self
    }
}

/// How lengths follow values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// In proportion.
    Linear,
    /// By the logarithm of the value plus one, for what spans many sizes.
    Log,
}

impl Scale {
    fn share(self, value: i64, most: i64) -> f64 {
        let (value, most) = (value.max(0) as f64, most.max(1) as f64);
        match self {
            Scale::Linear => value / most,
            Scale::Log => value.ln_1p() / most.ln_1p(),
        }
    }
}

/// Bars with their table. Values below zero are drawn as nothing.
pub fn bars(title: &str, heads: [&str; 2], all: &[Bar], limits: &[Limit], scale: Scale) -> Chart {
    let left = all.iter().map(|bar| width(&bar.label)).fold(24.0, f64::max).min(240.0) + 10.0;
    let right = all.iter().map(|bar| width(&bar.text)).fold(16.0, f64::max) + 12.0;
    let top = if limits.is_empty() { 2.0 } else { 20.0 };
    let height = top + ROW * all.len() as f64 + 2.0;
    let room = WIDTH - left - right;
    let most = all.iter().map(|bar| bar.value).chain(limits.iter().map(|limit| limit.at)).max().unwrap_or(1);
    let mut svg =
        format!(r#"<svg viewBox="0 0 {WIDTH} {height:.0}" role="img" aria-label="{}">"#, escaped(title));
    for (at, bar) in all.iter().enumerate() {
        row(&mut svg, bar, left, top + ROW * at as f64, room * scale.share(bar.value, most));
    }
    for limit in limits {
        let x = left + room * scale.share(limit.at, most);
        let (anchor, name) = (if x > WIDTH / 2.0 { "end" } else { "start" }, escaped(&limit.name));
        let _ = write!(
            svg,
            r#"<line class="limit" x1="{x:.1}" x2="{x:.1}" y1="{top}" y2="{height:.0}"/><text class="limit-word" x="{x:.1}" y="13" text-anchor="{anchor}">{name}</text>"#
        );
    }
    svg.push_str("</svg>");
    Chart {
        title: title.to_owned(),
        svg: Svg(svg),
        heads: heads.map(str::to_owned).to_vec(),
        rows: all.iter().map(|bar| vec![bar.label.clone(), table_text(bar)]).collect(),
    }
}

fn table_text(bar: &Bar) -> String {
    if bar.text.is_empty() { number(bar.value) } else { bar.text.clone() }
}

fn row(svg: &mut String, bar: &Bar, left: f64, y: f64, length: f64) {
    let (middle, x, label) = (y + ROW / 2.0, left - 10.0, escaped(&bar.label));
    let name = format!(
        r#"<text class="value" x="{x:.1}" y="{middle:.1}" dy="0.35em" text-anchor="end">{label}</text>"#
    );
    let _ = match bar.href.is_empty() {
        true => svg.write_str(&name),
        false => write!(svg, r#"<a href="{}">{name}</a>"#, escaped(&bar.href)),
    };
    // A value above nothing is always to be seen.
    let length = if bar.value > 0 { length.max(1.5) } else { 0.0 };
    let (top, end, text) = (middle - BAR / 2.0, left + length + 8.0, escaped(&bar.text));
    let _ = write!(
        svg,
        r#"<rect class="bar" x="{left:.1}" y="{top:.1}" width="{length:.1}" height="{BAR}" rx="1.5"/><text x="{end:.1}" y="{middle:.1}" dy="0.35em">{text}</text>"#
    );
}
