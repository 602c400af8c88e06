//! Mingjing: the program. Temporary wiring of `synth` and `data`, to be replaced.

mod synth;

use clap::Parser;
use std::process::ExitCode;

#[derive(Parser)]
enum Command {
    /// Make tables of a made-up scheme.
    #[command(subcommand)]
    Synth(Synth),
}

#[derive(clap::Subcommand)]
enum Synth {
    /// A recruitment network with its truth.
    Network(synth::Args),
}

fn main() -> ExitCode {
    let Command::Synth(Synth::Network(args)) = Command::parse();
    match synth::run(&args, &mut std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(error.exit_code())
        }
    }
}
