//! Money in fen, and the ways people write yuan.

use unicode_normalization::UnicodeNormalization;

/// Money in fen, the hundredth of a yuan.
pub type Fen = i64;

/// The greatest amount of one row, in fen: ten thousand billion yuan. More is a damaged field.
pub const AMOUNT_FEN_MAX: Fen = 1_000_000_000_000_000;

/// A text that is not an amount of yuan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadAmount;

/// Reads yuan into fen: `1234.5`, `1,234.50`, `1.2万`, `3亿`, with `¥` before or `元` behind, full-width too.
///
/// # Errors
/// [`BadAmount`] for an exponent, a third decimal that is not zero, a misplaced comma, an amount beyond
/// [`AMOUNT_FEN_MAX`], and everything that is not a number.
pub fn parse_yuan(text: &str) -> Result<Fen, BadAmount> {
    let normal: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let (negative, rest) = match normal.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, normal.strip_prefix('+').unwrap_or(&normal)),
    };
    let rest = rest.strip_prefix(['¥', '￥']).unwrap_or(rest);
    let rest = rest.strip_suffix('元').unwrap_or(rest);
    let (number, power) = if let Some(number) = rest.strip_suffix('万') {
        (number, 4)
    } else if let Some(number) = rest.strip_suffix('亿') {
        (number, 8)
    } else {
        (rest, 0)
    };
    let fen = shifted(number, power + 2)?;
    Ok(if negative { -fen } else { fen })
}

/// The decimal `number` times ten to the `power`, if that is a whole number in range.
fn shifted(number: &str, power: usize) -> Result<Fen, BadAmount> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let whole = without_commas(whole)?;
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && part.is_empty()) || !digits(&whole) || !digits(part) {
        return Err(BadAmount);
    }
    let (kept, beyond) = part.split_at(part.len().min(power));
    if beyond.bytes().any(|b| b != b'0') {
        return Err(BadAmount);
    }
    let text = format!("{whole}{kept}{}", "0".repeat(power - kept.len()));
    let fen: Fen = text.parse().map_err(|_| BadAmount)?;
    if fen > AMOUNT_FEN_MAX { Err(BadAmount) } else { Ok(fen) }
}

/// Takes out thousands separators that stand where they should.
fn without_commas(whole: &str) -> Result<String, BadAmount> {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or("");
    let mut text = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.is_empty() || first.len() > 3 {
            return Err(BadAmount);
        }
        text.push_str(group);
    }
    Ok(text)
}

/// Fen as yuan with two decimals: `-1234.50`.
pub fn yuan_text(fen: i128) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_is_read_however_it_is_written() {
        let cases = [("1234.5", 123_450), ("1,234.50", 123_450), ("-12", -1_200), ("１２．３４", 1_234)];
        let more = [
            ("1.2万", 1_200_000),
            ("3亿", 30_000_000_000),
            ("¥69800元", 6_980_000),
            ("0.120", 12),
            (".5", 50),
        ];
        for (text, fen) in cases.into_iter().chain(more) {
            assert_eq!(parse_yuan(text), Ok(fen), "{text}");
        }
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for text in [
            "",
            "-",
            ".",
            "1e3",
            "1.234",
            "12,34",
            "1,2345",
            ",123",
            "1234,567",
            "abc",
            "--1",
            "1万2",
            "99999999999999",
        ] {
            assert_eq!(parse_yuan(text), Err(BadAmount), "{text}");
        }
    }

    #[test]
    fn fen_are_shown_as_yuan() {
        assert_eq!(yuan_text(-123_450), "-1234.50");
        assert_eq!(yuan_text(5), "0.05");
    }
}
