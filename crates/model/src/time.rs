//! Times as tables write them, and calendar dates in Asia/Shanghai.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone};
use chrono_tz::{Asia::Shanghai, Tz};

/// Microseconds since 1970-01-01 UTC.
pub type Micros = i64;
/// A calendar date: days since 1970-01-01.
pub type Day = i32;

const SECOND: i64 = 1_000_000;
const DAY_SECONDS: i64 = 86_400;

/// Reads a time; a naive one is taken in `zone`. `None` when it cannot be read.
///
/// Forms: `2020-06-30`, `2020/6/30`, `20200630`, `2020年6月30日`, each with `HH:MM[:SS[.fraction]]` behind a blank
/// or `T`; `Z` or an offset behind; ten digits are Unix seconds, thirteen Unix milliseconds.
pub fn parse_instant(text: &str, zone: Tz) -> Option<Micros> {
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit()) {
        match text.len() {
            10 => return text.parse::<i64>().ok().map(|s| s * SECOND),
            13 => return text.parse::<i64>().ok().map(|ms| ms * 1_000),
            _ => {}
        }
    }
    if let Ok(fixed) = chrono::DateTime::parse_from_rfc3339(&text.replacen(' ', "T", 1)) {
        return Some(fixed.timestamp_micros());
    }
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let naive = NaiveDateTime::new(parse_date(date)?, parse_clock(time.trim())?);
    let earliest = zone.from_local_datetime(&naive).earliest()?;
    Some(earliest.timestamp_micros())
}

/// Reads a calendar date in one of the forms of [`parse_instant`].
pub fn parse_day(text: &str) -> Option<Day> {
    let date = parse_date(text.trim())?;
    i32::try_from(date.signed_duration_since(NaiveDate::default()).num_days()).ok()
}

fn parse_date(text: &str) -> Option<NaiveDate> {
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return NaiveDate::from_ymd_opt(
            text[..4].parse().ok()?,
            text[4..6].parse().ok()?,
            text[6..].parse().ok()?,
        );
    }
    let text = text.strip_suffix('日').unwrap_or(text);
    let mut parts = text.split(['-', '/', '.', '年', '月']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let is_number = |part: &str| part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some() || year.len() != 4 || ![year, month, day].into_iter().all(is_number) {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

fn parse_clock(text: &str) -> Option<NaiveTime> {
    if text.is_empty() {
        return Some(NaiveTime::MIN);
    }
    ["%H:%M:%S%.f", "%H:%M"].iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok())
}

/// 1992-01-01 and 9999-01-01 UTC: in between, China has one offset all year (summer time ended in 1991).
const FIXED: std::ops::Range<Micros> = 694_224_000 * SECOND..253_370_764_800 * SECOND;
const FIXED_OFFSET: Micros = 8 * 3_600 * SECOND;

/// The calendar date in Asia/Shanghai at an instant.
#[inline]
pub fn day_in_shanghai(instant: Micros) -> Option<Day> {
    match FIXED.contains(&instant) {
        true => Some(((instant + FIXED_OFFSET) / (DAY_SECONDS * SECOND)) as Day),
        false => day_by_zone(instant),
    }
}

/// The same by the history of the zone.
fn day_by_zone(instant: Micros) -> Option<Day> {
    let at = chrono::DateTime::from_timestamp_micros(instant)?;
    let offset = Shanghai.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
    i32::try_from((instant.div_euclid(SECOND) + i64::from(offset)).div_euclid(DAY_SECONDS)).ok()
}

/// A date as `2020-06-30`; `None` beyond the calendar.
pub fn day_text(day: Day) -> Option<String> {
    NaiveDate::default().checked_add_signed(chrono::Duration::days(i64::from(day))).map(|d| d.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_moment_is_read_from_all_its_forms() {
        let moment = 1_593_484_200 * SECOND;
        for text in [
            "2020-06-30 10:30:00",
            "2020/6/30 10:30",
            "20200630 10:30:00.0",
            "2020年6月30日 10:30:00",
            "2020-06-30T02:30:00Z",
            "2020-06-30T10:30:00+08:00",
            "1593484200",
            "1593484200000",
        ] {
            assert_eq!(parse_instant(text, Shanghai), Some(moment), "{text}");
        }
        assert_eq!(parse_instant("2020-06-30 02:30:00", Tz::UTC), Some(moment));
    }

    #[test]
    fn what_is_not_a_time_is_none() {
        for text in [
            "",
            "2020-02-30",
            "2020-13-01",
            "20-06-30",
            "2020-06",
            "2020-06-30 25:00",
            "abc",
            "2020--1-1",
            "２０２０-06-30",
        ] {
            assert_eq!(parse_instant(text, Shanghai), None, "{text}");
        }
    }

    #[test]
    fn the_short_way_to_the_day_agrees_with_the_history_of_the_zone() {
        let ends = [FIXED.start, FIXED.end].map(|end| end - 1..end + 2).into_iter().flatten();
        // Every 7 hours and 11 seconds over a hundred years, and on both sides of each midnight of one.
        let steps = (0..125_000).map(|i| FIXED.start + i * (7 * 3_600 + 11) * SECOND);
        let midnights = (0..366).flat_map(|i| {
            let midnight = FIXED.start - FIXED_OFFSET + (10_000 + i) * DAY_SECONDS * SECOND;
            [midnight - 1, midnight]
        });
        for instant in ends.chain(steps).chain(midnights) {
            assert_eq!(day_in_shanghai(instant), day_by_zone(instant), "{instant}");
        }
    }

    #[test]
    fn the_day_turns_at_midnight_in_shanghai() {
        let midnight = parse_instant("2020-06-30", Shanghai).unwrap();
        let days = [midnight - 1, midnight].map(|at| day_in_shanghai(at).and_then(day_text));
        assert_eq!(days, [Some("2020-06-29".to_owned()), Some("2020-06-30".to_owned())]);
        // Summer time of 1986 to 1991.
        let summer = parse_instant("1990-07-01", Shanghai).unwrap();
        assert_eq!(day_in_shanghai(summer), parse_day("1990-07-01"));
    }
}
