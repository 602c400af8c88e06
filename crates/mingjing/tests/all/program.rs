//! Runs the binary and reads what it leaves. Knows no rule of counting.

use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What a run gave.
#[derive(Debug)]
pub struct Done {
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Done {
    /// The run must have worked.
    #[track_caller]
    pub fn well(self) -> Done {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}", self.out))
    }
}

/// The binary, to be run in a directory.
pub fn command<A: AsRef<OsStr>>(cwd: &Path, args: &[A]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mingjing"));
    command.args(args).current_dir(cwd).stdin(Stdio::null());
    command
}

/// Runs the binary to its end.
pub fn run<A: AsRef<OsStr>>(cwd: &Path, args: &[A]) -> Done {
    let done = command(cwd, args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Done { code: done.status.code(), out: text(done.stdout), err: text(done.stderr) }
}

/// Runs a command line split at blanks: for lines without blanks in an argument.
pub fn line(cwd: &Path, words: &str) -> Done {
    run(cwd, &words.split_whitespace().collect::<Vec<_>>())
}

/// A made-up scheme in `s` of a directory of its own, both tables as CSV unless told otherwise.
pub fn scheme(arguments: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    line(dir.path(), &format!("synth network --out s {arguments}")).well();
    dir
}

/// The usual analysis of such a scheme.
pub const ANALYZE: &str =
    "network analyze --public --members s/members.csv --ledger s/ledger.csv --mapping s/mapping.yaml --out r";

/// A JSON file.
pub fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The files of a directory with their content.
pub fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
    entries
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap())
        })
        .collect()
}

/// The names in a directory, hidden ones too.
pub fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Two directories hold the same files, byte by byte.
#[track_caller]
pub fn assert_same(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (name, bytes) in one {
        assert!(*bytes == other[name], "{name} differs");
    }
}

/// Counts again the slow way, which must agree; returns how much was compared.
#[track_caller]
pub fn verify(cwd: &Path, more: &str) -> u64 {
    let done = line(cwd, &format!("network verify --json --out r {more}")).well();
    let told = done.json();
    assert_eq!(told["differences"], 0, "{told:#}");
    told["compared"].as_u64().unwrap()
}

/// Rows of each input: read = accepted + rejected + duplicate + superseded. Returns the sums in that order.
#[track_caller]
pub fn rows(summary: &Value, table: &str) -> [u64; 5] {
    let mut sums = [0; 5];
    for input in summary["inputs"].as_array().unwrap().iter().filter(|input| input["table"] == table) {
        let keys = ["rows_read", "rows_accepted", "rows_rejected", "rows_duplicate", "rows_superseded"];
        let own = keys.map(|key| input[key].as_u64().unwrap());
        assert_eq!(own[0], own[1..].iter().sum::<u64>(), "{input:#}");
        sums.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
    }
    sums
}

/// A file of the shared data; `None` (said so) where the folder is not there and need not be.
pub fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("MINGJING_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let path = root.join("data").join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("SHARED").is_none_or(|v| v != "required"), "{} is required", path.display());
    eprintln!("skipped: {} is not there", path.display());
    None
}

/// A long run was asked for (`make soak`).
pub fn is_soak() -> bool {
    std::env::var_os("MINGJING_SOAK").is_some()
}
