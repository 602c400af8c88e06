//! Tables that lie on the server already: a folder named in the settings, chosen from by name.
//!
//! A name is a path below that folder whose every part is an ordinary folder or file: no `..`, no link, no device.

use super::Refused;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

/// Folders below the import folder that are looked into.
const LEVELS_DOWN: usize = 3;
/// Files that are shown.
const FILES_MAX: usize = 500;

/// A file that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Importable {
    /// Its path below the import folder, with `/`.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
}

/// What lies in the import folder, by name, at most 500 files.
///
/// # Errors
/// The folder itself cannot be read.
pub fn list(folder: &Path) -> Result<Vec<Importable>, Refused> {
    let mut found = Vec::new();
    collect(folder, "", LEVELS_DOWN, &mut found)?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found.truncate(FILES_MAX);
    Ok(found)
}

fn collect(folder: &Path, prefix: &str, levels: usize, found: &mut Vec<Importable>) -> Result<(), Refused> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        // The kind of the entry itself: a link is neither file nor folder here.
        let (Ok(kind), false) = (entry.file_type(), name.starts_with('.')) else { continue };
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if kind.is_file() {
            let bytes = entry.metadata().map_or(0, |m| m.len());
            found.push(Importable { name: path, bytes });
        } else if kind.is_dir() && levels > 0 {
            // A folder that may not be read holds nothing that can be chosen.
            let _ = collect(&entry.path(), &path, levels - 1, found);
        }
    }
    Ok(())
}

/// Opens a file of the import folder.
///
/// # Errors
/// `outside` for a name that leaves the folder, is a link or no ordinary file; the system refuses.
pub fn open(folder: &Path, name: &str) -> Result<File, Refused> {
    let outside = || Refused::State("outside");
    let relative = Path::new(name);
    let parts: Vec<_> = relative.components().collect();
    if parts.is_empty() || !parts.iter().all(|part| matches!(part, Component::Normal(_))) {
        return Err(outside());
    }
    let mut path = PathBuf::from(folder);
    let mut last = None;
    for part in parts {
        path.push(part);
        let facts = fs::symlink_metadata(&path).map_err(|_| outside())?;
        if facts.is_symlink() {
            return Err(outside());
        }
        last = Some(facts);
    }
    let looked_at = last.filter(|facts| facts.is_file()).ok_or_else(outside)?;
    let file = File::open(&path)?;
    let opened = file.metadata()?;
    // Whoever puts a link there in between gives another file than the one looked at.
    if (opened.dev(), opened.ino()) != (looked_at.dev(), looked_at.ino()) {
        return Err(outside());
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn only_ordinary_files_below_the_folder_are_shown_and_opened() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("import");
        fs::create_dir_all(folder.join("案件")).unwrap();
        fs::write(dir.path().join("secret"), "s").unwrap();
        fs::write(folder.join("案件/会员.csv"), "a").unwrap();
        fs::write(folder.join(".hidden"), "h").unwrap();
        symlink(dir.path().join("secret"), folder.join("link.csv")).unwrap();
        symlink(dir.path(), folder.join("up")).unwrap();
        let names: Vec<String> = list(&folder).unwrap().into_iter().map(|f| f.name).collect();
        assert_eq!(names, ["案件/会员.csv"]);
        open(&folder, "案件/会员.csv").unwrap();
        for name in [
            "../secret",
            "link.csv",
            "up/secret",
            "/etc/passwd",
            "",
            ".",
            "案件",
            "案件/../../secret",
            "none",
        ] {
            assert!(matches!(open(&folder, name), Err(Refused::State("outside"))), "{name}");
        }
    }
}
