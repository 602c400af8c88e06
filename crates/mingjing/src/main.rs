//! Mingjing: the program. Temporary wiring of `synth` and `data`, to be replaced.

mod data;
#[allow(dead_code)]
mod law;
mod synth;

use clap::Parser;
use std::process::ExitCode;

#[derive(Parser)]
enum Command {
    /// Make tables of a made-up scheme.
    #[command(subcommand)]
    Synth(Synth),
    /// Look after the data the program is made of.
    #[command(subcommand)]
    Data(Data),
}

#[derive(clap::Subcommand)]
enum Synth {
    /// A recruitment network with its truth.
    Network(synth::Args),
}

#[derive(clap::Subcommand)]
enum Data {
    /// Check every file.
    Check(data::Args),
}

fn main() -> ExitCode {
    let out = &mut std::io::stdout();
    let failed = match Command::parse() {
        Command::Synth(Synth::Network(args)) => {
            synth::run(&args, out).map_err(|error| (error.to_string(), error.exit_code()))
        }
        Command::Data(Data::Check(args)) => {
            data::run(&args, out).map_err(|error| (error.to_string(), error.exit_code()))
        }
    };
    match failed {
        Ok(()) => ExitCode::SUCCESS,
        Err((message, code)) => {
            eprintln!("{message}");
            ExitCode::from(code)
        }
    }
}
