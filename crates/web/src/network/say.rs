//! Numbers and sums as these pages write them. Sums are fen in 128 bits, as results have them.

use crate::look::write::{number, yuan};
use crate::words::Lang;

/// What stands where nothing is known.
pub const NOTHING: &str = "—";

/// A count.
pub fn count(n: u64) -> String {
    number(i64::try_from(n).unwrap_or(i64::MAX))
}

/// Fen as exact yuan without unit.
pub fn exact(fen: i128) -> String {
    yuan(i64::try_from(fen).unwrap_or(if fen < 0 { i64::MIN } else { i64::MAX }))
}

/// The same, or a dash.
pub fn exact_or(fen: Option<i128>) -> String {
    fen.map_or_else(|| NOTHING.to_owned(), exact)
}

/// Fen with a unit that suits the size, two decimals, half away from zero: (`123.45`, `万元`).
pub fn money(lang: Lang, fen: i128) -> (String, &'static str) {
    let (power, key) = match (lang, fen.unsigned_abs()) {
        (Lang::Zh, 1_000_000..=9_999_999_999) => (4, "network.unit.ten_thousand"),
        (Lang::Zh, 10_000_000_000..) => (8, "network.unit.hundred_million"),
        (Lang::En, 100_000_000..=99_999_999_999) => (6, "network.unit.million"),
        (Lang::En, 100_000_000_000..) => (9, "network.unit.billion"),
        _ => (0, "network.unit.yuan"),
    };
    let unit = 10i128.pow(power);
    (exact((fen + unit / 2 * fen.signum()) / unit), lang.t(key))
}

/// Number and unit in one text, or a dash.
pub fn money_or(lang: Lang, fen: Option<i128>) -> String {
    fen.map_or_else(
        || NOTHING.to_owned(),
        |fen| {
            let (text, unit) = money(lang, fen);
            format!("{text} {unit}")
        },
    )
}

/// An amount of the law in round words: `250 万元`.
pub fn round(lang: Lang, fen: i128) -> String {
    let (text, unit) = money(lang, fen);
    let text = text.strip_suffix(".00").map_or(text.clone(), str::to_owned);
    let text = if text.contains('.') { text.trim_end_matches('0').to_owned() } else { text };
    format!("{text} {unit}")
}

/// Millionths as percent with one decimal: `12.3 %`.
pub fn percent(millionths: i64) -> String {
    let tenths = (millionths + 500) / 1_000;
    format!("{}.{} %", tenths / 10, (tenths % 10).abs())
}

/// `part` of `whole` in percent; a dash of nothing.
pub fn share(part: i128, whole: i128) -> String {
    match whole {
        0 => NOTHING.to_owned(),
        _ => percent(i64::try_from(part * 1_000_000 / whole).unwrap_or(0)),
    }
}

/// A sentence with what fills it, for templates.
pub fn fill(lang: &Lang, key: &str, arguments: &[(&str, String)]) -> String {
    let arguments: Vec<(&str, &dyn std::fmt::Display)> =
        arguments.iter().map(|(name, value)| (*name, value as &dyn std::fmt::Display)).collect();
    lang.f(key, &arguments)
}

/// The same text, for templates.
pub fn same(one: &str, other: &str) -> bool {
    one == other
}

/// A piece of an address.
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// At most `chars` characters; a longer text ends in `…`.
pub fn short(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_take_the_unit_that_suits_them_in_each_language() {
        assert_eq!(money_or(Lang::Zh, Some(123_456_789)), "123.46 万元");
        assert_eq!(money_or(Lang::Zh, Some(-99)), "-0.99 元");
        assert_eq!(money_or(Lang::En, Some(1_234_567_890_123)), "12.35 billion yuan");
        assert_eq!(round(Lang::Zh, 250_000_000), "250 万元");
        assert_eq!(round(Lang::En, 250_000_000), "2.5 million yuan");
        assert_eq!(money_or(Lang::Zh, None), NOTHING);
    }

    #[test]
    fn shares_and_pieces_of_addresses() {
        assert_eq!(percent(123_456), "12.3 %");
        assert_eq!(share(1, 0), NOTHING);
        assert_eq!(encoded("M 1/会"), "M%201%2F%E4%BC%9A");
    }
}
