//! What both targets do with the bytes: read them as each table, in two ways that must agree.

use mingjing_intake::{Error, Ledger, Mapping, Members, Pass, Unwatched};
use std::path::{Path, PathBuf};

/// Rows exactly, with their numbers; `None` for a refusal.
type Seen = Option<Vec<(Vec<u8>, u64)>>;

/// Writes the `i`-th row exactly.
fn exact(write: impl Fn(usize, &mut Vec<u8>), i: usize) -> Vec<u8> {
    let mut row = Vec::new();
    write(i, &mut row);
    row
}

fn members(path: &Path, mapping: &Mapping, jobs: usize, chunk: usize) -> Seen {
    let mut all = Vec::new();
    let table = Members::open(&[path.to_owned()], mapping).ok()?.with_chunk_bytes(chunk);
    let prepare = |b: &mingjing_intake::MemberBatch| {
        let rows = b.rows().enumerate().map(|(i, r)| (exact(|i, out| b.exact(i, out), i), r.row));
        rows.collect::<Vec<_>>()
    };
    let absorb = |part| {
        all.extend(part);
        Ok::<(), Error>(())
    };
    table.read(Pass::Exact, jobs, &Unwatched, prepare, absorb).ok()?;
    Some(all)
}

fn ledger(path: &Path, mapping: &Mapping, jobs: usize, chunk: usize) -> Seen {
    let mut all = Vec::new();
    let table = Ledger::open(&[path.to_owned()], mapping).ok()?.with_chunk_bytes(chunk);
    let prepare = |b: &mingjing_intake::LedgerBatch| {
        let rows = b.rows().enumerate().map(|(i, r)| (exact(|i, out| b.exact(i, out), i), r.row));
        rows.collect::<Vec<_>>()
    };
    let absorb = |part| {
        all.extend(part);
        Ok::<(), Error>(())
    };
    table.read(Pass::Exact, jobs, &Unwatched, prepare, absorb).ok()?;
    Some(all)
}

/// Lets panics unwind: the reader guards against those of the workbook library, and libFuzzer's own hook would
/// end the process there. A panic that leaves the reader still ends it.
pub fn unwind_panics() {
    std::panic::set_hook(Box::new(|_| {}));
}

/// Reads `bytes` as a file.
///
/// # Panics
/// Where two readings differ, or the file cannot be written.
pub fn read(target: &str, bytes: &[u8]) {
    let path: PathBuf = std::env::temp_dir().join(format!("mingjing-{target}-{}", std::process::id()));
    std::fs::write(&path, bytes).expect("the temporary folder can be written");
    let mapping = Mapping::default();
    assert_eq!(members(&path, &mapping, 1, 1 << 20), members(&path, &mapping, 2, 7));
    assert_eq!(ledger(&path, &mapping, 1, 1 << 20), ledger(&path, &mapping, 2, 7));
}
