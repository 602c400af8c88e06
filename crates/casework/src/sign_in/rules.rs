//! The numbers of `data/policy/sign_in.yaml` and the list of frequent passwords.

use crate::permission::Fault;
use mingjing_model::time::Micros;
use serde::Deserialize;
use std::collections::HashSet;

const SECOND: Micros = 1_000_000;
const FILE: &str = "sign_in.yaml";
const LIST: &str = "passwords.txt";
/// Shorter entries would be found in most passwords.
const ENTRY_CHARS_MIN: usize = 6;

/// How people sign in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    #[serde(rename = "version")]
    _version: u32,
    /// Parameters of Argon2id.
    pub hash: HashRules,
    /// What a password must be.
    pub password: PasswordRules,
    /// When an account is locked.
    pub lockout: LockoutRules,
    /// Recovery of the second factor.
    pub second_factor: FactorRules,
    /// Frequent passwords in lower case.
    #[serde(skip)]
    pub frequent: HashSet<String>,
}

/// Parameters of Argon2id.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HashRules {
    /// Memory, KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
    /// How many are computed at once.
    pub at_once: usize,
    /// Whence the numbers are.
    pub source: String,
    /// `sourced`: read in a source; `recalled`: from memory.
    pub wording: String,
}

/// What a password must be.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordRules {
    /// Fewest characters.
    pub length_min: usize,
    /// Most characters.
    pub length_max: usize,
    /// Fewest different characters.
    pub distinct_min: usize,
    /// Fewest characters besides frequent passwords in it.
    pub besides_listed_min: usize,
    /// After how many days it must be changed; none: never.
    pub age_days_max: Option<u32>,
    /// Characters of a first password.
    pub first_length: usize,
    /// Whence the rules are.
    pub source: String,
    /// `sourced`: read in a source; `recalled`: from memory.
    pub wording: String,
}

/// When an account is locked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockoutRules {
    /// After how many failures in a row, each time.
    pub failures: u32,
    /// For how long, the first time, the second …; the last holds from then on.
    pub seconds: Vec<u32>,
    /// Whence the rules are.
    pub source: String,
    /// `sourced`: read in a source; `recalled`: from memory.
    pub wording: String,
}

/// Recovery of the second factor.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactorRules {
    /// How many codes are given out.
    pub recovery_codes: usize,
    /// Whence the rules are.
    pub source: String,
    /// `sourced`: read in a source; `recalled`: from memory.
    pub wording: String,
}

impl Rules {
    /// The rules that are compiled in.
    pub fn embedded() -> Rules {
        let rules = include_str!("../../../../data/policy/sign_in.yaml");
        let list = include_str!("../../../../data/policy/passwords.txt");
        Rules::parse(rules, list).expect("a test parses the files that are compiled in")
    }

    /// Reads rules and list.
    ///
    /// # Errors
    /// Every fault with file and key.
    pub fn parse(rules: &str, list: &str) -> Result<Rules, Vec<Fault>> {
        let read: Result<Rules, _> = serde_yaml_ng::from_str(rules);
        let mut rules = read.map_err(|error| vec![Fault::new(FILE, "yaml", error.to_string())])?;
        let mut faults = Vec::new();
        let mut at_least = |key: &str, is: u64, least: u64| {
            if is < least {
                faults.push(Fault::new(FILE, key, format!("is {is}, must be at least {least}")));
            }
        };
        at_least("hash.memory_kib", rules.hash.memory_kib.into(), 8 * u64::from(rules.hash.lanes.max(1)));
        at_least("hash.passes", rules.hash.passes.into(), 1);
        at_least("hash.lanes", rules.hash.lanes.into(), 1);
        at_least("hash.at_once", rules.hash.at_once as u64, 1);
        at_least("password.length_min", rules.password.length_min as u64, 8);
        at_least("password.length_max", rules.password.length_max as u64, 64);
        at_least(
            "password.first_length",
            rules.password.first_length as u64,
            rules.password.length_min as u64,
        );
        at_least("lockout.failures", rules.lockout.failures.into(), 1);
        at_least("lockout.seconds", rules.lockout.seconds.len() as u64, 1);
        at_least("second_factor.recovery_codes", rules.second_factor.recovery_codes as u64, 1);
        if !rules.lockout.seconds.is_sorted() {
            faults.push(Fault::new(FILE, "lockout.seconds", "must grow"));
        }
        for (number, line) in list.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
            let key = || format!("line {}", number + 1);
            if line.chars().count() < ENTRY_CHARS_MIN || line.to_lowercase() != line {
                let expected = format!("{line:?}: six characters or more, in lower case");
                faults.push(Fault::new(LIST, key(), expected));
            } else if !rules.frequent.insert(line.to_owned()) {
                faults.push(Fault::new(LIST, key(), format!("{line:?} stands twice")));
            }
        }
        if faults.is_empty() { Ok(rules) } else { Err(faults) }
    }

    /// Checks the files of `data/policy`; says what was checked.
    pub(crate) fn check(files: &[(&str, &str)]) -> Result<String, Vec<Fault>> {
        let text = |name: &str| files.iter().find(|(file, _)| *file == name).map_or("", |(_, text)| *text);
        let rules = Rules::parse(text(FILE), text(LIST))?;
        Ok(format!("sign-in: rules, {} frequent passwords", rules.frequent.len()))
    }
}

impl PasswordRules {
    /// Is a password that was set then too old now?
    pub fn is_old(&self, changed_at: Option<Micros>, now: Micros) -> bool {
        let Some(days) = self.age_days_max else { return false };
        changed_at.is_some_and(|at| now - at > Micros::from(days) * 86_400 * SECOND)
    }
}

impl LockoutRules {
    /// For how long an account is locked after its nth failure in a row; microseconds.
    pub fn lock_after(&self, failures: i64) -> Option<Micros> {
        let each = i64::from(self.failures);
        if failures < each || failures % each != 0 {
            return None;
        }
        let time = usize::try_from(failures / each - 1).unwrap_or(usize::MAX).min(self.seconds.len() - 1);
        Some(Micros::from(self.seconds[time]) * SECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_grow_and_the_last_one_repeats() {
        let lockout = Rules::embedded().lockout;
        assert_eq!(lockout.lock_after(4), None);
        let minutes = |failures| lockout.lock_after(failures).map(|micros| micros / SECOND / 60);
        let locks: Vec<_> = [5, 6, 10, 15, 20, 25].map(minutes).into();
        assert_eq!(locks, [Some(1), None, Some(5), Some(15), Some(60), Some(60)]);
    }

    #[test]
    fn a_password_grows_old_only_where_a_term_is_set() {
        let mut rules = Rules::embedded().password;
        let day = 86_400 * SECOND;
        assert!(!rules.is_old(Some(0), 9_999 * day));
        rules.age_days_max = Some(180);
        assert!(!rules.is_old(Some(0), 180 * day) && rules.is_old(Some(0), 180 * day + 1));
        assert!(!rules.is_old(None, 9_999 * day));
    }

    #[test]
    fn rules_that_protect_nobody_are_faults() {
        let text = include_str!("../../../../data/policy/sign_in.yaml");
        let weak = text.replace("length_min: 12", "length_min: 4").replace("[60, 300", "[300, 60");
        let faults = Rules::parse(&weak, "a123456\na123456\nABC\n").unwrap_err();
        let keys: Vec<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
        assert_eq!(keys, ["password.length_min", "lockout.seconds", "line 2", "line 3"]);
    }
}
