//! One binary for all tests from outside.

mod all {
    pub mod build;
    mod stage;
    mod tables;
}
