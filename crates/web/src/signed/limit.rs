//! How often something may be tried by one address or token in a minute.

use crate::fault::Fault;
use mingjing_model::time::Micros;
use std::collections::HashMap;
use std::sync::Mutex;

const MINUTE: Micros = 60_000_000;
/// Keys kept at once; beyond that those whose minute is over are dropped.
const KEYS_MAX: usize = 10_000;

/// A count by key within the present minute of that key.
#[derive(Debug)]
pub struct Limit {
    most: u32,
    counts: Mutex<HashMap<String, (Micros, u32)>>,
}

impl Limit {
    /// At most so many in a minute.
    pub fn new(most: u32) -> Limit {
        Limit { most, counts: Mutex::default() }
    }

    /// Counts one more attempt.
    ///
    /// # Errors
    /// [`Fault::Many`] with the seconds until the minute is over.
    pub fn count(&self, key: &str, now: Micros) -> Result<(), Fault> {
        let mut counts = self.counts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if counts.len() >= KEYS_MAX {
            counts.retain(|_, (began, _)| now.saturating_sub(*began) < MINUTE);
        }
        let entry = counts.entry(key.to_owned()).or_insert((now, 0));
        if now.saturating_sub(entry.0) >= MINUTE {
            *entry = (now, 0);
        }
        entry.1 = entry.1.saturating_add(1);
        if entry.1 <= self.most {
            return Ok(());
        }
        let left = entry.0.saturating_add(MINUTE).saturating_sub(now);
        Err(Fault::Many { seconds: u64::try_from(left / 1_000_000).unwrap_or(0) + 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_minute() {
        let limit = Limit::new(2);
        assert!(limit.count("a", 0).is_ok());
        assert!(limit.count("a", 1).is_ok());
        assert!(matches!(limit.count("a", 2_000_000), Err(Fault::Many { seconds: 59 })));
        assert!(limit.count("b", 2).is_ok());
        assert!(limit.count("a", MINUTE).is_ok());
    }
}
