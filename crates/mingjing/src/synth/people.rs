//! Who holds the accounts: made-up numbers and names that no real person can bear, each decided by the person's
//! number alone, so that nothing of them is kept.
//!
//! Identity numbers pass the check of GB 11643-1999 but begin with 5299, a prefecture that GB/T 2260 has never
//! had. Phones begin with 12, which no operator was given; bank cards with 999999, which no issuer holds.

use super::dice::mixed;
use chrono::NaiveDate;

const BIRTHDAYS: u64 = 18_262;
const DIVISIONS: u64 = 10;
/// How many persons there are numbers for.
pub const PERSONS_MAX: u64 = DIVISIONS * BIRTHDAYS * 1_000;

const SURNAMES: &str = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜";
const GIVEN: &str = "安柏晨岱恩帆歌禾嘉可岚霖茗宁朴琪睿珊桐维溪妍一泽舟致知之远清";

/// Writes the numbers and names of persons.
pub struct People {
    birthdays: Vec<[u8; 8]>,
    surnames: Vec<char>,
    given: Vec<char>,
}

impl People {
    /// Prepares the tables.
    pub fn new() -> People {
        let first = NaiveDate::from_ymd_opt(1950, 1, 1).expect("a date of the calendar");
        let digits = |day: NaiveDate| {
            let text = day.format("%Y%m%d").to_string();
            text.as_bytes().try_into().expect("eight digits")
        };
        People {
            birthdays: first.iter_days().take(BIRTHDAYS as usize).map(digits).collect(),
            surnames: SURNAMES.chars().collect(),
            given: GIVEN.chars().collect(),
        }
    }

    /// The 18 characters of a person's identity number, as ASCII.
    pub fn identity(&self, person: u32) -> [u8; 18] {
        // A permutation: the factor shares no divisor with PERSONS_MAX.
        let spread = (u64::from(person) * 73_687_871 + 31_415_927) % PERSONS_MAX;
        let (sequence, rest) = (spread % 1_000, spread / 1_000);
        let (birthday, division) = (rest % BIRTHDAYS, rest / BIRTHDAYS);
        let mut text = *b"529990000000000000";
        text[5] = b'0' + division as u8;
        text[6..14].copy_from_slice(&self.birthdays[birthday as usize]);
        for (place, power) in [(14, 100), (15, 10), (16, 1)] {
            text[place] = b'0' + (sequence / power % 10) as u8;
        }
        text[17] = check_character(&text);
        text
    }

    /// The same number with a wrong check character.
    pub fn wrong_identity(&self, person: u32) -> [u8; 18] {
        let mut text = self.identity(person);
        text[17] = if text[17] == b'7' { b'3' } else { b'7' };
        text
    }

    /// Adds a name.
    pub fn push_name(&self, person: u32, text: &mut String) {
        let dice = mixed(u64::from(person) ^ 0x6E61_6D65);
        text.push(self.surnames[dice as usize % self.surnames.len()]);
        text.push(self.given[(dice >> 8) as usize % self.given.len()]);
        if dice >> 60 != 0 {
            text.push(self.given[(dice >> 16) as usize % self.given.len()]);
        }
    }

    /// Adds a phone number.
    pub fn push_mobile(&self, person: u32, text: &mut String) {
        text.push_str("12");
        push_digits(mixed(u64::from(person) ^ 0x7068_6F6E) % 1_000_000_000, 9, text);
    }

    /// Adds a bank card number.
    pub fn push_card(&self, person: u32, text: &mut String) {
        text.push_str("999999");
        push_digits(mixed(u64::from(person) ^ 0x6361_7264) % 10_000_000_000_000, 13, text);
    }
}

/// Adds `number` with leading zeros to `width` digits.
pub fn push_digits(number: u64, width: usize, text: &mut String) {
    let mut digits = [b'0'; 20];
    let mut left = number;
    for digit in digits[..width].iter_mut().rev() {
        *digit = b'0' + (left % 10) as u8;
        left /= 10;
    }
    text.extend(digits[..width].iter().map(|&digit| char::from(digit)));
}

fn check_character(digits: &[u8; 18]) -> u8 {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, w)| u32::from(d - b'0') * w).sum();
    b"10X98765432"[(sum % 11) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use mingjing_model::identity::{Check, check, normalize};
    use std::collections::HashSet;

    #[test]
    fn numbers_pass_the_check_are_unlike_and_name_no_real_division() {
        let people = People::new();
        let mut seen = HashSet::new();
        for person in (0..5_000).chain(182_000_000..182_001_000) {
            let text = String::from_utf8(people.identity(person).to_vec()).unwrap();
            assert_eq!(normalize(&text).as_deref(), Some(&*text));
            assert_eq!(check(&text), Check::Right, "{text}");
            assert!(text.starts_with("5299"));
            assert!(seen.insert(text));
            let wrong = String::from_utf8(people.wrong_identity(person).to_vec()).unwrap();
            assert_eq!(check(&wrong), Check::Wrong, "{wrong}");
        }
    }

    #[test]
    fn the_spread_of_numbers_is_a_permutation() {
        fn common(a: u64, b: u64) -> u64 {
            if b == 0 { a } else { common(b, a % b) }
        }
        assert_eq!(common(73_687_871, PERSONS_MAX), 1);
    }
}
