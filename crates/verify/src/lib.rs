//! The audit chain: the text form of records, their hashes, and the check of an exported file.
//!
//! Knows no database and no network, so that whoever doubts the server can check its log without it. What a record
//! means is none of its business. Everything streams: memory does not grow with the log.

pub mod chain;
pub mod fault;
pub mod file;
pub mod record;

pub use chain::{Checker, Report};
pub use fault::Fault;
pub use record::{Head, Link, Record, START};
