//! Cells to values: the exact readers of `model`, with short ways for the forms that fill whole tables.

use chrono::TimeZone;
use chrono_tz::Tz;
use mingjing_model::money::{AMOUNT_FEN_MAX, Fen, parse_yuan};
use mingjing_model::time::{Micros, parse_instant};

/// Reads yuan into fen as [`parse_yuan`] does; plain `-123.45` without its detours.
#[inline]
pub(crate) fn amount(cell: &[u8]) -> Option<Fen> {
    plain_amount(cell).or_else(|| parse_yuan(std::str::from_utf8(cell).ok()?).ok())
}

/// `[-]digits[.d[d]]` with at most thirteen digits before the point.
#[inline]
fn plain_amount(cell: &[u8]) -> Option<Fen> {
    let (negative, digits) = match cell {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let mut fen: Fen = 0;
    let mut i = 0;
    while let Some(digit) = digits.get(i).map(|b| b.wrapping_sub(b'0')).filter(|d| *d < 10) {
        fen = fen * 10 + Fen::from(digit);
        i += 1;
        if i > 13 {
            return None;
        }
    }
    if i == 0 {
        return None;
    }
    let decimal = |b: u8| Some(b.wrapping_sub(b'0')).filter(|d| *d < 10).map(Fen::from);
    let fen = match &digits[i..] {
        [] => fen * 100,
        [b'.', a] => fen * 100 + decimal(*a)? * 10,
        [b'.', a, b] => fen * 100 + decimal(*a)? * 10 + decimal(*b)?,
        _ => return None,
    };
    (fen <= AMOUNT_FEN_MAX).then_some(if negative { -fen } else { fen })
}

/// A binary double in yuan, to the nearest fen (a true half away from zero).
pub(crate) fn amount_of_double(yuan: f64) -> Option<Fen> {
    if !yuan.is_finite() || yuan.abs() > AMOUNT_FEN_MAX as f64 / 100.0 {
        return None;
    }
    let product = yuan.abs() * 100.0;
    let mut fen = product.round();
    // The product is rounded itself: where it is a half, the exact remainder decides.
    if product.fract() == 0.5 && yuan.abs().mul_add(100.0, -product) < 0.0 {
        fen -= 1.0;
    }
    Some(if yuan < 0.0 { -(fen as Fen) } else { fen as Fen })
}

/// A decimal `value` × 10^−`scale` in fen; `None` where it is no whole number of fen or too large.
#[inline]
pub(crate) fn amount_of_decimal(value: i128, scale: i8) -> Option<Fen> {
    let fen = match scale {
        2 => value,
        s if s < 2 => value.checked_mul(10i128.checked_pow((2 - i32::from(s)) as u32)?)?,
        s => {
            let unit = 10i128.checked_pow((i32::from(s) - 2) as u32)?;
            if value % unit != 0 {
                return None;
            }
            value / unit
        }
    };
    Fen::try_from(fen).ok().filter(|fen| fen.abs() <= AMOUNT_FEN_MAX)
}

/// The zone of naive times, with short ways where its offset is fixed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Zone {
    tz: Tz,
    /// Seconds east of UTC from `fixed_from` on.
    offset: i64,
    /// First year with that fixed offset.
    fixed_from: u32,
}

const DAY: i64 = 86_400;
const SECOND: i64 = 1_000_000;

impl Zone {
    pub fn new(tz: Tz) -> Zone {
        match tz {
            // Summer time ended for good in 1991.
            Tz::Asia__Shanghai => Zone { tz, offset: 8 * 3600, fixed_from: 1992 },
            Tz::UTC => Zone { tz, offset: 0, fixed_from: 0 },
            _ => Zone { tz, offset: 0, fixed_from: u32::MAX },
        }
    }

    /// Reads a time as [`parse_instant`] does; `YYYY-MM-DD[ T]HH:MM:SS[.ffffff]` without its detours.
    #[inline]
    pub fn instant(&self, cell: &[u8]) -> Option<Micros> {
        self.plain(cell).or_else(|| parse_instant(std::str::from_utf8(cell).ok()?, self.tz))
    }

