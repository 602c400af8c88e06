//! Inputs found again: a result directory names its inputs by name and SHA-256, never by path, so that the same
//! input gives the same bytes anywhere.
//!
//! Looked for among the given files and folders, or in the working directory and the folder of the results, three
//! levels down. A file is taken only if its SHA-256 is the recorded one.

use super::analyze::{self, CONFIRMED, MAPPING};
use super::job::{self, Job};
use crate::error::Error;
use mingjing_intake::{Unwatched, hash_files};
use mingjing_results::summary::{Input, Summary};
use std::fs;
use std::path::{Path, PathBuf};

const LEVELS_DOWN: u32 = 3;

/// Where to look.
#[derive(clap::Args, Debug)]
#[group(id = "found")]
pub struct Args {
    /// The result directory.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Files and folders that hold the inputs; by default the working directory and the folder of DIR.
    #[arg(long, num_args = 1.., value_name = "PATH")]
    pub inputs: Vec<PathBuf>,
    /// Threads; all cores by default.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
}

/// The run that gave a result directory, ready to be run again.
pub fn job(args: &Args) -> Result<(Summary, Job), Error> {
    let summary = Summary::read(&args.out)?;
    let mapping = analyze::mapping(Some(&args.out.join(MAPPING)))?;
    let confirmed = match args.out.join(CONFIRMED) {
        path if path.exists() => job::confirmed(&path)?,
        _ => Vec::new(),
    };
    let cutoff = summary.terms.cutoff.as_ref().map(|day| day.0);
    let terms = Job::terms(&summary.policy.id, &mapping, cutoff, confirmed)?;
    let places = places(args);
    let find = |table: &str| -> Result<Vec<PathBuf>, Error> {
        summary.inputs.iter().filter(|input| input.table == table).map(|input| find(input, &places)).collect()
    };
    let (members, ledger) = (find("members")?, find("ledger")?);
    Ok((summary, Job { members, ledger, mapping, terms, jobs: analyze::jobs(args.jobs) }))
}

fn places(args: &Args) -> Vec<PathBuf> {
    if !args.inputs.is_empty() {
        return args.inputs.clone();
    }
    // The results may be named by `.` or `..`: only their real path tells what holds them. A folder that the system
    // cannot tell is not looked into.
    let here = Path::new(".");
    let beside = args.out.canonicalize().ok().and_then(|out| out.parent().map(Path::to_owned));
    let beside = beside.filter(|beside| here.canonicalize().ok().as_ref() != Some(beside));
    [here.to_owned()].into_iter().chain(beside).collect()
}

fn find(input: &Input, places: &[PathBuf]) -> Result<PathBuf, Error> {
    let mut other = None;
    let mut candidates = Vec::new();
    for place in places {
        collect(place, &input.name, LEVELS_DOWN, &mut candidates);
    }
    for path in candidates {
        let hash = hash_files(std::slice::from_ref(&path), 1, &Unwatched)?;
        let hash: String = hash.iter().flatten().map(|byte| format!("{byte:02x}")).collect();
        if hash == input.sha256 {
            return Ok(path);
        }
        other = Some(path);
    }
    Err(match other {
        Some(path) => Error::user(
            "input_changed",
            format!(
                "输入文件与分析时不是同一内容，请用 --inputs 给出原文件。\n\
                 {}: not the file that was analysed (SHA-256 {}); give the right one with --inputs",
                path.display(),
                input.sha256
            ),
        ),
        None => Error::user(
            "input_missing",
            format!(
                "找不到分析时的输入文件，请用 --inputs 给出其所在目录。\n\
                 {}: the input is not found (SHA-256 {}); name its folder with --inputs",
                input.name, input.sha256
            ),
        ),
    })
}

/// Files of a name, in a fixed order.
fn collect(place: &Path, name: &str, levels: u32, found: &mut Vec<PathBuf>) {
    if place.is_file() {
        if place.file_name().is_some_and(|own| own == name) {
            found.push(place.to_owned());
        }
        return;
    }
    // A folder that may not be read holds nothing that can be used.
    let Ok(entries) = fs::read_dir(place) else { return };
    let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        let is_hidden = path.file_name().is_some_and(|own| own.to_string_lossy().starts_with('.'));
        if path.is_file() || (levels > 0 && path.is_dir() && !is_hidden) {
            collect(&path, name, levels.saturating_sub(1), found);
        }
    }
}
