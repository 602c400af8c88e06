//! Whole files in, rows out.
#![allow(clippy::unwrap_used)]

#[path = "all/borders.rs"]
mod borders;
#[path = "all/broken.rs"]
mod broken;
#[path = "all/formats.rs"]
mod formats;
#[path = "all/headings.rs"]
mod headings;
#[path = "all/look.rs"]
mod look;
#[path = "all/pollution.rs"]
mod pollution;
#[path = "all/rows.rs"]
mod rows;
#[path = "all/shared.rs"]
mod shared;
#[path = "all/weigh.rs"]
mod weigh;
