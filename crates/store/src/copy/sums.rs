//! The directory of a backup while it is written: every file with its SHA-256, and its name only at the end.

use crate::error::Error;
use sha2::{Digest, Sha256};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Name of the list of sums, in the form of `sha256sum`.
pub(super) const SUMS: &str = "SHA256SUMS";

pub(super) fn io(path: &Path, error: &io::Error) -> Error {
    Error::World(format!("{}: {error}", path.display()))
}

/// Makes directories that only their owner may look into.
pub(super) fn folders(path: &Path) -> Result<(), Error> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|e| io(path, &e))
}

/// Makes a new file that only its owner may read.
pub(super) fn new_file(path: &Path) -> Result<File, Error> {
    if let Some(folder) = path.parent() {
        folders(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|e| io(path, &e))
}

/// A directory that is being written; dropped unfinished, it is removed.
pub(super) struct Folder {
    partial: PathBuf,
    to: PathBuf,
    sums: String,
    is_finished: bool,
}

/// A file of it that is being written.
pub(super) struct Summed {
    path: PathBuf,
    name: PathBuf,
    out: BufWriter<File>,
    sha: Sha256,
}

impl Summed {
    pub(super) fn error(&self, error: &io::Error) -> Error {
        io(&self.path, error)
    }
}

impl Write for Summed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.sha.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Folder {
    pub(super) fn create(to: &Path) -> Result<Folder, Error> {
        let mut name = to.file_name().unwrap_or_default().to_owned();
        name.push(".partial");
        let partial = to.with_file_name(name);
        if partial.exists() {
            // Of a backup that was interrupted.
            fs::remove_dir_all(&partial).map_err(|e| io(&partial, &e))?;
        }
        folders(&partial)?;
        Ok(Folder { partial, to: to.to_owned(), sums: String::new(), is_finished: false })
    }

    /// Begins a file.
    pub(super) fn file(&self, name: &Path) -> Result<Summed, Error> {
        let path = self.partial.join(name);
        let out = BufWriter::new(new_file(&path)?);
        Ok(Summed { path, name: name.to_owned(), out, sha: Sha256::new() })
    }

    /// Ends a file.
    pub(super) fn sum(&mut self, mut file: Summed) -> Result<(), Error> {
        file.out.flush().and_then(|()| file.out.get_ref().sync_all()).map_err(|e| io(&file.path, &e))?;
        let sum = hex::encode(file.sha.finalize());
        self.sums.push_str(&format!("{sum}  {}\n", file.name.display()));
        Ok(())
    }

    /// Copies a file in. False when it is there no longer.
    pub(super) fn copy(&mut self, from: &Path, name: &Path) -> Result<bool, Error> {
        let mut source = match File::open(from) {
            Ok(source) => source,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(io(from, &error)),
        };
        let mut file = self.file(name)?;
        io::copy(&mut source, &mut file).map_err(|e| io(from, &e))?;
        self.sum(file)?;
        Ok(true)
    }

    /// Gives the directory its name.
    pub(super) fn finish(mut self) -> Result<(), Error> {
        let path = self.partial.join(SUMS);
        let mut file = new_file(&path)?;
        file.write_all(self.sums.as_bytes()).and_then(|()| file.sync_all()).map_err(|e| io(&path, &e))?;
        fs::rename(&self.partial, &self.to).map_err(|e| io(&self.to, &e))?;
        self.is_finished = true;
        Ok(())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.is_finished {
            // The next backup of this name removes what cannot be removed now.
            let _ = fs::remove_dir_all(&self.partial);
        }
    }
}

/// Checks every file of a backup against its sum. Gives their names.
pub(super) fn check(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let list = folder.join(SUMS);
    let text = fs::read_to_string(&list).map_err(|e| {
        Error::Refused(format!("{}: 备份不完整，缺少校验清单。 The backup is not whole: {e}", list.display()))
    })?;
    let mut names = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let Some((sum, name)) = line.split_once("  ") else {
            return Err(damaged(&list, &format!("第{}行 line {}", number + 1, number + 1)));
        };
        let name = PathBuf::from(name);
        if !name.components().all(|part| matches!(part, std::path::Component::Normal(_))) {
            return Err(damaged(
                &list,
                &format!("路径越出备份目录 leads out of the backup: {}", name.display()),
            ));
        }
        let path = folder.join(&name);
        match sum_of(&path) {
            Ok(found) if found == sum => names.push(name),
            Ok(_) => return Err(damaged(&path, "SHA-256")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(damaged(&path, "缺失 missing"));
            }
            Err(error) => return Err(io(&path, &error)),
        }
    }
    Ok(names)
}

fn damaged(path: &Path, what: &str) -> Error {
    Error::Refused(format!(
        "{}: 备份已损坏或被改动。 The backup is damaged or was changed: {what}",
        path.display()
    ))
}

fn sum_of(path: &Path) -> io::Result<String> {
    let (mut file, mut sha, mut block) = (File::open(path)?, Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hex::encode(sha.finalize())),
            read => sha.update(&block[..read]),
        }
    }
}
