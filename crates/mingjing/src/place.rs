//! Where an installation lies: its database and its data directory, as settings, environment or flags name them.

use crate::error::Error;
use mingjing_casework::clock::Clock;
use mingjing_store::{Db, migrate};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Arc;

/// Flags of every command that works on an installation.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Flags {
    /// sqlite:FILE or postgres://USER@HOST/NAME; by default mingjing.db in the data directory.
    #[arg(long, value_name = "ADDRESS")]
    pub database: Option<String>,
    /// Where files are kept.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

impl Flags {
    /// The installation: flags before environment (`MINGJING_DATABASE`, `MINGJING_DATA`) before the defaults.
    pub fn place(&self, environment: impl Fn(&str) -> Option<String>, clock: Arc<dyn Clock>) -> Place {
        let variable = |name: &str| environment(name).filter(|value| !value.trim().is_empty());
        let data = self.data.clone().or_else(|| variable("MINGJING_DATA").map(PathBuf::from));
        let data = data.unwrap_or_else(|| PathBuf::from("./mingjing-data"));
        let database = self.database.clone().or_else(|| variable("MINGJING_DATABASE"));
        let database = database.unwrap_or_else(|| format!("sqlite:{}", data.join("mingjing.db").display()));
        Place { database, data, clock }
    }
}

/// An installation.
#[derive(Clone, Debug)]
pub struct Place {
    /// Address of the database.
    pub database: String,
    /// The data directory.
    pub data: PathBuf,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl Place {
    /// Opens the database; a SQLite file that is not there is not made.
    pub async fn open(&self) -> Result<Db, Error> {
        if let Some(file) = Db::files(&self.database).first().filter(|file| !file.exists()) {
            let what =
                "没有数据库，请核对 --database 与 --data，或先运行 mingjing serve、mingjing restore。\n";
            let message = format!(
                "{what}{}: no database; check --database and --data, or run mingjing serve or mingjing restore first",
                file.display()
            );
            return Err(Error::user("database_missing", message));
        }
        Ok(Db::open(&self.database).await?)
    }

    /// As [`Place::open`]; a database that has not the newest shape is refused.
    pub async fn open_newest(&self) -> Result<Db, Error> {
        let db = self.open().await?;
        if migrate::is_newest(&db).await? {
            return Ok(db);
        }
        let message = "数据库结构不是最新，请先运行 mingjing migrate。\n\
            The database has not the newest shape: run mingjing migrate first";
        Err(Error::user("database_older", message))
    }

    /// Opens the database, which is made with the data directory when it is not there.
    pub async fn open_or_make(&self) -> Result<Db, Error> {
        let mut folders = vec![self.data.clone()];
        folders.extend(Db::files(&self.database).first().and_then(|file| file.parent()).map(PathBuf::from));
        for folder in folders.iter().filter(|folder| !folder.as_os_str().is_empty()) {
            let mut builder = std::fs::DirBuilder::new();
            builder.recursive(true).mode(0o700).create(folder).map_err(|e| Error::io(folder, &e))?;
        }
        Ok(Db::open(&self.database).await?)
    }
}

/// Runs a command that waits for the database.
pub fn block_on<T>(command: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| Error::World(format!("无法启动运行时。 cannot start: {e}")))?.block_on(command)
}

/// Writes what a command says.
pub fn say(out: &mut dyn std::io::Write, line: &str) -> Result<(), Error> {
    writeln!(out, "{line}").map_err(|e| Error::World(format!("standard output: {e}")))
}

/// An instant as `2026-06-30 10:30:00`, Asia/Shanghai.
pub fn instant(at: i64) -> String {
    let at = chrono::DateTime::from_timestamp_micros(at);
    let text = |at: chrono::DateTime<chrono::Utc>| {
        at.with_timezone(&chrono_tz::Asia::Shanghai).format("%Y-%m-%d %H:%M:%S").to_string()
    };
    at.map(text).unwrap_or_default()
}
