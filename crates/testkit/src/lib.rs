//! For tests only: builders of random and of golden networks, the tools that hold two counts against each other, and
//! fresh databases.
//!
//! Rolls no dice of its own: seeds come in, proptest prints its own. Knows shapes, not ways of counting.

pub mod databases;
pub mod dirty;
pub mod fields;
pub mod forest;
pub mod golden;
pub mod postgres;
pub mod rows;
pub mod scenario;

pub use databases::{Database, databases};
pub use dirty::dirty_network;
pub use fields::{fields, first_difference};
pub use forest::random_forest;
pub use golden::{GoldenCase, check, check_refusal, golden_cases};
pub use rows::{Entry, Fingerprint, Member, Rows};
pub use scenario::Scenario;
