//! One binary for all tests from outside.

// Helpers stand outside the test functions.
#![allow(clippy::unwrap_used)]

mod all {
    mod branches;
    pub mod build;
    mod pages;
    mod stage;
    mod tables;
    mod words;
}
