//! Identity numbers as people write them, brought to one form so that equal numbers join.
//!
//! The check character is that of GB 11643-1999: weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2 on the first
//! seventeen digits, sum modulo 11, character `10X98765432`. An unknown division is never refused: residents
//! of Hong Kong, Macao and Taiwan (81, 82, 83) and foreigners (9) carry numbers of the same form.

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// Tokens that stand for "nothing" in seized tables, compared in any letter case after trimming.
pub const BLANK_TOKENS: [&str; 8] = ["", "0", "-", "null", "none", "nil", "\\n", "无"];

/// Is `text` (trimmed) a token that stands for nothing?
pub fn is_blank(text: &str) -> bool {
    text.len() <= 4 && BLANK_TOKENS.iter().any(|token| token.eq_ignore_ascii_case(text))
}

/// What the check character of a normalised number says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Eighteen characters with the right check character.
    Right,
    /// Eighteen characters of the right form with another check character.
    Wrong,
    /// Not of that form: nothing can be said.
    NoCheck,
}

/// Brings a number to its joining form: NFKC, upper case, spaces out, a valid 15-digit number to 18.
///
/// `None` when the number cannot serve as an identity: a blank token, one repeated character, or a counting
/// run (`1234…` or `0123…`, at least four characters, 9 followed by 0).
pub fn normalize(raw: &str) -> Option<Cow<'_, str>> {
    let plain = raw.bytes().all(|b| b.is_ascii_digit() || b == b'X');
    let text: Cow<'_, str> = if plain {
        Cow::Borrowed(raw)
    } else {
        Cow::Owned(raw.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect())
    };
    if is_blank(&text) || is_repeated(&text) || is_counting_run(&text) {
        return None;
    }
    Some(widened(&text).map_or(text, Cow::Owned))
}

fn is_repeated(text: &str) -> bool {
    // Most numbers differ in their first two bytes, and then in a character.
    if let [first, second, ..] = text.as_bytes()
        && first.is_ascii()
        && first != second
    {
        return false;
    }
    let mut chars = text.chars();
    let first = chars.next();
    chars.all(|c| Some(c) == first)
}

fn is_counting_run(text: &str) -> bool {
    let b = text.as_bytes();
    b.len() >= 4
        && (b[0] == b'0' || b[0] == b'1')
        && b.iter().all(u8::is_ascii_digit)
        && b.windows(2).all(|w| (w[0] - b'0' + 1) % 10 == w[1] - b'0')
}

/// The 18-character form of a valid 15-digit number (born in the 1900s): `None` when its date cannot be.
fn widened(text: &str) -> Option<String> {
    if text.len() != 15 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let month: u32 = text[8..10].parse().ok()?;
    let day: u32 = text[10..12].parse().ok()?;
    let year: i32 = text[6..8].parse().ok()?;
    chrono::NaiveDate::from_ymd_opt(1900 + year, month, day)?;
    let mut wide = format!("{}19{}", &text[..6], &text[6..]);
    wide.push(check_character(wide.as_bytes()));
    Some(wide)
}

/// The check character for seventeen ASCII digits (GB 11643-1999).
fn check_character(digits: &[u8]) -> char {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, w)| u32::from(d - b'0') * w).sum();
    char::from(b"10X98765432"[(sum % 11) as usize])
}

/// Checks a normalised number.
pub fn check(normal: &str) -> Check {
    let b = normal.as_bytes();
    let formed =
        b.len() == 18 && b[..17].iter().all(u8::is_ascii_digit) && (b[17].is_ascii_digit() || b[17] == b'X');
    match formed {
        false => Check::NoCheck,
        true if check_character(&b[..17]) == char::from(b[17]) => Check::Right,
        true => Check::Wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_example_has_the_right_check_character() {
        assert_eq!(check("11010519491231002X"), Check::Right);
        assert_eq!(check("52011519900101001X"), Check::Right);
        assert_eq!(check("520115199001010011"), Check::Wrong);
        assert_eq!(check("A123456"), Check::NoCheck);
    }

    #[test]
    fn a_number_joins_however_it_was_typed() {
        let same = [
            "11010519491231002X",
            " 11010519491231002x",
            "１１０１０５１９４９１２３１００２Ｘ",
            "110105 19491231 002x",
            "110105491231002",
        ];
        for raw in same {
            assert_eq!(normalize(raw).as_deref(), Some("11010519491231002X"), "{raw}");
        }
    }

    #[test]
    fn numbers_that_identify_nobody_are_none() {
        for raw in
            ["", "0", "NULL", "None", "\\N", "无", "111111111111111111", "123456789012345678", "1234", "XXXX"]
        {
            assert_eq!(normalize(raw), None, "{raw}");
        }
        for raw in ["1235", "123", "2345", "110105991331002"] {
            assert!(normalize(raw).is_some(), "{raw}");
        }
    }
}
