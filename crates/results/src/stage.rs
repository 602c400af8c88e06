//! A directory that appears whole or not at all.
//!
//! Results for `DIR/NAME` are written into the sibling `DIR/.NAME.partial`, which carries an exclusive lock of the
//! operating system for as long as the run lives, and are renamed at the end. What a crash (kill -9, power) leaves:
//!
//! | crash | `NAME` | `.NAME.partial` | `.NAME.old` | the next [`Stage::begin`] |
//! | --- | --- | --- | --- | --- |
//! | while writing | as before | unfinished | - | empties the partial one |
//! | after moving the old aside | - | complete | the old | moves the old back |
//! | after moving the new in | the new | - | the old | removes the old |
//!
//! So at every moment the old or the new results stand whole under one of the two names, and readers are told
//! ([`Error::MovedAside`]) in the one gap where `NAME` itself is missing. A lock is bound to the directory, not
//! to its name: it moves with the rename and vanishes with the process. Needs a file system with `flock` on
//! directories (all local ones of Linux).

use crate::Error;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A result directory being written. Dropped without [`Stage::commit`], it leaves nothing behind.
#[derive(Debug)]
pub struct Stage {
    out: PathBuf,
    partial: PathBuf,
    old: PathBuf,
    lock: Option<File>,
}

impl Stage {
    /// Begins writing results for `out`, mending first what a crashed run left.
    ///
    /// # Errors
    /// The user's: `out` holds files and `replace` is false, or holds files that are no results, or is no
    /// directory; its parent is missing; another run writes there. The world's: the system refuses.
    pub fn begin(out: &Path, replace: bool) -> Result<Stage, Error> {
        let (out, parent, name) = resolved(out)?;
        let sibling = |kind: &str| {
            let mut text = OsString::from(".");
            text.push(&name);
            text.push(kind);
            parent.join(text)
        };
        let (partial, old) = (sibling(".partial"), sibling(".old"));
        let lock = locked(&partial, &out)?;
        let stage = Stage { out, partial, old, lock: Some(lock) };
        empty(&stage.partial)?;
        stage.mend()?;
        stage.may_be_written(replace)?;
        Ok(stage)
    }

    /// The directory to write into; it will be renamed.
    pub fn path(&self) -> &Path {
        &self.partial
    }

    /// Where the results will stand.
    pub fn out(&self) -> &Path {
        &self.out
    }

    /// Makes a new file in the directory.
    ///
    /// # Errors
    /// The system refuses, or the file is there already.
    pub fn create(&self, name: &str) -> Result<File, Error> {
        self.create_with_mode(name, 0o644)
    }

    /// Makes a new file that only its owner may read and write, from its first byte.
    ///
    /// # Errors
    /// As [`Stage::create`].
    pub fn create_private(&self, name: &str) -> Result<File, Error> {
        self.create_with_mode(name, 0o600)
    }

    fn create_with_mode(&self, name: &str, mode: u32) -> Result<File, Error> {
        let path = self.partial.join(name);
        let made = OpenOptions::new().write(true).create_new(true).mode(mode).open(&path);
        made.map_err(|e| Error::io(&path, "create", e))
    }

    /// Brings every file to the disk and lets the directory appear; returns where.
    ///
    /// # Errors
    /// The system refuses; then what stood at `out` stands there still, or is moved back by the next run.
    pub fn commit(mut self) -> Result<PathBuf, Error> {
        sync_tree(&self.partial)?;
        if self.out.exists() && !is_empty(&self.out)? {
            self.move_aside()?;
        }
        self.move_in()?;
        self.lock = None;
        self.remove_old()?;
        Ok(self.out.clone())
    }

    fn move_aside(&self) -> Result<(), Error> {
        rename(&self.out, &self.old)?;
        self.sync_parent()
    }

    fn move_in(&self) -> Result<(), Error> {
        if let Err(error) = rename(&self.partial, &self.out) {
            // The old results must not stay aside because the new ones could not come.
            if !self.out.exists() && self.old.exists() {
                rename(&self.old, &self.out)?;
            }
            return Err(error);
        }
        self.sync_parent()
    }

    fn remove_old(&self) -> Result<(), Error> {
        match fs::remove_dir_all(&self.old) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::io(&self.old, "remove", e)),
            _ => Ok(()),
        }
    }

    /// Finishes or takes back the replacing that a crash interrupted.
    fn mend(&self) -> Result<(), Error> {
        if !self.old.exists() {
            return Ok(());
        }
        if self.out.exists() && !is_empty(&self.out)? {
            self.remove_old()
        } else {
            rename(&self.old, &self.out)
        }
    }

    fn may_be_written(&self, replace: bool) -> Result<(), Error> {
        if !self.out.exists() || is_empty(&self.out)? {
            return Ok(());
        }
        match replace {
            false => Err(Error::NotEmpty(self.out.clone())),
            true if !self.out.join(crate::SUMMARY).is_file() => Err(Error::NotReplaceable(self.out.clone())),
            true => Ok(()),
        }
    }

    fn sync_parent(&self) -> Result<(), Error> {
        let parent = self.out.parent().unwrap_or(Path::new("/"));
        File::open(parent)
            .and_then(|dir| dir.sync_all())
            .map_err(|e| Error::io(parent, "bring to the disk", e))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if self.lock.is_some() {
            // A failure here leaves a directory that the next run empties; there is nobody to tell.
            let _ = fs::remove_dir_all(&self.partial);
        }
    }
}

