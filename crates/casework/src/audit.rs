//! The linker that chains the audit log, the heads it leaves outside the database, and the export to a file.
//!
//! The database alone cannot show that its newest entries were cut off or that all was chained anew; a head that was
//! kept elsewhere can. The linker therefore writes the head to `<data>/audit-head.log` once a minute while there is
//! something new; whoever copies that file, or a head from the page, to another place can hold the log against it.

use crate::clock::Clock;
use mingjing_model::time::Micros;
use mingjing_store::audit::{check, link};
use mingjing_store::{Db, Error};
use mingjing_verify::Head;
use mingjing_verify::file::Header;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Name of the log of heads in the data directory.
pub const HEAD_LOG: &str = "audit-head.log";
/// Entries chained in one transaction.
const BATCH: i64 = 1_000;
/// Between two heads in the log.
const HEAD_EVERY: Micros = 60 * 1_000_000;

/// Chains what the writers leave. Every server runs one; one at a time works.
pub struct Linker {
    db: Db,
    clock: Arc<dyn Clock>,
    log: PathBuf,
    pause: Duration,
    /// The head that was logged last, and when.
    logged: Option<(i64, Micros)>,
}

impl Linker {
    /// A linker that looks five times a second and logs heads in a data directory.
    pub fn new(db: Db, clock: Arc<dyn Clock>, data: &Path) -> Linker {
        let pause = Duration::from_millis(200);
        Linker { db, clock, log: data.join(HEAD_LOG), pause, logged: None }
    }

    /// With another pause between two looks.
    pub fn with_pause(mut self, pause: Duration) -> Linker {
        self.pause = pause;
        self
    }

    /// Works until `shutdown` ends, then chains what is left and logs the head.
    pub async fn run(mut self, shutdown: impl Future<Output = ()> + Send) {
        tokio::pin!(shutdown);
        loop {
            let is_more = self.step(false).await;
            if is_more {
                continue;
            }
            tokio::select! {
                () = &mut shutdown => break,
                () = tokio::time::sleep(self.pause) => {}
            }
        }
        while self.step(true).await {}
    }

    /// Chains a batch. Is there more at once?
    async fn step(&mut self, is_last: bool) -> bool {
        let now = self.clock.now();
        match link::link(&self.db, now, BATCH).await {
            Ok(Some((count, head))) => {
                self.log(&head, now, is_last);
                i64::try_from(count) == Ok(BATCH)
            }
            // Another server chains.
            Ok(None) => false,
            Err(error) => {
                tracing::error!(%error, "the audit log could not be chained; tried again");
                false
            }
        }
    }

    /// Writes the head if it is new and time, or the last chance.
    fn log(&mut self, head: &Head, now: Micros, is_last: bool) {
        let is_time = self.logged.is_none_or(|(_, at)| now - at >= HEAD_EVERY) || is_last;
        if head.seq == 0 || !is_time || self.logged.is_some_and(|(seq, _)| seq == head.seq) {
            return;
        }
        match append_line(&self.log, &head.line()) {
            Ok(()) => self.logged = Some((head.seq, now)),
            Err(error) => tracing::error!(path = %self.log.display(), %error, "a head was not logged"),
        }
    }
}

/// One write of a whole line, so that several servers may share a file.
fn append_line(path: &Path, line: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_data()
}

/// Heads that were kept in a file: the log of heads, or one that was exported. None when there is no such file.
///
/// # Errors
/// [`Error::Refused`] when a line is no head; it cannot be read.
pub fn kept_heads(path: &Path) -> Result<Option<Vec<Head>>, Error> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::World(format!("{}: {error}", path.display()))),
    };
    let heads =
        Head::read_lines(&text).map_err(|why| Error::Refused(format!("{}: {why}", path.display())))?;
    Ok(Some(heads))
}

/// Exports the whole log into a new file, whole or not at all. Gives its header.
///
/// # Errors
/// [`Error::Refused`] when the file is there already; the database cannot be read or the file not be written.
pub async fn export(db: &Db, to: &Path, now: Micros) -> Result<Header, Error> {
    if to.exists() {
        let what = "已存在，请另取文件名。 Is there already: name another file";
        return Err(Error::Refused(format!("{}: {what}", to.display())));
    }
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    let partial = to.with_file_name(name);
    let done = write(db, &partial, to, now).await;
    if done.is_err() {
        // The next export of this name writes over what cannot be removed now.
        let _ = std::fs::remove_file(&partial);
    }
    done
}

async fn write(db: &Db, partial: &Path, to: &Path, now: Micros) -> Result<Header, Error> {
    let world = |error: std::io::Error| Error::World(format!("{}: {error}", to.display()));
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(partial);
    let file: File = file.map_err(world)?;
    let mut out = BufWriter::new(file);
    let header = check::export(db, &mut out, now).await?;
    let file = out.into_inner().map_err(|error| world(error.into_error()))?;
    file.sync_all().map_err(world)?;
    std::fs::rename(partial, to).map_err(world)?;
    Ok(header)
}
