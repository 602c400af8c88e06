//! Whole counts from rows to figures: golden cases, and one way of counting against the other.

#[path = "all/fast.rs"]
mod fast;
#[path = "all/golden.rs"]
mod golden;
#[path = "all/slow.rs"]
mod slow;
#[path = "all/twin.rs"]
mod twin;
