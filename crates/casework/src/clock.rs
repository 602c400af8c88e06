//! The clock, as a parameter: the system's in the program, a fixed one in tests.

use mingjing_model::time::Micros;
use std::fmt::Debug;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time.
pub trait Clock: Debug + Send + Sync {
    /// Microseconds since 1970 in UTC.
    fn now(&self) -> Micros;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Clock for System {
    fn now(&self) -> Micros {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct Fixed(AtomicI64);

impl Fixed {
    /// Stands at `now`.
    pub fn at(now: Micros) -> Fixed {
        Fixed(AtomicI64::new(now))
    }

    /// Moves it on.
    pub fn pass(&self, micros: i64) {
        self.0.fetch_add(micros, SeqCst);
    }
}

impl Clock for Fixed {
    fn now(&self) -> Micros {
        self.0.load(SeqCst)
    }
}
