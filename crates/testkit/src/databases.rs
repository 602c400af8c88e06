//! Fresh databases, so that every test runs as the same story on both.

use crate::postgres::fresh_postgres;
use tempfile::TempDir;

/// A fresh, empty database; a SQLite file is removed with it.
#[derive(Debug)]
pub struct Database {
    /// `sqlite` or `postgres`, for messages and golden files.
    pub name: &'static str,
    /// As `Db::open` takes it.
    pub address: String,
    _folder: Option<TempDir>,
}

/// A fresh SQLite file.
///
/// # Panics
/// The temporary directory cannot be written.
pub fn fresh_sqlite() -> Database {
    let folder = tempfile::tempdir().expect("the temporary directory can be written");
    let address = format!("sqlite:{}", folder.path().join("mingjing.db").display());
    Database { name: "sqlite", address, _folder: Some(folder) }
}

/// A fresh SQLite file and a fresh PostgreSQL database, both empty: open and migrate them.
///
/// # Panics
/// See [`fresh_postgres`].
pub fn databases() -> [Database; 2] {
    [fresh_sqlite(), Database { name: "postgres", address: fresh_postgres(), _folder: None }]
}
