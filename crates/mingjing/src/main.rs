//! Mingjing 明镜: the program. One file per subcommand; this one reads the command line and gives the exit code:
//! 0 done, 1 the world's fault, 2 the user's, 3 what was checked is broken, 130 interrupted.

mod audit;
mod backup;
mod config;
mod data;
mod demo;
mod doctor;
mod error;
mod law;
mod migrate;
mod network;
mod place;
mod serve;
mod synth;
mod user;
mod watch;

use clap::{Parser, Subcommand};
use error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::sync::atomic::Ordering::Relaxed;

/// Name and version, as results carry them.
const TOOL: &str = concat!("mingjing ", env!("CARGO_PKG_VERSION"));

/// 明镜 Mingjing: open software against pyramid selling.
#[derive(Parser)]
#[command(name = "mingjing", version)]
struct Cli {
    /// Answer in JSON, for machines.
    #[arg(long, global = true)]
    json: bool,
    /// Print what each phase took, on standard error.
    #[arg(long, global = true)]
    timings: bool,
    /// How progress is told on standard error.
    #[arg(long, global = true, value_enum, default_value = "bar", value_name = "HOW")]
    progress: watch::Told,
    /// Stop, as on Ctrl-C, when standard input ends: for a program that started this one and may die.
    #[arg(long, global = true)]
    tethered: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the platform: pages, API, background work.
    Serve(serve::Args),
    /// A made-up city to look around in.
    Demo(demo::Args),
    /// Recruitment networks: count, explain, verify.
    #[command(subcommand)]
    Network(Box<network::Command>),
    /// Make tables of a made-up scheme.
    #[command(subcommand)]
    Synth(Synth),
    /// Look after the data the program is made of.
    #[command(subcommand)]
    Data(Data),
    /// Accounts and roles, from the machine itself.
    #[command(subcommand)]
    User(user::Command),
    /// Check or export the audit log.
    #[command(subcommand)]
    Audit(audit::Args),
    /// Back up the database and the data directory; the server may run.
    Backup(backup::Args),
    /// Restore a backup into a new place.
    Restore(backup::RestoreArgs),
    /// Bring the database to the shape this program knows.
    Migrate(migrate::Args),
    /// Look whether an installation is well.
    Doctor(doctor::Args),
}

#[derive(Subcommand)]
enum Synth {
    /// A recruitment network with its truth.
    Network(synth::Args),
}

