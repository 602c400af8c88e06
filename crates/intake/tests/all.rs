//! Whole files in, rows out.
#![allow(clippy::unwrap_used)]

#[path = "all/borders.rs"]
mod borders;
#[path = "all/rows.rs"]
mod rows;
#[path = "all/shared.rs"]
mod shared;
