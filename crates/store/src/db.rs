//! The two databases behind one type: the same queries run on both.
//!
//! A query is one text with `$1` placeholders. Reads go through [`on!`], writes through a [`Tx`] and [`within!`].
//! SQLite has one connection that writes and several that read (WAL); PostgreSQL has one pool.

use crate::error::Error;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// Connections that read SQLite at once.
const SQLITE_READERS: u32 = 8;
/// Connections to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 16;

/// An open operational database.
#[derive(Clone, Debug)]
pub enum Db {
    /// One file on this machine.
    Sqlite(Sqlite),
    /// A PostgreSQL server.
    Postgres(PgPool),
}

/// The two pools of a SQLite file.
#[derive(Clone, Debug)]
pub struct Sqlite {
    /// Reads.
    pub read: SqlitePool,
    /// Writes: one connection, so that writers wait for each other here and not in the file's lock.
    pub write: SqlitePool,
}

/// A transaction that writes. Dropped without [`Tx::commit`], it is rolled back.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite, begun `immediate`.
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    /// On PostgreSQL.
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

/// Runs one expression on the pool that reads: `on!(db, p => sqlx::query_as(SQL).bind(id).fetch_one(p).await)`.
#[macro_export]
macro_rules! on {
    ($db:expr, $p:ident => $e:expr) => {
        match $db {
            $crate::Db::Sqlite(pools) => {
                let $p = &pools.read;
                $e
            }
            $crate::Db::Postgres($p) => $e,
        }
    };
}

/// Runs one expression on a transaction: `within!(tx, c => sqlx::query(SQL).bind(id).execute(c).await)`.
#[macro_export]
macro_rules! within {
    ($tx:expr, $c:ident => $e:expr) => {
        match $tx {
            $crate::Tx::Sqlite(tx) => {
                let $c = &mut **tx;
                $e
            }
            $crate::Tx::Postgres(tx) => {
                let $c = &mut **tx;
                $e
            }
        }
    };
}

/// Runs a statement on a transaction and gives the number of rows it touched: `written!(tx, SQL, id, name)?`.
#[macro_export]
macro_rules! written {
    ($tx:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::within!($tx, c => sqlx::query($sql)$(.bind($value))*.execute(c).await
            .map(|done| done.rows_affected())).map_err($crate::Error::from)
    };
}

impl Db {
    /// Opens `sqlite:FILE` (made when missing) or `postgres://…`. Does not migrate.
    ///
    /// # Errors
    /// The address is of neither kind, or the database cannot be reached.
    pub async fn open(address: &str) -> Result<Db, Error> {
        if address.starts_with("postgres:") || address.starts_with("postgresql:") {
            let options =
                PgConnectOptions::from_str(address).map_err(|e| Error::address(address, &e.to_string()))?;
            let pool = PgPoolOptions::new()
                .max_connections(POSTGRES_CONNECTIONS)
                .acquire_timeout(Duration::from_secs(30))
                .connect_with(options)
                .await?;
            return Ok(Db::Postgres(pool));
        }
        if !address.starts_with("sqlite:") {
            return Err(Error::address(address, "it begins with neither sqlite: nor postgres:"));
        }
        let options = SqliteConnectOptions::from_str(address)
            .map_err(|e| Error::address(address, &e.to_string()))?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit that was answered must outlive a power cut.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(30))
            .foreign_keys(true);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(60))
            .connect_with(options.clone())
            .await?;
        let read = SqlitePoolOptions::new().max_connections(SQLITE_READERS).connect_with(options).await?;
        Ok(Db::Sqlite(Sqlite { read, write }))
    }

    /// Begins a transaction that writes.
    ///
    /// # Errors
    /// The database cannot be reached, or another writer held it too long.
    pub async fn begin(&self) -> Result<Tx, Error> {
        Ok(match self {
            Db::Sqlite(pools) => Tx::Sqlite(pools.write.begin_with("begin immediate").await?),
            Db::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Begins a transaction that only reads and sees one moment, however long it takes.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn snapshot(&self) -> Result<Tx, Error> {
        Ok(match self {
            Db::Sqlite(pools) => Tx::Sqlite(pools.read.begin_with("begin deferred").await?),
            Db::Postgres(pool) => {
                Tx::Postgres(pool.begin_with("begin isolation level repeatable read read only").await?)
            }
        })
    }

    /// The files of an address: database, journal, shared memory; none for PostgreSQL.
    pub fn files(address: &str) -> Vec<PathBuf> {
        let path = address.strip_prefix("sqlite:").map(|rest| rest.trim_start_matches("//"));
        let path = path.and_then(|rest| rest.split('?').next());
        path.map(|path| crate::copy::of_sqlite(Path::new(path)).to_vec()).unwrap_or_default()
    }

    /// Asks the database whether its own structures are whole. Gives what is wrong, a line each.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn integrity(&self) -> Result<Vec<String>, Error> {
        let mut wrong = Vec::new();
        match self {
            Db::Sqlite(pools) => {
                let all: Vec<String> =
                    sqlx::query_scalar("pragma integrity_check(20)").fetch_all(&pools.read).await?;
                wrong.extend(all.into_iter().filter(|line| line != "ok"));
                let dangling: Vec<String> = sqlx::query_scalar(
                    "select \"table\" || ' -> ' || \"parent\" from pragma_foreign_key_check limit 20",
                )
                .fetch_all(&pools.read)
                .await?;
                wrong.extend(dangling);
            }
            Db::Postgres(pool) => {
                let sql =
                    "select indexrelid::regclass::text || ' is not valid' from pg_index where not indisvalid
                    union all
                    select 'checksum failures: ' || checksum_failures from pg_stat_database
                    where datname = current_database() and checksum_failures > 0";
                wrong.extend(sqlx::query_scalar::<_, String>(sql).fetch_all(pool).await?);
            }
        }
        Ok(wrong)
    }

    /// Is it PostgreSQL?
    pub fn is_postgres(&self) -> bool {
        matches!(self, Db::Postgres(_))
    }

    /// Closes all connections; on SQLite the journal is taken into the file.
    pub async fn close(&self) {
        match self {
            Db::Sqlite(pools) => {
                pools.read.close().await;
                pools.write.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes the changes last.
    ///
    /// # Errors
    /// The database refused; then nothing of it stays.
    pub async fn commit(self) -> Result<(), Error> {
        match self {
            Tx::Sqlite(tx) => tx.commit().await?,
            Tx::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}
