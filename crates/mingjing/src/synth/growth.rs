//! When accounts join: slow start, exponential growth, plateau, collapse; busy evenings, quiet nights.
//!
//! Times are seconds since [`OPENED`]; China has kept no summer time since 1991, so a day has 86,400 seconds.

use super::dice::Dice;
use chrono::NaiveDate;

/// Seconds of a day.
pub const DAY: u32 = 86_400;
/// Days from the first to the last possible join.
pub const DAYS: u32 = 900;
/// The day from which withdrawals are no longer paid.
pub const COLLAPSE: u32 = 690;
/// Midnight in Shanghai of the first day, as Unix seconds: 2018-03-01 00:00 +08:00.
pub const OPENED: i64 = 1_519_833_600;

/// Share of a day's joins in each hour, in thousandths.
const HOURS: [u32; 24] =
    [12, 6, 3, 2, 2, 3, 8, 18, 36, 62, 74, 58, 38, 44, 62, 70, 62, 48, 44, 66, 92, 92, 66, 32];

/// The join times of all accounts, rising.
pub struct Joins {
    per_day: Vec<u32>,
    day: usize,
    of_day: u32,
}

impl Joins {
    /// A plan for `accounts` joins.
    pub fn new(accounts: u32) -> Joins {
        let weights: Vec<f64> = (0..DAYS).map(weight).collect();
        let total: f64 = weights.iter().sum();
        let (mut sum, mut given) = (0.0, 0u32);
        let mut per_day: Vec<u32> = Vec::with_capacity(DAYS as usize);
        for weight in weights {
            sum += weight;
            let until = (sum / total * f64::from(accounts)).round() as u32;
            per_day.push(until - given);
            given = until;
        }
        *per_day.last_mut().expect("a scheme has days") += accounts - given;
        Joins { per_day, day: 0, of_day: 0 }
    }

    /// The next join time; after the last it stays on the last day.
    pub fn next(&mut self, dice: &mut Dice) -> u32 {
        while self.of_day >= self.per_day[self.day] && self.day + 1 < self.per_day.len() {
            self.day += 1;
            self.of_day = 0;
        }
        let share = (f64::from(self.of_day) + dice.unit()) / f64::from(self.per_day[self.day].max(1));
        self.of_day += 1;
        self.day as u32 * DAY + second_of(share.min(0.999_999))
    }
}

/// How busy a day is against others.
fn weight(day: u32) -> f64 {
    let at = f64::from(day) / f64::from(DAYS);
    let growth = 1.0 / (1.0 + (-(at - 0.45) / 0.07).exp());
    let fall = if at < 0.75 { 1.0 } else { (-(at - 0.75) / 0.03).exp() };
    // 2018-03-01 was a Thursday: days 2 and 3 of each seven are a week-end.
    let week = if matches!(day % 7, 2 | 3) { 1.35 } else { 1.0 };
    growth * fall * week
}

/// The second of the day by which `share` of the day's joins have come.
fn second_of(share: f64) -> u32 {
    let total: u32 = HOURS.iter().sum();
    let mut left = share * f64::from(total);
    for (hour, &busy) in (0u32..).zip(&HOURS) {
        if left < f64::from(busy) {
            return hour * 3_600 + (left / f64::from(busy) * 3_600.0) as u32;
        }
        left -= f64::from(busy);
    }
    DAY - 1
}

/// Calendar dates as text, by day since the opening.
pub struct Calendar(Vec<String>);

impl Calendar {
    /// Dates of all days a scheme can name.
    pub fn new() -> Calendar {
        let first = NaiveDate::from_ymd_opt(2018, 3, 1).expect("a date of the calendar");
        Calendar(first.iter_days().take(DAYS as usize + 120).map(|day| day.to_string()).collect())
    }

    /// Writes `2018-03-01 09:05:00`.
    pub fn push(&self, at: u32, text: &mut String) {
        let (day, second) = ((at / DAY) as usize, at % DAY);
        text.push_str(&self.0[day.min(self.0.len() - 1)]);
        for (mark, part) in [(' ', second / 3_600), (':', second / 60 % 60), (':', second % 60)] {
            text.push(mark);
            text.push(char::from(b'0' + (part / 10) as u8));
            text.push(char::from(b'0' + (part % 10) as u8));
        }
    }
}

/// Unix microseconds of a time of the scheme.
pub fn micros(at: u32) -> i64 {
    (OPENED + i64::from(at)) * 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_rise_slowly_then_fast_and_stop() {
        let mut joins = Joins::new(10_000);
        let mut dice = Dice::new(1, 1);
        let times: Vec<u32> = (0..10_000).map(|_| joins.next(&mut dice)).collect();
        assert!(times.is_sorted());
        let by = |share: f64| times.iter().filter(|&&t| f64::from(t) < share * f64::from(DAYS * DAY)).count();
        assert!(by(0.25) < 600 && by(0.5) < 4_000, "{} {}", by(0.25), by(0.5));
        assert!(by(0.75) > 8_500 && by(0.9) > 9_900, "{} {}", by(0.75), by(0.9));
    }

    #[test]
    fn a_time_is_written_as_the_clock_in_shanghai_shows_it() {
        let mut text = String::new();
        Calendar::new().push(DAY + 3_661, &mut text);
        assert_eq!(text, "2018-03-02 01:01:01");
        let read = mingjing_model::time::parse_instant(&text, chrono_tz::Asia::Shanghai);
        assert_eq!(read, Some(micros(DAY + 3_661)));
    }
}
