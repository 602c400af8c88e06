//! The tables of a run: opened inputs that hand their rows to the counting engine, and what reading them found.

use crate::error::Error;
use mingjing_intake::{Input, Ledger, LedgerBatch, Mapping, Members, Pass, Tally, Watch};
use mingjing_network::rows::{LedgerRow, MemberRow};
use mingjing_network::run::{Source, WantsEntry, WantsMember};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// Rows handed over at once: few enough to stay in the cache.
const SLICE: usize = 128;

/// Files of one table.
const FILES_MAX: usize = 60_000;

/// A member table and perhaps a ledger, opened.
pub struct Tables<'w> {
    pub members: Members,
    pub ledger: Option<Ledger>,
    pub jobs: usize,
    pub watch: &'w dyn Watch,
    /// What the first reading of each table found.
    pub members_tally: OnceLock<Tally>,
    pub ledger_tally: OnceLock<Tally>,
}

impl<'w> Tables<'w> {
    /// Opens the files.
    pub fn open(
        members: &[PathBuf],
        ledger: &[PathBuf],
        mapping: &Mapping,
        jobs: usize,
        watch: &'w dyn Watch,
    ) -> Result<Tables<'w>, Error> {
        // Findings keep the number of a file in 16 bits.
        if members.len().max(ledger.len()) > FILES_MAX {
            return Err(Error::user(
                "too_many_files",
                format!(
                    "一个表至多 {FILES_MAX} 个文件，请先合并。\nA table has at most {FILES_MAX} files; join some first."
                ),
            ));
        }
        let ledger = match ledger {
            [] => None,
            files => Some(Ledger::open(files, mapping)?),
        };
        Ok(Tables {
            members: Members::open(members, mapping)?,
            ledger,
            jobs,
            watch,
            members_tally: OnceLock::new(),
            ledger_tally: OnceLock::new(),
        })
    }

    /// All inputs: members first.
    pub fn inputs(&self) -> Vec<&Input> {
        let ledger = self.ledger.as_ref().map(Ledger::inputs).unwrap_or_default();
        self.members.inputs().into_iter().chain(ledger).collect()
    }
}

fn pass(is_exact: bool) -> Pass {
    if is_exact { Pass::Exact } else { Pass::Quick }
}

/// Calls `each` on slices of a batch's rows.
fn in_slices<R: Copy>(rows: impl Iterator<Item = R>, mut each: impl FnMut(&[R])) {
    let mut slice: Vec<R> = Vec::with_capacity(SLICE);
    for row in rows {
        slice.push(row);
        if slice.len() == SLICE {
            each(&slice);
            slice.clear();
        }
    }
    if !slice.is_empty() {
        each(&slice);
    }
}

impl Source for Tables<'_> {
    type Error = Error;

    fn members<T: Default + Send>(
        &self,
        wants: Option<&WantsMember<'_>>,
        fill: impl Fn(&mut T, &[MemberRow<'_>]) + Sync,
        mut absorb: impl FnMut(T),
    ) -> Result<(), Error> {
        let tally = self.members.read(
            pass(wants.is_some()),
            self.jobs,
            self.watch,
            |batch| {
                let mut chunk = T::default();
                let Some(wants) = wants else {
                    in_slices(batch.rows(), |rows| fill(&mut chunk, rows));
                    return chunk;
                };
                let mut exact = Vec::new();
                for (i, row) in batch.rows().enumerate().filter(|(_, row)| wants(row)) {
                    batch.exact(i, &mut exact);
                    fill(&mut chunk, &[MemberRow { exact: &exact, ..row }]);
                }
                chunk
            },
            |chunk| {
                absorb(chunk);
                Ok::<(), Error>(())
            },
        )?;
        self.members_tally.get_or_init(|| tally);
        Ok(())
    }

    fn member_rows(&self) -> Option<u64> {
        self.members.row_count()
    }

    fn has_ledger(&self) -> bool {
        self.ledger.is_some()
    }

    fn ledger<T: Default + Send>(
        &self,
        wants: Option<&WantsEntry<'_>>,
        fill: impl Fn(&mut T, &[LedgerRow<'_>]) + Sync,
        mut absorb: impl FnMut(T),
    ) -> Result<(), Error> {
        let Some(ledger) = &self.ledger else { return Ok(()) };
        let prepare = |batch: &LedgerBatch| {
            let mut chunk = T::default();
            let Some(wants) = wants else {
                in_slices(batch.rows(), |rows| fill(&mut chunk, rows));
                return chunk;
            };
            let mut exact = Vec::new();
            for (i, row) in batch.rows().enumerate().filter(|(_, row)| (wants.row)(row)) {
                batch.exact(i, &mut exact);
                fill(&mut chunk, &[LedgerRow { exact: &exact, ..row }]);
            }
            chunk
        };
        let absorb = |chunk| {
            absorb(chunk);
            Ok::<(), Error>(())
        };
        let tally = match wants {
            None => ledger.read(Pass::Quick, self.jobs, self.watch, prepare, absorb)?,
            Some(wants) => {
                ledger.read_wanted(Arc::clone(&wants.serial), self.jobs, self.watch, prepare, absorb)?
            }
        };
        self.ledger_tally.get_or_init(|| tally);
        Ok(())
    }
}
