//! Numbers, money and dates as a reader expects them: `1,234`, `1,234.50`, `123.45 万元`, `2020-06-30`.

use crate::words::Both;
use mingjing_model::money::yuan_text;
use mingjing_model::time;

/// What stands where nothing is known.
pub const NOTHING: &str = "—";

/// A whole number with thousands separators.
pub fn number(n: impl Into<i128>) -> String {
    group(&n.into().to_string())
}

/// Puts separators into the whole part of a decimal text.
fn group(text: &str) -> String {
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |rest| ("−", rest));
    let (whole, part) = text.find('.').map_or((text, ""), |dot| text.split_at(dot));
    let mut out = String::from(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + part
}

/// Fen as exact yuan without unit, for columns: `1,234.50`.
pub fn yuan(fen: impl Into<i128>) -> String {
    group(&yuan_text(fen.into()))
}

/// The same, or a dash.
pub fn yuan_or(fen: Option<impl Into<i128>>) -> String {
    fen.map_or_else(|| NOTHING.to_owned(), yuan)
}

/// Fen as exact yuan with unit.
pub fn yuan_exact(fen: impl Into<i128>) -> Both {
    let text = yuan(fen);
    Both::new(format!("{text} 元"), format!("{text} yuan"))
}

/// Fen with a unit that suits the size: yuan, 万元 and 亿元, or million and billion; two decimals, rounded
/// half away from zero.
pub fn money(fen: impl Into<i128>) -> Both {
    let fen = fen.into();
    let scaled = |power: u32| {
        let unit = 10i128.pow(power);
        let half = unit / 2 * fen.signum();
        yuan((fen + half) / unit)
    };
    let zh = match fen.unsigned_abs() {
        0..=999_999 => format!("{} 元", yuan(fen)),
        1_000_000..=9_999_999_999 => format!("{} 万元", scaled(4)),
        _ => format!("{} 亿元", scaled(8)),
    };
    let en = match fen.unsigned_abs() {
        0..=99_999_999 => format!("{} yuan", yuan(fen)),
        100_000_000..=99_999_999_999 => format!("{} million yuan", scaled(6)),
        _ => format!("{} billion yuan", scaled(9)),
    };
    Both::new(zh, en)
}

/// The same, or a dash.
pub fn money_or(fen: Option<impl Into<i128>>) -> Both {
    fen.map_or_else(|| Both::same(NOTHING), money)
}

/// A day, or a dash.
pub fn day(day: Option<i32>) -> String {
    day.and_then(time::day_text).unwrap_or_else(|| NOTHING.to_owned())
}

/// `part` of `whole` in percent with one decimal; a dash of nothing.
pub fn percent(part: i128, whole: i128) -> String {
    if whole == 0 {
        return NOTHING.to_owned();
    }
    let tenths = (part * 2_000 + whole) / (whole * 2);
    format!("{}.{} %", tenths / 10, (tenths % 10).abs())
}

/// At most `chars` characters; a longer text ends in `…`.
pub fn short(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Bytes as `12.3 MB`.
pub fn bytes(n: u64) -> String {
    let tenths = |unit: u64| {
        let t = (u128::from(n) * 10 + u128::from(unit) / 2) / u128::from(unit);
        format!("{}.{}", number((t / 10) as i128), t % 10)
    };
    match n {
        0..=999 => format!("{n} B"),
        1_000..=999_999 => format!("{} kB", tenths(1_000)),
        1_000_000..=999_999_999 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_keep_their_sign() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "−1,234,567")];
        cases.into_iter().for_each(|(n, text)| assert_eq!(number(n), text));
        assert_eq!(yuan(-123_450), "−1,234.50");
    }

    #[test]
    fn money_takes_the_unit_that_suits_it() {
        let cases = [
            (250_000_000i128, "250.00 万元", "2.50 million yuan"),
            (999_999, "9,999.99 元", "9,999.99 yuan"),
            (1_234_567_890_123, "123.46 亿元", "12.35 billion yuan"),
            (-123_456_789, "−123.46 万元", "−1.23 million yuan"),
        ];
        cases.into_iter().for_each(|(fen, zh, en)| assert_eq!(money(fen), Both::new(zh, en)));
    }

    #[test]
    fn shares_round_half_up_and_nothing_has_no_share() {
        assert_eq!(percent(1, 3), "33.3 %");
        assert_eq!(percent(1, 2_000), "0.1 %");
        assert_eq!(percent(0, 0), NOTHING);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(short("会员一二三", 2), "会员…");
        assert_eq!(short("会员", 2), "会员");
    }

    #[test]
    fn sizes_are_read_at_a_glance() {
        assert_eq!([bytes(512), bytes(1_234_567)], ["512 B", "1.2 MB"]);
    }
}
