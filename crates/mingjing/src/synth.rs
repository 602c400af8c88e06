//! `mingjing synth network`: a made-up scheme with the truth beside it.
//!
//! The tables are what an officer would receive; `truth.json` says what must come out, added up by the generator
//! itself. Nothing here is read from a real table, and no number can be a real person's (see [`people`]). The
//! same arguments give the same bytes. This module must not use the engine: it is one of its judges.

mod dice;
mod dirt;
mod growth;
mod ledger;
mod members;
mod people;
#[cfg(test)]
mod recount;
mod scheme;
mod table;
mod truth;

use mingjing_model::money::yuan_text;
use mingjing_results::stage::Stage;
use scheme::Scheme;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use table::{Form, Table};
use truth::{MadeFrom, Truth};

/// Account numbers of the system accounts of a dirty scheme.
pub const SYSTEM_ACCOUNTS: [&str; 2] = ["1", "公司号"];
/// The most accounts one scheme may have.
pub const ACCOUNTS_MAX: u32 = 150_000_000;

/// A bonus plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Plan {
    /// 太阳线: any number of direct lines, three generations of bonus.
    Sunline,
    /// 双轨: two places below each account, spill-over, matching bonus with a daily cap.
    Binary,
    /// 公排: forced places, fixed sums for each level.
    Matrix,
}

/// Which files are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// members.csv, ledger.csv.
    Csv,
    /// members.parquet, ledger.parquet.
    Parquet,
    /// All four.
    Both,
}

/// Encoding of the CSV files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Encoding {
    /// UTF-8 without a mark.
    #[value(name = "utf-8")]
    Utf8,
    /// GB18030.
    #[value(name = "gb18030")]
    Gb18030,
}

/// Arguments of `mingjing synth network`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// How many accounts (a dirty scheme has two system accounts more).
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=i64::from(ACCOUNTS_MAX)))]
    pub accounts: u32,
    /// Number that decides the scheme.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Bonus plan.
    #[arg(long, value_enum, default_value_t = Plan::Sunline)]
    pub plan: Plan,
    /// Dirty pieces for each clean row, 0 to 0.5; each kind of dirt in turn.
    #[arg(long, default_value_t = 0.0)]
    pub dirty: f64,
    /// Directory to write into: new or empty.
    #[arg(long)]
    pub out: PathBuf,
    /// Which files.
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    pub format: Format,
    /// Ledger rows for each account on average; 0 writes no ledger. Below 4 some bonus rows are left out.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(0..=1_000))]
    pub ledger_rows: u32,
    /// Encoding of the CSV files.
    #[arg(long, value_enum, default_value_t = Encoding::Utf8)]
    pub encoding: Encoding,
}

/// Why no scheme was written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The user's to mend.
    #[error("{0}")]
    User(String),
    /// The world's: a file could not be written.
    #[error("{}: {source}", path.display())]
    World {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl From<mingjing_results::Error> for Error {
    fn from(error: mingjing_results::Error) -> Error {
        match error {
            mingjing_results::Error::Io { path, source, .. } => Error::World { path, source },
            mingjing_results::Error::NotEmpty(dir) => Error::User(format!(
                "{}: 目录中已有文件，请换目录。\n{}: not empty; name a new directory",
                dir.display(),
                dir.display()
            )),
            error => Error::User(error.to_string()),
        }
    }
}

impl Error {
    fn world(path: &Path, source: std::io::Error) -> Error {
        Error::World { path: path.to_owned(), source }
    }

    /// 2 for the user's fault, 1 for the world's.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::User(_) => 2,
            Error::World { .. } => 1,
        }
    }
}

/// Writes the scheme, whole or not at all, and says where.
///
/// # Errors
/// [`Error::User`] for a rate beyond its bounds or a directory that is not empty, [`Error::World`] when a file
/// cannot be written.
pub fn run(args: &Args, out: &mut dyn Write) -> Result<(), Error> {
    if !(0.0..=0.5).contains(&args.dirty) {
        return Err(Error::User(format!("--dirty {}: expected a rate from 0 to 0.5", args.dirty)));
    }
    if let Some(parent) = args.out.parent() {
        std::fs::create_dir_all(parent).map_err(|source| Error::world(parent, source))?;
    }
    let stage = Stage::begin(&args.out, false)?;
    let truth = make(args, stage.path())?;
    let path = stage.path().join("truth.json");
    let text = serde_json::to_string_pretty(&truth).expect("a truth is plain data") + "\n";
    std::fs::write(&path, text).map_err(|source| Error::world(&path, source))?;
    stage.commit()?;
    let figures = &truth.figures;
    writeln!(
        out,
        "{}: {} accounts, {} persons, {} levels; member rows {}, ledger rows {}; truth in truth.json",
        args.out.display(),
        figures.accounts,
        figures.persons,
        figures.levels,
        truth.members.read,
        truth.ledger.map_or(0, |rows| rows.read),
    )
    .map_err(|source| Error::world(Path::new("standard output"), source))
}

fn make(args: &Args, dir: &Path) -> Result<Truth, Error> {
    let is_dirty = args.dirty > 0.0;
    let system = if is_dirty { SYSTEM_ACCOUNTS.len() as u32 } else { 0 };
    let mut scheme = Scheme::grow(args.plan, args.accounts, system, args.seed);
    let wanted = (f64::from(args.accounts) * args.dirty).ceil() as u32;
    let dirt = dirt::Plan::make(&mut scheme, wanted, args.seed);
    let form = Form {
        csv: args.format != Format::Parquet,
        parquet: args.format != Format::Csv,
        gb18030: args.encoding == Encoding::Gb18030,
        loose: is_dirty,
    };
    let mut table = Table::create(dir, "members", &members::COLUMNS, form)?;
    let rows = members::write(&scheme, &dirt, args.seed, &mut table)?;
    table.finish()?;
    let mut truth = Truth {
        made_from: MadeFrom {
            accounts: args.accounts,
            seed: args.seed,
            plan: ["sunline", "binary", "matrix"][args.plan as usize],
            dirty: args.dirty,
            ledger_rows: args.ledger_rows,
        },
        figures: truth::figures(&scheme, &dirt),
        members: rows,
        ..Truth::default()
    };
    let mut findings: BTreeMap<&'static str, String> = truth::member_findings(&scheme, &dirt)
        .into_iter()
        .map(|(key, count)| (key, count.to_string()))
        .collect();
    truth.injected = dirt.injected;
    if args.ledger_rows > 0 {
        let mut table = Table::create(dir, "ledger", &ledger::COLUMNS, form)?;
        let told = ledger::write(&scheme, args.ledger_rows, args.dirty, args.seed, &mut table)?;
        table.finish()?;
        findings.extend(told.findings.into_iter().map(|(key, count)| {
            (key, if key == "orphan_amount" { yuan_text(count) } else { count.to_string() })
        }));
        truth.figures.money = Some(told.money);
        truth.injected.extend(told.injected);
        truth.ledger = Some(told.rows);
    }
    truth.findings = findings;
    if is_dirty {
        write_mapping(dir)?;
    }
    Ok(truth)
}

/// The mapping a dirty scheme needs: which accounts are the system's, and where money in is measured.
fn write_mapping(dir: &Path) -> Result<(), Error> {
    let path = dir.join("mapping.yaml");
    let text = format!(
        "# Made by mingjing synth network.\nsystem_accounts: [\"{}\"]\nboundary: order\n",
        SYSTEM_ACCOUNTS.join("\", \"")
    );
    std::fs::write(&path, text).map_err(|source| Error::world(&path, source))
}
