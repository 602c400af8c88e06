//! Who may do what, and what then happens: permissions, sign-in, people and duty, audit, jobs, analyses.
//!
//! Knows no HTTP and no HTML. Everything that changes something writes its audit entry in the same transaction.

pub mod analysis;
pub mod audit;
pub mod clock;
pub mod demo;
pub mod duty;
pub mod job;
pub mod keys;
pub mod people;
pub mod permission;
pub mod sign_in;
