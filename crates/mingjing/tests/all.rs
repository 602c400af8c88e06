//! The program as people run it: the binary on real files in directories of its own. Nothing here calls into the
//! program; the crates it is made of are used only to read what it wrote.

// Helpers of tests unwrap too.
#![allow(clippy::unwrap_used)]

#[path = "all/program.rs"]
mod program;

#[path = "all/candidates.rs"]
mod candidates;
#[path = "all/chains.rs"]
mod chains;
#[path = "all/checks.rs"]
mod checks;
#[path = "all/determinism.rs"]
mod determinism;
#[path = "all/explain.rs"]
mod explain;
#[path = "all/faults.rs"]
mod faults;
#[path = "all/forest.rs"]
mod forest;
#[path = "all/installation.rs"]
mod installation;
#[path = "all/interruption.rs"]
mod interruption;
#[path = "all/pollution.rs"]
mod pollution;
#[path = "all/questions.rs"]
mod questions;
#[path = "all/samples.rs"]
mod samples;
#[path = "all/serve.rs"]
mod serve;
