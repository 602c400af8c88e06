//! Restoring a backup into a new place, whole or not at all: nothing that is there is ever written over.

use super::sums::{check, folders, io, new_file};
use super::table::{self, Table};
use super::{Manifest, TableSum, first_with_rows, manifest, table_path};
use crate::error::Error;
use crate::{Db, Tx, migrate, within};
use sqlx::AssertSqlSafe;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Rows that go to the database at once, and their size in bytes.
const BATCH: (usize, usize) = (500, 1 << 20);

/// Restores a backup into an empty database and the files into a data directory that has none of them. A backup of an
/// earlier shape is brought to the present one.
///
/// # Errors
/// [`Error::Refused`] when it is no whole backup, the database has rows, or a file is there already; [`Error::Newer`]
/// when a newer program made it; the database refused; a file cannot be read or written. Then neither rows nor files
/// stay.
pub async fn restore(from: &Path, db: &Db, data: &Path) -> Result<Manifest, Error> {
    let manifest = manifest(from)?;
    if manifest.shape > migrate::newest() {
        return Err(Error::Newer { found: manifest.shape, known: migrate::newest() });
    }
    let names = check(from)?;
    for table in &manifest.tables {
        if !names.contains(&table_path(&table.name)) {
            return Err(Error::Refused(format!("{}: 备份缺少表。 The backup lacks the table", table.name)));
        }
    }
    if let Some(table) = first_with_rows(db).await? {
        let what = "数据库不是空的，只能恢复到新库。 The database is not empty: restore into a new one";
        return Err(Error::Refused(format!("{}: {what}", table.name)));
    }
    let files = targets(&names, data)?;
    migrate::to(db, manifest.shape).await?;
    let mut written = Written(Vec::new());
    for (name, to) in &files {
        written.copy(&from.join(name), to)?;
    }
    rows(from, db, &manifest).await?;
    written.0.clear();
    migrate::migrate(db).await?;
    Ok(manifest)
}

/// The files of a backup and where they go; none may be there.
fn targets(names: &[PathBuf], data: &Path) -> Result<Vec<(PathBuf, PathBuf)>, Error> {
    let mut files = Vec::new();
    for name in names {
        let Ok(relative) = name.strip_prefix("files") else { continue };
        let to = data.join(relative);
        if to.symlink_metadata().is_ok() {
            let what = "已存在，只能恢复到新目录。 Is there already: restore into a new directory";
            return Err(Error::Refused(format!("{}: {what}", to.display())));
        }
        files.push((name.clone(), to));
    }
    Ok(files)
}

/// Files that were written; dropped before all went well, they are removed.
struct Written(Vec<PathBuf>);

impl Written {
    fn copy(&mut self, from: &Path, to: &Path) -> Result<(), Error> {
        if let Some(folder) = to.parent() {
            folders(folder)?;
        }
        let (mut source, mut target) = (File::open(from).map_err(|e| io(from, &e))?, new_file(to)?);
        self.0.push(to.to_owned());
        std::io::copy(&mut source, &mut target).and_then(|_| target.sync_all()).map_err(|e| io(to, &e))
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        for path in &self.0 {
            // What cannot be removed is in the way of the next attempt, which names it.
            let _ = fs::remove_file(path);
        }
    }
}

/// Writes the rows of all tables in one transaction. Tables point at each other and at themselves: references are
/// looked at when all rows are in.
async fn rows(from: &Path, db: &Db, manifest: &Manifest) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    let tables = table::all(&mut tx).await?;
    let constraints = defer(&mut tx).await?;
    for sum in &manifest.tables {
        let known = tables.iter().find(|table| table.name == sum.name);
        let known = known.and_then(|table| Some((table, table.insert(db, &sum.columns)?)));
        let Some((table, sql)) = known else {
            let what = "表或列与其结构版本不符。 The table or a column is not of its shape";
            return Err(Error::Refused(format!("{}: {what}", sum.name)));
        };
        load(&mut tx, from, table, sum, &sql).await?;
    }
    settle(&mut tx, &constraints).await?;
    tx.commit().await
}

async fn load(tx: &mut Tx, from: &Path, table: &Table, sum: &TableSum, sql: &str) -> Result<(), Error> {
    let path = from.join(table_path(&sum.name));
    let file = File::open(&path).map_err(|e| io(&path, &e))?;
    let lines = BufReader::new(zstd::Decoder::new(file).map_err(|e| io(&path, &e))?).lines();
    let (mut batch, mut count, mut rows) = (String::from("["), 0, 0);
    for line in lines {
        let line = line.map_err(|e| io(&path, &e))?;
        if count > 0 {
            batch.push(',');
        }
        batch.push_str(&line);
        (count, rows) = (count + 1, rows + 1);
        if count >= BATCH.0 || batch.len() >= BATCH.1 {
            put(tx, sql, &mut batch).await?;
            count = 0;
        }
    }
    if count > 0 {
        put(tx, sql, &mut batch).await?;
    }
    if rows != sum.rows {
        let what = "行数与清单不符。 Another number of rows than the manifest names";
        return Err(Error::Refused(format!("{}: {what}: {rows}, {}", path.display(), sum.rows)));
    }
    match sum.last_id {
        Some(last) => table.set_last_id(tx, last).await,
        None => Ok(()),
    }
}

async fn put(tx: &mut Tx, sql: &str, batch: &mut String) -> Result<(), Error> {
    batch.push(']');
    let sql = AssertSqlSafe(sql.to_owned());
    within!(tx, c => sqlx::query(sql).bind(batch.as_str()).execute(c).await.map(drop))?;
    batch.clear();
    batch.push('[');
    Ok(())
}

/// Lets references be looked at later. Gives what is to be set back.
async fn defer(tx: &mut Tx) -> Result<Vec<(String, String)>, Error> {
    let Tx::Postgres(inner) = tx else {
        // Holds until the end of the transaction.
        crate::written!(tx, "pragma defer_foreign_keys = on")?;
        return Ok(Vec::new());
    };
    let all: Vec<(String, String)> =
        sqlx::query_as(include_str!("references_postgres.sql")).fetch_all(&mut **inner).await?;
    for (table, name) in &all {
        let sql = format!("alter table {table} alter constraint {name} deferrable initially deferred");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut **inner).await?;
    }
    Ok(all)
}

/// Looks at the references, and sets back what was changed for the sake of this.
async fn settle(tx: &mut Tx, constraints: &[(String, String)]) -> Result<(), Error> {
    let Tx::Postgres(inner) = tx else { return Ok(()) };
    sqlx::query("set constraints all immediate").execute(&mut **inner).await?;
    for (table, name) in constraints {
        let sql = format!("alter table {table} alter constraint {name} not deferrable");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut **inner).await?;
    }
    Ok(())
}
