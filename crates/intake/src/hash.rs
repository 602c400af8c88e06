//! SHA-256 of whole files, several at once.

use crate::error::Error;
use crate::tally::Watch;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

const BUFFER_BYTES: usize = 1 << 20;

/// SHA-256 of each file, in the order given, on up to `jobs` threads.
///
/// # Errors
/// The world's for the first (in that order) of the files that cannot be read; [`Error::Stopped`].
pub fn hash_files(paths: &[PathBuf], jobs: usize, watch: &dyn Watch) -> Result<Vec<[u8; 32]>, Error> {
    let sizes = paths.iter().map(|p| std::fs::metadata(p).map(|m| m.len()).map_err(|e| Error::world(p, e)));
    let total: u64 = sizes.sum::<Result<u64, Error>>()?;
    let (done, next) = (AtomicU64::new(0), AtomicUsize::new(0));
    let results = Mutex::new(Vec::new());
    let work = |is_caller: bool| {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = paths.get(at) else { return };
            let result = hash(path, &done, total, watch, is_caller);
            results.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..jobs.min(paths.len()).max(1) {
            scope.spawn(|| work(false));
        }
        work(true);
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

fn hash(
    path: &Path,
    done: &AtomicU64,
    total: u64,
    watch: &dyn Watch,
    tells: bool,
) -> Result<[u8; 32], Error> {
    let world = |e| Error::world(path, e);
    let mut file = File::open(path).map_err(world)?;
    let (mut digest, mut buffer) = (Sha256::new(), vec![0; BUFFER_BYTES]);
    loop {
        if watch.stopped() {
            return Err(Error::Stopped);
        }
        let count = file.read(&mut buffer).map_err(world)?;
        if count == 0 {
            return Ok(digest.finalize().into());
        }
        digest.update(&buffer[..count]);
        let so_far = done.fetch_add(count as u64, Ordering::Relaxed) + count as u64;
        if tells {
            watch.progress(so_far, total, 0);
        }
    }
}
