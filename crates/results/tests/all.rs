//! One binary for all tests from outside.

// Helpers stand outside the test functions.
#![allow(clippy::unwrap_used)]

mod all {
    mod branches;
    mod pages;
    pub mod build;
    mod stage;
    mod tables;
    mod words;
}
