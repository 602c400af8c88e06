//! Money, dates and shares as they stand in a text file.

use mingjing_model::money::yuan_text;
use mingjing_model::time::{Day, day_text, parse_day};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Money in fen, written as yuan: `-1234.50`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Yuan(pub i128);

/// A calendar date, written `2020-06-30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub Day);

/// A share in millionths, written `0.123457`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(pub i64);

impl Share {
    /// `part` of `whole`, rounded half up; `None` unless both are from 0 on and there is a whole.
    pub fn of(part: i128, whole: i128) -> Option<Share> {
        if whole <= 0 || part < 0 {
            return None;
        }
        let millionths = part.checked_mul(2_000_000)?.checked_add(whole)? / whole.checked_mul(2)?;
        i64::try_from(millionths).ok().map(Share)
    }
}

impl fmt::Display for Yuan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&yuan_text(self.0))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&day_text(self.0).unwrap_or_default())
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let millionths = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)
    }
}

/// A decimal with exactly `decimals` digits behind the point, as a whole number of its last place.
fn fixed(text: &str, decimals: usize) -> Option<i128> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.')?;
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(whole) || !is_digits(part) || part.len() != decimals {
        return None;
    }
    format!("{whole}{part}").parse::<i128>().ok().map(|value| sign * value)
}

impl Yuan {
    fn read(text: &str) -> Option<Yuan> {
        fixed(text, 2).map(Yuan)
    }
}

impl Date {
    fn read(text: &str) -> Option<Date> {
        parse_day(text).map(Date)
    }
}

impl Share {
    fn read(text: &str) -> Option<Share> {
        fixed(text, 6).and_then(|value| i64::try_from(value).ok()).map(Share)
    }
}

/// Serialised as its text.
macro_rules! as_text {
    ($name:ident, $expected:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let wrong = || serde::de::Error::custom(format!(concat!("{:?} is not ", $expected), text));
                $name::read(&text).ok_or_else(wrong)
            }
        }
    };
}

as_text!(Yuan, "yuan with two decimals");
as_text!(Date, "a date like 2020-06-30");
as_text!(Share, "a share with six decimals");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_from_their_texts() {
        for fen in [0, 5, -123_450, i128::from(i64::MAX) * 1_000] {
            assert_eq!(Yuan::read(&Yuan(fen).to_string()), Some(Yuan(fen)));
        }
        for day in [0, 18_443, -1] {
            assert_eq!(Date::read(&Date(day).to_string()), Some(Date(day)));
        }
        for millionths in [0, 1, 999_999, 1_000_000, -1] {
            assert_eq!(Share::read(&Share(millionths).to_string()), Some(Share(millionths)));
        }
        for text in ["", "1", "1.2", "1.234", "+1.20", "a.00", ".00", "1e3.00"] {
            assert_eq!(Yuan::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_share_is_rounded_half_up_and_needs_a_whole() {
        assert_eq!(Share::of(1, 3).map(|s| s.to_string()).as_deref(), Some("0.333333"));
        assert_eq!(Share::of(2, 3).map(|s| s.to_string()).as_deref(), Some("0.666667"));
        assert_eq!(Share::of(1, 2_000_000), Some(Share(1)));
        assert_eq!(Share::of(0, 0), None);
    }
}
