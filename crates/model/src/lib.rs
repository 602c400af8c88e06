//! Plain types with their invariants: money, time, identity numbers, masks, divisions, numbers of stored things.
//!
//! This crate must not read or write anything, know a file format or a rule that a statute may change.

pub mod division;
pub mod id;
pub mod identity;
pub mod mask;
pub mod money;
pub mod time;