    #[inline]
    fn plain(&self, cell: &[u8]) -> Option<Micros> {
        if cell.len() < 10 || cell[4] != b'-' || cell[7] != b'-' {
            return None;
        }
        let year = two(cell, 0)? * 100 + two(cell, 2)?;
        let days = days_from_civil(year, two(cell, 5)?, two(cell, 8)?)?;
        if year < self.fixed_from {
            return None;
        }
        let mut micros = 0;
        let mut seconds = days * DAY - self.offset;
        if cell.len() > 10 {
            if cell.len() < 19 || !matches!(cell[10], b' ' | b'T') || cell[13] != b':' || cell[16] != b':' {
                return None;
            }
            let (hour, minute, second) = (two(cell, 11)?, two(cell, 14)?, two(cell, 17)?);
            if hour > 23 || minute > 59 || second > 59 {
                return None;
            }
            seconds += i64::from(hour * 3600 + minute * 60 + second);
            micros = fraction(&cell[19..])?;
        }
        Some(seconds * SECOND + micros)
    }

    /// A naive time, given as microseconds since 1970-01-01 00:00 of this zone's clock.
    pub fn naive(&self, micros: i64) -> Option<Micros> {
        // 1992-01-01 and later is fixed for Asia/Shanghai.
        const FIXED: i64 = 8_035 * DAY * SECOND;
        if self.fixed_from == 0 || (self.fixed_from == 1992 && micros >= FIXED) {
            return micros.checked_sub(self.offset * SECOND);
        }
        let naive = chrono::DateTime::from_timestamp_micros(micros)?.naive_utc();
        Some(self.tz.from_local_datetime(&naive).earliest()?.timestamp_micros())
    }
}

#[inline]
fn two(cell: &[u8], at: usize) -> Option<u32> {
    let (a, b) = (cell[at].wrapping_sub(b'0'), cell[at + 1].wrapping_sub(b'0'));
    (a < 10 && b < 10).then_some(u32::from(a) * 10 + u32::from(b))
}

/// `.f` to `.ffffff` in microseconds; longer fractions take the long way.
#[inline]
fn fraction(rest: &[u8]) -> Option<i64> {
    let digits = match rest {
        [] => return Some(0),
        [b'.', digits @ ..] if (1..=6).contains(&digits.len()) => digits,
        _ => return None,
    };
    let mut micros = 0;
    for i in 0..6 {
        let digit = digits.get(i).map_or(0, |b| b.wrapping_sub(b'0'));
        if digit > 9 {
            return None;
        }
        micros = micros * 10 + i64::from(digit);
    }
    Some(micros)
}

/// Days since 1970-01-01 of a date of the Gregorian calendar (H. Hinnant, `days_from_civil`).
#[inline]
pub(crate) fn days_from_civil(year: u32, month: u32, day: u32) -> Option<i64> {
    const LENGTHS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = *LENGTHS.get(month.wrapping_sub(1) as usize)? + u32::from(leap && month == 2);
    if day == 0 || day > length {
        return None;
    }
    let (y, m) = (i64::from(year) - i64::from(month <= 2), i64::from((month + 9) % 12));
    let era = y.div_euclid(400);
    let of_era = y.rem_euclid(400);
    let day_of_year = (153 * m + 2) / 5 + i64::from(day) - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719_468)
}

/// Year, month, day of a number of days since 1970-01-01 (H. Hinnant, `civil_from_days`).
#[inline]
pub(crate) fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = (if mp < 10 { mp + 3 } else { mp - 9 }) as u32;
    (yoe + era * 400 + i64::from(month <= 2), month, (doy - (153 * mp + 2) / 5 + 1) as u32)
}

/// Appends `YYYY-MM-DD`.
#[inline]
pub(crate) fn push_date(out: &mut Vec<u8>, days: i64) {
    let (year, month, day) = civil_from_days(days);
    if (0..=9999).contains(&year) {
        let pair = |v: i64| [b'0' + (v / 10) as u8, b'0' + (v % 10) as u8];
        let ([a, b], [c, d]) = (pair(year / 100), pair(year % 100));
        let ([e, f], [g, h]) = (pair(i64::from(month)), pair(i64::from(day)));
        out.extend_from_slice(&[a, b, c, d, b'-', e, f, b'-', g, h]);
    } else {
        out.extend_from_slice(format!("{year}-{month:02}-{day:02}").as_bytes());
    }
}

/// Appends `YYYY-MM-DD HH:MM:SS[.ffffff]` of microseconds since 1970-01-01 00:00.
#[inline]
pub(crate) fn push_time(out: &mut Vec<u8>, micros: i64) {
    let (seconds, rest) = (micros.div_euclid(SECOND), micros.rem_euclid(SECOND));
    push_date(out, seconds.div_euclid(DAY));
    let of_day = seconds.rem_euclid(DAY);
    let pair = |v: i64| [b'0' + (v / 10) as u8, b'0' + (v % 10) as u8];
    let ([a, b], [c, d], [e, f]) = (pair(of_day / 3600), pair(of_day / 60 % 60), pair(of_day % 60));
    out.extend_from_slice(&[b' ', a, b, b':', c, d, b':', e, f]);
    if rest != 0 {
        out.extend_from_slice(format!(".{rest:06}").trim_end_matches('0').as_bytes());
    }
}