#[derive(Subcommand)]
enum Data {
    /// Check every file.
    Check(data::Args),
    /// List the counting policies.
    Policies,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    // Only `analyze` tidies up after a Ctrl-C; the others end at once. So does a second one: what it leaves is
    // removed by the next run.
    let tidies = matches!(&cli.command, Command::Network(command) if matches!(**command, network::Command::Analyze(_)));
    // The server ends its requests and jobs first, and hears the signal itself.
    let is_server = matches!(&cli.command, Command::Serve(_) | Command::Demo(_));
    let handled = match is_server {
        true => Ok(()),
        false => ctrlc::set_handler(move || {
            if watch::STOP.swap(true, Relaxed) || !tidies {
                std::process::exit(130);
            }
        }),
    };
    if cli.tethered {
        watch::stop_with_standard_input();
    }
    let progress = watch::Progress::new(cli.timings, cli.progress);
    let done = match handled {
        Ok(()) => run(cli.command, cli.json, progress),
        Err(e) => Err(Error::World(format!("cannot handle Ctrl-C: {e}"))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let text = match cli.json {
                true => error_json(error.code(), &error.to_string()),
                false => format!("错误 error: {error}"),
            };
            // A closed standard error leaves the exit code.
            let _ = writeln!(std::io::stderr(), "{text}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn error_json(code: &str, message: &str) -> String {
    serde_json::json!({"error": {"code": code, "message": message}}).to_string()
}

/// Help and version, or an argument that is none: exit code 2.
fn usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && std::env::args_os().any(|argument| argument == "--json") {
        // A closed standard error leaves the exit code.
        let _ = writeln!(std::io::stderr(), "{}", error_json("usage", &error.to_string()));
        return ExitCode::from(2);
    }
    error.exit()
}

fn run(command: Command, json: bool, progress: watch::Progress) -> Result<(), Error> {
    let out = &mut std::io::stdout();
    match command {
        Command::Network(command) => network::run(*command, &mut network::Output { out, progress, json }),
        Command::Synth(Synth::Network(args)) => {
            let said =
                |out: &mut dyn Write| synth::run(&args, out).map_err(|e| (e.exit_code(), e.to_string()));
            lines(json, out, said)
        }
        Command::Data(Data::Check(args)) => {
            let said =
                |out: &mut dyn Write| data::run(&args, out).map_err(|e| (e.exit_code(), e.to_string()));
            lines(json, out, said)
        }
        Command::Data(Data::Policies) => policies(json, out),
        Command::Serve(args) => serve::run(&args, out),
        Command::Demo(args) => demo::run(&args, out),
        Command::User(args) => at(args.place(), json, out, |place, out| user::run(&args, place, out)),
        Command::Audit(args) => at(args.place(), json, out, |place, out| audit::run(&args, place, out)),
        Command::Backup(args) => at(&args.place, json, out, |place, out| backup::run(&args, place, out)),
        Command::Restore(args) => {
            at(&args.place, json, out, |place, out| backup::run_restore(&args, place, out))
        }
        Command::Migrate(args) => at(&args.place, json, out, |place, out| migrate::run(&args, place, out)),
        Command::Doctor(args) => at(&args.place, json, out, |place, out| doctor::run(&args, place, out)),
    }
}

/// Runs a command on an installation.
fn at(
    flags: &place::Flags,
    json: bool,
    out: &mut dyn Write,
    command: impl FnOnce(&place::Place, &mut dyn Write) -> Result<(), Error>,
) -> Result<(), Error> {
    let clock = std::sync::Arc::new(mingjing_casework::clock::System);
    let place = flags.place(|name| std::env::var(name).ok(), clock);
    if !json {
        return command(&place, out);
    }
    // What was said before a fault is part of the answer: a check says its faults line by line.
    let mut said = Vec::new();
    let done = command(&place, &mut said);
    let said = String::from_utf8_lossy(&said);
    if !said.is_empty() {
        put(out, &format!("{}\n", serde_json::json!({ "lines": said.lines().collect::<Vec<_>>() })))?;
    }
    done
}

/// What a command says in lines; for machines in a list of them.
fn lines(
    json: bool,
    out: &mut dyn Write,
    command: impl FnOnce(&mut dyn Write) -> Result<(), (u8, String)>,
) -> Result<(), Error> {
    let mut said = Vec::new();
    command(if json { &mut said } else { &mut *out }).map_err(|(code, message)| coded(code, message))?;
    if !json {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&said);
    put(out, &format!("{}\n", serde_json::json!({ "lines": said.lines().collect::<Vec<_>>() })))
}

fn put(out: &mut dyn Write, text: &str) -> Result<(), Error> {
    out.write_all(text.as_bytes()).map_err(|e| Error::World(format!("standard output: {e}")))
}

fn coded(exit_code: u8, message: String) -> Error {
    if exit_code == 2 { Error::user("refused", message) } else { Error::World(message) }
}

fn policies(json: bool, out: &mut dyn Write) -> Result<(), Error> {
    let all = law::policies();
    if json {
        let named = all.iter().map(
            |named| serde_json::json!({"id": named.policy.id, "zh": named.name.zh, "en": named.name.en}),
        );
        return put(out, &format!("{:#}\n", serde_json::json!({ "policies": named.collect::<Vec<_>>() })));
    }
    all.iter().try_for_each(|named| {
        put(out, &format!("{:<24} {}\n{:<24} {}\n", named.policy.id, named.name.zh, "", named.name.en))
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