/// Tells a reader where results went that are not at `dir`.
///
/// # Errors
/// [`Error::MovedAside`] after an interrupted replace, else [`Error::Missing`] when there is no directory.
pub fn must_stand(dir: &Path) -> Result<(), Error> {
    if dir.is_dir() {
        return Ok(());
    }
    if let (Some(parent), Some(name)) = (dir.parent(), dir.file_name()) {
        let mut text = OsString::from(".");
        text.push(name);
        text.push(".old");
        let old = parent.join(text);
        if old.is_dir() {
            return Err(Error::MovedAside(dir.to_owned(), old));
        }
    }
    Err(Error::Missing(dir.to_owned(), dir.to_owned()))
}

/// (the directory, its parent, its name), links followed.
fn resolved(out: &Path) -> Result<(PathBuf, PathBuf, OsString), Error> {
    if out.exists() {
        let real = fs::canonicalize(out).map_err(|e| Error::io(out, "find", e))?;
        let (Some(parent), Some(name)) = (real.parent(), real.file_name()) else {
            return Err(Error::NotADirectory(out.to_owned()));
        };
        let (parent, name) = (parent.to_owned(), name.to_owned());
        return if real.is_dir() { Ok((real, parent, name)) } else { Err(Error::NotADirectory(real)) };
    }
    let Some(name) = out.file_name() else { return Err(Error::NotADirectory(out.to_owned())) };
    let parent = match out.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    if !parent.is_dir() {
        return Err(Error::ParentMissing(parent.to_owned()));
    }
    let parent = fs::canonicalize(parent).map_err(|e| Error::io(parent, "find", e))?;
    Ok((parent.join(name), parent, name.to_owned()))
}

/// Makes the partial directory, or takes over one that no living run holds.
fn locked(partial: &Path, out: &Path) -> Result<File, Error> {
    // A directory that vanishes between making and locking was another run's; its run is over then.
    for _ in 0..100 {
        match fs::create_dir(partial) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => {
                return Err(Error::io(partial, "create", e));
            }
            _ => {}
        }
        let dir = match File::open(partial) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
            opened => opened.map_err(|e| Error::io(partial, "open", e))?,
        };
        match dir.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(Error::InUse(out.to_owned())),
            Err(TryLockError::Error(e)) => return Err(Error::io(partial, "lock", e)),
            Ok(()) => {}
        }
        let held = dir.metadata().map_err(|e| Error::io(partial, "look at", e))?;
        if fs::metadata(partial).is_ok_and(|named| (named.dev(), named.ino()) == (held.dev(), held.ino())) {
            return Ok(dir);
        }
    }
    Err(Error::InUse(out.to_owned()))
}

fn entries(dir: &Path) -> Result<Vec<fs::DirEntry>, Error> {
    let list = fs::read_dir(dir).and_then(|entries| entries.collect());
    list.map_err(|e| Error::io(dir, "list", e))
}

fn is_empty(dir: &Path) -> Result<bool, Error> {
    Ok(entries(dir)?.is_empty())
}

fn empty(dir: &Path) -> Result<(), Error> {
    for entry in entries(dir)? {
        let path = entry.path();
        let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let removed = if is_dir { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(|e| Error::io(&path, "remove", e))?;
    }
    Ok(())
}

fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    fs::rename(from, to).map_err(|e| Error::io(from, "rename", e))
}

/// Brings every file below `dir`, then `dir` itself, to the disk.
fn sync_tree(dir: &Path) -> Result<(), Error> {
    for entry in entries(dir)? {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            sync_tree(&path)?;
        } else {
            let synced = File::open(&path).and_then(|file| file.sync_all());
            synced.map_err(|e| Error::io(&path, "bring to the disk", e))?;
        }
    }
    File::open(dir).and_then(|d| d.sync_all()).map_err(|e| Error::io(dir, "bring to the disk", e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// Results `text` staged for `out`, ready to be moved.
    fn staged(out: &Path, text: &str) -> Stage {
        let stage = Stage::begin(out, true).unwrap();
        stage.create(crate::SUMMARY).unwrap().write_all(text.as_bytes()).unwrap();
        stage
    }

    /// The process dies: the lock goes, the files stay.
    fn crash(mut stage: Stage) {
        stage.lock = None;
    }

    fn text(out: &Path) -> String {
        fs::read_to_string(out.join(crate::SUMMARY)).unwrap()
    }

    #[test]
    fn a_crash_between_any_two_steps_leaves_the_old_or_the_new_and_the_next_run_mends_it() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        staged(&out, "old").commit().unwrap();

        crash(staged(&out, "new"));
        assert_eq!(text(&out), "old");
        drop(Stage::begin(&out, true).unwrap());
        assert_eq!(text(&out), "old");

        let stage = staged(&out, "new");
        stage.move_aside().unwrap();
        crash(stage);
        let told = must_stand(&out).unwrap_err();
        assert!(matches!(&told, Error::MovedAside(_, old) if text(old) == "old"), "{told}");
        drop(Stage::begin(&out, true).unwrap());
        assert_eq!(text(&out), "old");

        let stage = staged(&out, "new");
        stage.move_aside().unwrap();
        stage.move_in().unwrap();
        crash(stage);
        assert_eq!(text(&out), "new");
        drop(Stage::begin(&out, true).unwrap());
        assert_eq!(text(&out), "new");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_old_results_come_back_when_the_new_ones_cannot_be_moved_in() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        staged(&out, "old").commit().unwrap();
        let stage = staged(&out, "new");
        stage.move_aside().unwrap();
        fs::remove_dir_all(&stage.partial).unwrap();
        assert!(stage.move_in().is_err());
        assert_eq!(text(&out), "old");
    }
}
