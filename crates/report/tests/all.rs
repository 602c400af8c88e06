//! Documents made from whole counts, read back and looked at from outside.

// Helpers stand outside of the tests themselves, where the house rule lets only tests unwrap.
#![allow(clippy::unwrap_used)]

#[path = "all/book.rs"]
mod book;
#[path = "all/bounds.rs"]
mod bounds;
#[path = "all/keys.rs"]
mod keys;
#[path = "all/page.rs"]
mod page;
#[path = "all/scheme.rs"]
mod scheme;
#[path = "all/table.rs"]
mod table;
