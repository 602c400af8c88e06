//! `mingjing network`: analyse a member table and a ledger, explain and verify the result, open branches.

mod analyze;
mod branch;
mod candidates;
mod compare;
mod explain;
mod found;
mod job;
mod names;
mod tables;
mod told;
mod verify;

use crate::error::Error;
use crate::watch::Progress;
use std::io::Write;

/// Subcommands.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Count a network and write the result directory.
    Analyze(analyze::Args),
    /// Show how a figure comes about, down to the rows.
    Explain(explain::Args),
    /// Count again from the inputs by the slow, obvious way and compare.
    Verify(verify::Args),
    /// Open a branch of the tree at once.
    Branch(branch::Args),
    /// Set two counting policies side by side.
    Compare(compare::Args),
}

/// What the subcommands share.
pub struct Output<'a> {
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Progress on standard error.
    pub progress: Progress,
    /// For machines: JSON instead of sentences.
    pub json: bool,
}

impl Output<'_> {
    /// Writes a text; a reader that closed the pipe is no error.
    pub fn say(&mut self, text: &str) -> Result<(), Error> {
        match self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()) {
            Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Error::World(format!("standard output: {e}")))
            }
            _ => Ok(()),
        }
    }
}

/// Runs a subcommand.
pub fn run(command: Command, output: &mut Output<'_>) -> Result<(), Error> {
    match command {
        Command::Analyze(args) => analyze::run(&args, output),
        Command::Explain(args) => explain::run(&args, output),
        Command::Verify(args) => verify::run(&args, output),
        Command::Branch(args) => branch::run(&args, output),
        Command::Compare(args) => compare::run(&args, output),
    }
}
