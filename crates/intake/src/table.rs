//! The two tables: opening them, reading them batch by batch.

use crate::batch::{Batch, LedgerBatch, MemberBatch};
use crate::csv::{Chunk, Chunks, Limits, parse};
use crate::encoding::utf8_reader;
use crate::error::Error;
use crate::field::{Field, Table};
use crate::flow::{self, Emit};
use crate::input::{Body, Input, Source, open_all, unpacked};
use crate::mapping::Mapping;
use crate::parquet::{BATCH_ROWS, Group, WAITING_MAX};
use crate::rows::{Maker, Pass, Terms};
use crate::tally::{Tally, Watch};
use mingjing_network::rows::Class;
use mingjing_network::run::WantsSerial;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

struct Reading {
    table: Table,
    sources: Vec<Source>,
    mapping: Mapping,
    limits: Limits,
}

/// A member table, opened.
pub struct Members(Reading);

/// A ledger, opened.
pub struct Ledger(Reading);

macro_rules! table {
    ($name:ident, $table:expr, $batch:ident) => {
        impl $name {
            /// Opens the files of one table: recognises format, encoding, delimiter and headings of each.
            ///
            /// # Errors
            /// A user's fault for a file that is no table, is given twice, or whose headings are not clear;
            /// the world's for one that cannot be read.
            pub fn open(paths: &[PathBuf], mapping: &Mapping) -> Result<$name, Error> {
                let sources = open_all(paths, $table, mapping)?;
                let (mapping, limits) = (mapping.clone(), Limits::default());
                Ok($name(Reading { table: $table, sources, mapping, limits }))
            }

            /// The files as they were recognised.
            pub fn inputs(&self) -> Vec<&Input> {
                self.0.sources.iter().map(|s| &s.input).collect()
            }

            /// How many rows the files say they have; `None` unless every file does. Never more than bytes.
            pub fn row_count(&self) -> Option<u64> {
                self.0.sources.iter().map(Source::row_count).sum()
            }

            /// Has one of the files this field?
            pub fn has(&self, field: Field) -> bool {
                self.0.has(field)
            }

            /// Cuts texts into chunks of about this size (the default is 1 MiB), for tests of chunk borders.
            #[must_use]
            pub fn with_chunk_bytes(mut self, bytes: usize) -> $name {
                self.0.limits.chunk_bytes = bytes.max(1);
                self
            }

            /// Reads all rows: `prepare` runs on `jobs` threads, `absorb` on this one, in input order, whatever
            /// the number of threads. Memory: a few batches.
            ///
            /// # Errors
            /// Bytes that are no text, a row that never ends, an unreadable file, kinds without a class (after
            /// the last batch), the caller's own, and [`Error::Stopped`].
            pub fn read<T: Send, E: From<Error>>(
                &self,
                pass: Pass,
                jobs: usize,
                watch: &dyn Watch,
                prepare: impl Fn(&$batch) -> T + Sync,
                absorb: impl FnMut(T) -> Result<(), E>,
            ) -> Result<Tally, E> {
                let prepare = |batch: Batch| {
                    let batch = $batch { batch };
                    let prepared = prepare(&batch);
                    (prepared, batch.batch)
                };
                self.0.read(pass, None, jobs, watch, prepare, absorb)
            }
        }
    };
}

table!(Members, Table::Members, MemberBatch);
table!(Ledger, Table::Ledger, LedgerBatch);

impl Members {
    /// One file of which no field but the account is decided, for [`crate::look`].
    pub(crate) fn of_source(source: Source, limits: Limits) -> Members {
        let mapping = Mapping::default();
        Members(Reading { table: Table::Members, sources: vec![source], mapping, limits })
    }
}

impl Ledger {
    /// Reads exactly, perhaps leaving out rows whose serial number `serial` rules out; rows without one are given.
    ///
    /// # Errors
    /// As [`Ledger::read`].
    pub fn read_wanted<T: Send, E: From<Error>>(
        &self,
        serial: WantsSerial,
        jobs: usize,
        watch: &dyn Watch,
        prepare: impl Fn(&LedgerBatch) -> T + Sync,
        absorb: impl FnMut(T) -> Result<(), E>,
    ) -> Result<Tally, E> {
        let prepare = |batch: Batch| {
            let batch = LedgerBatch { batch };
            let prepared = prepare(&batch);
            (prepared, batch.batch)
        };
        self.0.read(Pass::Exact, Some(serial), jobs, watch, prepare, absorb)
    }
}

