//! The web as one program: every story in process, on both databases.

// Helpers stand outside of the tests themselves, where the house rule lets only tests unwrap.
#![allow(clippy::unwrap_used)]

mod all {
    mod admin;
    pub mod app;
    mod csrf;
    mod directory;
    mod faults;
    mod list;
    mod network;
    mod routes;
    mod sign_in;
    mod stories;
}
