//! Backup of a running database with its files, and restore into a new place.
//!
//! A backup is a directory in one form for both databases, so that it can also be moved from SQLite to PostgreSQL and
//! back: `manifest.json`, each table as JSON lines (`tables/NAME.jsonl.zst`, one array a row), the files as they are,
//! and `SHA256SUMS`, which `sha256sum -c` checks. All tables are read at one moment. The key file is never in it:
//! whoever finds a backup finds no usable secret.

mod files;
pub mod restore;
mod sums;
mod table;

pub(crate) use files::of_sqlite;
pub use files::{KEY_FILE, below};

use crate::audit::read::head_in;
use crate::error::Error;
use crate::{Db, migrate, within};
use futures::TryStreamExt;
use mingjing_model::time::Micros;
use mingjing_verify::Head;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use std::io::Write;
use std::path::{Path, PathBuf};
use sums::Folder;
use table::Table;

/// What stands in every manifest.
const FORMAT: &str = "mingjing-backup";
/// Name of the file that says what the backup is.
const MANIFEST: &str = "manifest.json";

/// What a backup is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: String,
    version: u32,
    /// Name and version of the program that made it.
    pub program: String,
    /// The moment it shows, microseconds since 1970 UTC.
    pub made_at: Micros,
    /// Shape of the database, see [`migrate`].
    pub shape: i64,
    /// `sqlite` or `postgres`.
    pub from: String,
    /// Tells which key file belongs to it.
    pub key_fingerprint: Option<String>,
    /// Head of the audit chain.
    pub audit_head: Head,
    /// The tables.
    pub tables: Vec<TableSum>,
    /// Files beside the database.
    pub files: u64,
}

/// A table in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSum {
    /// Its name.
    pub name: String,
    /// Its columns, in the order of the values.
    pub columns: Vec<String>,
    /// Rows.
    pub rows: u64,
    /// The highest number that the database ever gave out here; it is never given again.
    pub last_id: Option<i64>,
}

/// What is said of a backup.
#[derive(Clone, Debug)]
pub struct About {
    /// Name and version of the program.
    pub program: String,
    /// Now.
    pub now: Micros,
    /// Tells which key file belongs to it.
    pub key_fingerprint: Option<String>,
}

/// Writes a backup of a database, which may be in use, and of files below a data directory (paths relative to it, see
/// [`below`]) into a new directory, whole or not at all.
///
/// # Errors
/// [`Error::Refused`] when the directory is there already or the database has not the newest shape; the database cannot
/// be read; a file cannot be read or written.
pub async fn backup(
    db: &Db,
    data: &Path,
    files: &[PathBuf],
    to: &Path,
    about: &About,
) -> Result<Manifest, Error> {
    if to.exists() {
        return Err(Error::Refused(format!(
            "{}: 已存在，请给出新目录。 Is there already: name a new directory",
            to.display()
        )));
    }
    if !migrate::is_newest(db).await? {
        return Err(Error::Refused(
            "数据库结构不是最新，请先运行 mingjing migrate。 The database has not the newest shape: run mingjing migrate first"
                .to_owned(),
        ));
    }
    let mut folder = Folder::create(to)?;
    let mut manifest = tables(db, &mut folder, about).await?;
    for file in files {
        if folder.copy(&data.join(file), &Path::new("files").join(file))? {
            manifest.files += 1;
        }
    }
    let text = serde_json::to_string_pretty(&manifest).expect("texts and numbers can be written as JSON");
    let mut out = folder.file(Path::new(MANIFEST))?;
    writeln!(out, "{text}").map_err(|e| out.error(&e))?;
    folder.sum(out)?;
    folder.finish()?;
    Ok(manifest)
}

/// Writes all tables as they are at one moment.
async fn tables(db: &Db, folder: &mut Folder, about: &About) -> Result<Manifest, Error> {
    let mut tx = db.snapshot().await?;
    let mut sums = Vec::new();
    for table in table::all(&mut tx).await? {
        let path = table_path(&table.name);
        let out = folder.file(&path)?;
        let unwritten = |e: &std::io::Error| Error::World(format!("{}: {e}", path.display()));
        let mut zstd = zstd::Encoder::new(out, 3).map_err(|e| unwritten(&e))?;
        let (sql, mut rows) = (AssertSqlSafe(table.select(db)), 0);
        within!(&mut tx, c => {
            let mut all = sqlx::query_scalar::<_, String>(sql).fetch(c);
            while let Some(row) = all.try_next().await? {
                writeln!(zstd, "{row}").map_err(|e| unwritten(&e))?;
                rows += 1;
            }
        });
        folder.sum(zstd.finish().map_err(|e| unwritten(&e))?)?;
        let last_id = table.last_id(&mut tx).await?;
        let columns = table.columns.iter().map(|column| column.name.clone()).collect();
        sums.push(TableSum { name: table.name, columns, rows, last_id });
    }
    Ok(Manifest {
        format: FORMAT.to_owned(),
        version: 1,
        program: about.program.clone(),
        made_at: about.now,
        shape: migrate::newest(),
        from: if db.is_postgres() { "postgres" } else { "sqlite" }.to_owned(),
        key_fingerprint: about.key_fingerprint.clone(),
        audit_head: head_in(&mut tx).await?,
        tables: sums,
        files: 0,
    })
}

fn table_path(name: &str) -> PathBuf {
    Path::new("tables").join(format!("{name}.jsonl.zst"))
}

/// Reads what a backup is, without checking its files.
///
/// # Errors
/// [`Error::Refused`] when it is no backup or one of a later form.
pub fn manifest(of: &Path) -> Result<Manifest, Error> {
    let path = of.join(MANIFEST);
    let text = std::fs::read_to_string(&path).map_err(|e| {
        let what = "不是备份目录。 Is no directory of a backup";
        Error::Refused(format!("{}: {what}: {e}", path.display()))
    })?;
    let read: Result<Manifest, String> = serde_json::from_str(&text).map_err(|e| e.to_string());
    read.and_then(|manifest| match manifest.format == FORMAT && manifest.version == 1 {
        true => Ok(manifest),
        false => Err(format!("{} {}", manifest.format, manifest.version)),
    })
    .map_err(|why| {
        let what = "不是本程序可读的备份清单。 Is no manifest that this program reads";
        Error::Refused(format!("{}: {what}: {why}", path.display()))
    })
}

/// The first table of a database that has rows.
async fn first_with_rows(db: &Db) -> Result<Option<Table>, Error> {
    let mut tx = db.snapshot().await?;
    for table in table::all(&mut tx).await? {
        let sql = AssertSqlSafe(format!("select exists (select 1 from {})", table.name));
        if within!(&mut tx, c => sqlx::query_scalar::<_, bool>(sql).fetch_one(c).await)? {
            return Ok(Some(table));
        }
    }
    Ok(None)
}
