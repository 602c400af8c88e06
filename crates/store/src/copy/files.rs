//! Which files of the data directory belong into a backup.

use super::sums::io;
use crate::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// Name of the key file, which is kept apart from every backup.
pub const KEY_FILE: &str = "secret.key";

/// All files below a data directory, relative to it and in order: without the key file, without half-written files
/// (`*.partial`), without links, without what is named (files or directories, such as the SQLite file and the folder
/// of backups).
///
/// # Errors
/// A directory cannot be read.
pub fn below(data: &Path, without: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut folders = vec![data.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            // Removed meanwhile; the data directory itself may not be there yet.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(io(&folder, &error)),
        };
        for entry in entries {
            let entry = entry.map_err(|e| io(&folder, &e))?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(|e| io(&folder, &e))?);
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if without.contains(&path) || name == KEY_FILE || name.ends_with(".partial") {
                continue;
            }
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file()
                && let Ok(relative) = path.strip_prefix(data)
            {
                // A name with a line end would break the list of sums.
                if name.contains(['\n', '\r']) {
                    return Err(Error::Refused(format!("{}: a file name holds a line end", path.display())));
                }
                found.push(relative.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The files of a SQLite database: itself, its journal and its shared memory.
pub(crate) fn of_sqlite(file: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|end| {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    })
}
