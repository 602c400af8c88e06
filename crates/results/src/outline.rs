//! A branch as lines for a terminal: account, level, persons and money below, each with a bar on one logarithmic
//! scale, aligned also where characters are two columns wide. Characters that could steer a terminal are replaced.

use crate::branches::{Branch, Shown};
use crate::summary::Yuan;

/// The language of the headings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// 中文.
    Zh,
    /// English.
    En,
}

/// Columns of a bar.
const BAR_COLUMNS: usize = 10;
/// Levels beyond this one are not moved further to the right; the level itself is always shown.
const INDENT_LEVELS_MAX: u32 = 16;
/// Columns of an account number, more is cut with `…`.
const ACCOUNT_COLUMNS_MAX: usize = 40;

/// The lines of a branch, heading first, each ended by a line feed.
pub fn outline(branch: &Branch, language: Language) -> String {
    let heading = match language {
        Language::Zh => ["账号", "相对级（起点为1）", "人数（含本人）", "", "范围入金（元）", ""],
        Language::En => ["account", "level", "persons, own incl.", "", "team paid in, yuan", ""],
    };
    let persons_most = branch.nodes.iter().map(|s| i64::from(s.node.persons)).max().unwrap_or(0);
    let money_most = branch.nodes.iter().filter_map(|s| s.node.team_paid_in).max().unwrap_or(0);
    let mut rows = vec![heading.map(str::to_owned)];
    // Nodes whose narrower children are still to be told of, behind the last line of their subtree.
    let mut open: Vec<usize> = Vec::new();
    for (i, shown) in branch.nodes.iter().enumerate() {
        close(branch, &mut open, shown.level, language, &mut rows);
        let money = shown.node.team_paid_in;
        let left = shown.directs_left_out();
        let untold = if left > 0 && shown.directs_shown == 0 { format!(" +{left}") } else { String::new() };
        rows.push([
            format!("{}{}{untold}", indent(shown.level), cut(&printable(&shown.node.account))),
            shown.level.to_string(),
            shown.node.persons.to_string(),
            bar(i64::from(shown.node.persons), persons_most),
            money.map_or("–".to_owned(), |fen| Yuan(fen.into()).to_string()),
            money.map_or(String::new(), |fen| bar(fen, money_most)),
        ]);
        if shown.directs_shown > 0 {
            open.push(i);
        }
    }
    close(branch, &mut open, 0, language, &mut rows);
    aligned(&rows)
}

/// Tells of the children left out of all open nodes that do not lie above `level`.
fn close(
    branch: &Branch,
    open: &mut Vec<usize>,
    level: u32,
    language: Language,
    rows: &mut Vec<[String; 6]>,
) {
    while let Some(shown) = open.last().map(|&i| &branch.nodes[i]).filter(|shown| shown.level >= level) {
        open.pop();
        if shown.directs_left_out() > 0 {
            let mut row: [String; 6] = Default::default();
            row[0] = format!("{}{}", indent(shown.level + 1), more(shown, language));
            rows.push(row);
        }
    }
}

fn more(shown: &Shown, language: Language) -> String {
    match (language, shown.directs_left_out()) {
        (Language::Zh, count) => format!("… 另有 {count} 个较窄分支"),
        (Language::En, 1) => "… and 1 more narrower branch".to_owned(),
        (Language::En, count) => format!("… and {count} more narrower branches"),
    }
}

fn indent(level: u32) -> String {
    "  ".repeat(level.clamp(1, INDENT_LEVELS_MAX) as usize - 1)
}

/// A bar of up to [`BAR_COLUMNS`] blocks in eighths: log(1 + value) of log(1 + most).
fn bar(value: i64, most: i64) -> String {
    if value <= 0 || most <= 0 {
        return String::new();
    }
    let share = (value as f64).ln_1p() / (most as f64).ln_1p();
    // A value above zero is never without a mark.
    let eighths = ((share * (BAR_COLUMNS * 8) as f64).round() as usize).clamp(1, BAR_COLUMNS * 8);
    let mut bar = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.push(['▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8 - 1]);
    }
    bar
}

fn aligned(rows: &[[String; 6]]) -> String {
    // A line about what was left out does not widen the column.
    let is_full = |row: &&[String; 6]| !row[1].is_empty();
    let widths: [usize; 6] =
        std::array::from_fn(|i| rows.iter().filter(is_full).map(|row| columns(&row[i])).max().unwrap_or(0));
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (i, cell) in row.iter().enumerate() {
            let blank = " ".repeat(widths[i].saturating_sub(columns(cell)));
            // Numbers end, texts and bars begin, at one column.
            let numeric = matches!(i, 1 | 2 | 4);
            line.push_str(&if numeric { format!("{blank}{cell}") } else { format!("{cell}{blank}") });
            line.push_str(if matches!(i, 2 | 4) { " " } else { "  " });
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn printable(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if steers(c) { '\u{FFFD}' } else { c }).collect()
}

fn cut(text: &str) -> String {
    if columns(text) <= ACCOUNT_COLUMNS_MAX {
        return text.to_owned();
    }
    let mut used = 1;
    let fits = |c: &char| {
        used += width(*c);
        used <= ACCOUNT_COLUMNS_MAX
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// Columns that a text takes on a terminal.
pub fn columns(text: &str) -> usize {
    text.chars().map(width).sum()
}

/// Columns of a character: two for the wide and full-width blocks of Unicode (UAX 11), none for combining marks.
fn width(c: char) -> usize {
    match c as u32 {
        0x0300..=0x036F | 0x20D0..=0x20FF | 0xFE00..=0xFE0F => 0,
        0x1100..=0x115F
        | 0x2E80..=0x303E
        | 0x3041..=0xA4CF
        | 0xA960..=0xA97F
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1F64F
        | 0x1F900..=0x1F9FF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_grows_with_the_logarithm_and_never_vanishes() {
        assert_eq!(bar(0, 100), "");
        assert_eq!(bar(100, 100), "█".repeat(10));
        assert!(!bar(1, i64::MAX).is_empty());
        assert_eq!(bar(9, 99), "█".repeat(5));
        assert_eq!(bar(-5, 99), "");
    }

    #[test]
    fn wide_characters_take_two_columns_and_long_texts_are_cut_to_fit() {
        assert_eq!((columns("会员A1"), columns("𠮷"), columns("é"), columns("e\u{301}")), (6, 2, 1, 1));
        let cut = cut(&"会".repeat(50));
        assert!(cut.ends_with('…') && columns(&cut) <= ACCOUNT_COLUMNS_MAX, "{cut}");
    }

    #[test]
    fn what_could_steer_a_terminal_is_replaced() {
        assert_eq!(printable("a\u{1b}[2J\u{202e}b"), "a\u{FFFD}[2J\u{FFFD}b");
    }
}