/// Appends a whole number.
#[inline]
pub(crate) fn push_int(out: &mut Vec<u8>, value: i128) {
    let mut digits = [0u8; 40];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    // Mostly one machine word, whose division is cheap.
    if let Ok(mut small) = u64::try_from(rest) {
        loop {
            at -= 1;
            digits[at] = b'0' + (small % 10) as u8;
            small /= 10;
            if small == 0 {
                break;
            }
        }
    } else {
        while rest != 0 {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends `value` × 10^−`scale` with all its decimals.
#[inline]
pub(crate) fn push_decimal(out: &mut Vec<u8>, value: i128, scale: i8) {
    if scale <= 0 {
        push_int(out, value);
        out.extend(std::iter::repeat_n(b'0', if value == 0 { 0 } else { -i32::from(scale) as usize }));
        return;
    }
    let start = out.len();
    push_int(out, value);
    let first = start + usize::from(value < 0);
    let scale = scale as usize;
    while out.len() - first <= scale {
        out.insert(first, b'0');
    }
    out.insert(out.len() - scale, b'.');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_short_way_of_amounts_agrees_with_the_long_one(text in "[-+]?[0-9,]{0,16}\\.?[0-9]{0,4}|[0-9.万¥ -]{0,6}") {
            if let Some(fen) = plain_amount(text.as_bytes()) {
                prop_assert_eq!(parse_yuan(&text), Ok(fen));
            }
            prop_assert_eq!(amount(text.as_bytes()), parse_yuan(&text).ok());
        }

        #[test]
        fn the_short_way_of_times_agrees_with_the_long_one(
            text in "(19[89][0-9]|20[0-9]{2}|[0-9]{4})-[01][0-9]-[0-3][0-9]([ T][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,9})?)?"
        ) {
            for tz in [Tz::Asia__Shanghai, Tz::UTC, Tz::America__New_York] {
                let zone = Zone::new(tz);
                if let Some(at) = zone.plain(text.as_bytes()) {
                    prop_assert_eq!(parse_instant(&text, tz), Some(at), "{} {}", text, tz);
                }
            }
        }

        #[test]
        fn naive_times_agree_with_their_text(micros in -2_000_000_000_000_000i64..4_000_000_000_000_000) {
            for tz in [Tz::Asia__Shanghai, Tz::UTC, Tz::America__New_York] {
                let mut text = Vec::new();
                push_time(&mut text, micros);
                let text = String::from_utf8(text).unwrap();
                prop_assert_eq!(Zone::new(tz).naive(micros), parse_instant(&text, tz), "{}", text);
            }
        }

        #[test]
        fn doubles_of_fen_come_back(fen in -1_000_000_000_000i64..1_000_000_000_000) {
            prop_assert_eq!(amount_of_double(fen as f64 / 100.0), Some(fen));
        }

        #[test]
        fn decimals_are_written_with_all_their_places(value in -100_000i64..100_000) {
            let mut text = Vec::new();
            push_decimal(&mut text, i128::from(value), 2);
            let text = String::from_utf8(text).unwrap();
            prop_assert_eq!(&text, &mingjing_model::money::yuan_text(i128::from(value)));
        }
    }

    #[test]
    fn a_double_goes_to_the_fen_that_is_nearest_to_it() {
        // 1.005 is a little less than that as a double; 0.125 is exact and goes away from zero.
        for (yuan, fen) in
            [(1.005, 100), (0.125, 13), (-0.125, -13), (1.115, 111), (0.1 + 0.2, 30), (2.675, 267)]
        {
            assert_eq!(amount_of_double(yuan), Some(fen), "{yuan}");
        }
        for yuan in [f64::NAN, f64::INFINITY, 1e16] {
            assert_eq!(amount_of_double(yuan), None);
        }
    }

    #[test]
    fn a_decimal_with_a_third_place_is_no_amount() {
        assert_eq!(amount_of_decimal(123_450, 3), Some(12_345));
        assert_eq!(amount_of_decimal(123_456, 3), None);
        assert_eq!(amount_of_decimal(12, 0), Some(1_200));
        assert_eq!(amount_of_decimal(i128::MAX, 0), None);
    }
}
