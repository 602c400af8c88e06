//! Numbers, days and moments as pages write them.

use crate::words::Lang;
use mingjing_model::time::{Day, Micros, day_in_shanghai, day_text, parse_day};

/// `1,234,567`.
pub fn number(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        text.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Fen as yuan: `1,234.50`.
pub fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    let whole = number(i64::try_from(fen / 100).unwrap_or(i64::MAX));
    format!("{sign}{whole}.{:02}", fen % 100)
}

/// `2026-06-30` in Shanghai.
pub fn day(at: Micros) -> String {
    day_in_shanghai(at).and_then(day_text).unwrap_or_default()
}

/// `2026-06-30 09:05` in Shanghai.
pub fn minute(at: Micros) -> String {
    crate::fault::dress::minute(at)
}

/// Days until `due`, as `due - today`.
pub fn days_until(due: &str, now: Micros) -> Option<Day> {
    Some(parse_day(due)? - day_in_shanghai(now)?)
}

/// The distance to a day in words: 还剩 3 天, 今天到期, 逾期 2 天.
pub fn distance(lang: Lang, days: Day) -> String {
    match days {
        0 => lang.t("look.due.today").to_owned(),
        1 => lang.t("look.due.tomorrow").to_owned(),
        2.. => lang.f("look.due.left", &[("n", &days)]),
        -1 => lang.t("look.due.over_one").to_owned(),
        _ => lang.f("look.due.over", &[("n", &days.unsigned_abs())]),
    }
}

/// Bytes for people: `3.4 MB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let (mut tenths, mut at) = (count.saturating_mul(10), 0);
    while tenths >= 10_000 && at + 1 < UNITS.len() {
        tenths /= 1_000;
        at += 1;
    }
    match at {
        0 => format!("{count} B"),
        _ => format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[at]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_thousands_apart() {
        assert_eq!(number(0), "0");
        assert_eq!(number(-1234), "-1,234");
        assert_eq!(number(100), "100");
        assert_eq!(number(i64::MIN), "-9,223,372,036,854,775,808");
        assert_eq!(yuan(-5), "-0.05");
        assert_eq!(yuan(250_000_000), "2,500,000.00");
    }

    #[test]
    fn the_distance_to_a_day_is_said_in_words() {
        let now = 1_751_302_740_000_000; // 2025-07-01 00:59 in Shanghai
        for (due, said) in [
            ("2025-07-01", "今天到期"),
            ("2025-07-02", "明天到期"),
            ("2025-07-04", "还剩 3 天"),
            ("2025-06-30", "逾期 1 天"),
            ("2025-06-01", "逾期 30 天"),
        ] {
            assert_eq!(distance(Lang::Zh, days_until(due, now).unwrap()), said);
        }
    }

    #[test]
    fn sizes_have_one_decimal() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(3_456_789), "3.4 MB");
    }
}