/// A piece of work for one worker.
pub(crate) enum Job {
    /// Whole rows of delimited text.
    Rows(Chunk),
    /// Whole lines of JSON.
    Lines(Chunk),
    /// A row group.
    Group(Box<Group>),
    /// Rows taken apart already.
    Cells(Box<crate::sheet::Cells>),
}

/// Gives the jobs of one file in their order.
pub(crate) type Feed<'a> = Box<dyn FnMut() -> Result<Option<Job>, Error> + Send + 'a>;

/// A job with its file, and how many of its batches may wait; none at the end.
type Next = Option<((usize, Job), usize)>;

/// What a batch leaves behind when its rows are gone.
struct Done<T> {
    prepared: T,
    rest: Batch,
}

impl Reading {
    fn has(&self, field: Field) -> bool {
        self.sources.iter().any(|s| s.input.columns.iter().any(|(_, f)| *f == Some(field)))
    }

    fn read<T: Send, E: From<Error>>(
        &self,
        pass: Pass,
        serial: Option<WantsSerial>,
        jobs: usize,
        watch: &dyn Watch,
        prepare: impl Fn(Batch) -> (T, Batch) + Sync,
        mut absorb: impl FnMut(T) -> Result<(), E>,
    ) -> Result<Tally, E> {
        let is_one_format = self.sources.windows(2).all(|two| two[0].input.format == two[1].input.format);
        let mut terms = Terms::new(self.table, pass, is_one_format, &self.mapping);
        terms.serial = serial;
        let read_bytes = Arc::new(AtomicU64::new(0));
        let total = self.sources.iter().map(|s| s.input.bytes).sum();
        let mut tally = Tallying::new(self.sources.len());
        let work = |(file, job): (usize, Job), emit: Emit<'_, Done<T>>| {
            self.work(file, job, &terms, &mut |batch| {
                let is_bad = batch.is_err();
                emit(batch.map(|batch| {
                    let (prepared, mut rest) = prepare(batch);
                    rest.drop_rows();
                    Done { prepared, rest }
                })) && !is_bad
            });
        };
        let next = self.jobs(watch, &read_bytes);
        flow::run(jobs, next, work, |done: Done<T>| -> Result<(), E> {
            if watch.stopped() {
                return Err(Error::Stopped.into());
            }
            tally.add(done.rest);
            absorb(done.prepared)?;
            watch.progress(read_bytes.load(Ordering::Relaxed).min(total), total, tally.rows);
            Ok(())
        })?;
        self.closed(tally).map_err(E::from)
    }

    /// The jobs of all files, one after the other, each with the number of its batches that may wait.
    fn jobs<'a>(
        &'a self,
        watch: &'a dyn Watch,
        read_bytes: &'a Arc<AtomicU64>,
    ) -> impl FnMut() -> Result<Next, Error> + Send + 'a {
        let mut file = 0;
        let mut feed: Option<Feed<'a>> = None;
        move || loop {
            if watch.stopped() {
                return Err(Error::Stopped);
            }
            let Some(source) = self.sources.get(file) else { return Ok(None) };
            let current = match &mut feed {
                Some(current) => current,
                none => none.insert(self.feed(source, read_bytes)?),
            };
            if let Some(job) = current()? {
                let waiting = match &job {
                    // All of a row group of ordinary size, so that its neighbours are decoded at the same time.
                    Job::Group(group) => {
                        group.metadata.metadata().row_group(group.number).num_rows() as usize / BATCH_ROWS + 1
                    }
                    _ => 1,
                };
                return Ok(Some(((file, job), waiting.min(WAITING_MAX))));
            }
            feed = None;
            file += 1;
        }
    }

    fn feed<'a>(&'a self, source: &'a Source, read_bytes: &Arc<AtomicU64>) -> Result<Feed<'a>, Error> {
        let input = &source.input;
        let world = |e| Error::world(&input.path, e);
        let text = |encoding| {
            unpacked(&input.path, input.packing, Some(Arc::clone(read_bytes)))
                .and_then(|reader| utf8_reader(reader, encoding))
                .map_err(world)
        };
        let limits = self.limits;
        Ok(match &source.body {
            Body::Csv { encoding, signs } => {
                let mut chunks = Chunks::new(text(*encoding)?, *signs, limits, &input.name, &input.path);
                Box::new(move || Ok(chunks.next()?.map(Job::Rows)))
            }
            Body::JsonLines { encoding } => {
                let mut chunks = crate::json::lines(text(*encoding)?, limits, &input.name, &input.path);
                Box::new(move || Ok(chunks.next()?.map(Job::Lines)))
            }
            Body::Parquet { metadata } => {
                let groups = metadata.metadata().row_groups();
                let (mut number, mut first_row) = (0, 1);
                let read_bytes = Arc::clone(read_bytes);
                Box::new(move || {
                    let Some(group) = groups.get(number) else { return Ok(None) };
                    let (path, metadata) = (source.path.clone(), metadata.clone());
                    let job = Group { path, metadata, number, first_row };
                    read_bytes.fetch_add(group.compressed_size().max(0) as u64, Ordering::Relaxed);
                    number += 1;
                    first_row += group.num_rows().max(0) as u64;
                    Ok(Some(Job::Group(Box::new(job))))
                })
            }
            Body::Xlsx { sheet } => crate::xlsx::feed(&source.path, &input.name, sheet, &source.plan)?,
            Body::Sql { encoding, table } => {
                crate::sql::feed(text(*encoding)?, &input.name, &input.path, table, &source.plan)
            }
        })
    }

    fn work(&self, file: usize, job: Job, terms: &Terms, emit: Emit<'_, Batch>) {
        let source = &self.sources[file];
        let (plan, name, file) = (&source.plan, source.input.name.as_str(), file as u32);
        match job {
            Job::Rows(chunk) => {
                let Body::Csv { signs, .. } = &source.body else {
                    unreachable!("only delimited text gives rows")
                };
                let mut maker = Maker::new(terms, plan, file, chunk.bytes);
                parse(&mut maker, plan, *signs, chunk.first_row);
                emit(maker.close().map_err(|before| {
                    // Delimiters have been turned into separators before the bad bytes were found.
                    let signs = crate::csv::Signs { delimiter: crate::rows::SEPARATOR, ..*signs };
                    crate::csv::bad_bytes(name, chunk.first_row + crate::csv::cut(&before, signs).rows)
                }));
            }
            Job::Lines(chunk) => _ = emit(crate::json::parse(terms, plan, file, name, &chunk)),
            Job::Group(group) => crate::parquet::decode(*group, terms, plan, file, name, emit),
            Job::Cells(cells) => _ = emit(Ok(cells.batch(terms, plan, file))),
        }
    }

    /// The tally, unless there were kinds without a class.
    fn closed(&self, tallying: Tallying) -> Result<Tally, Error> {
        if tallying.unknown.is_empty() {
            return Ok(tallying.tally);
        }
        let listed = tallying.unknown.iter().map(|(kind, (count, file, row))| {
            let shown = if kind.is_empty() { "(empty)" } else { kind };
            format!("{shown}: {count} rows, first in {} row {row}", self.sources[*file as usize].input.name)
        });
        let message = format!("kinds without a class:\n  {}", listed.collect::<Vec<_>>().join("\n  "));
        let file = self.mapping.kinds_to_fill_in(tallying.unknown.keys().map(String::as_str));
        let advice = "Say in a mapping file (--mapping) which class each kind has.";
        Err(Error::fault("kind_without_class", "", message, advice).with_mapping(file))
    }
}

struct Tallying {
    tally: Tally,
    /// Kind, then rows, file and row of the first.
    unknown: BTreeMap<String, (u64, u32, u64)>,
    rows: u64,
}

impl Tallying {
    fn new(files: usize) -> Tallying {
        let tally = Tally { rows_read: vec![0; files], blank_rows: vec![0; files], ..Tally::default() };
        Tallying { tally, unknown: BTreeMap::new(), rows: 0 }
    }

    fn add(&mut self, batch: Batch) {
        let file = batch.file as usize;
        self.rows += batch.read;
        self.tally.rows_read[file] += batch.read;
        self.tally.blank_rows[file] += batch.blank;
        self.tally.rejected.extend(batch.rejected);
        self.tally.bad_times.extend(batch.bad_times);
        for (kind, class, count, first_row) in batch.kinds {
            match class {
                Some(class) => self.known(kind, class, count),
                None => self.unknown.entry(kind).or_insert((0, batch.file, first_row)).0 += count,
            }
        }
    }

    fn known(&mut self, kind: String, class: Class, count: u64) {
        self.tally.kinds.entry(kind).or_insert((class, 0)).1 += count;
    }
}
