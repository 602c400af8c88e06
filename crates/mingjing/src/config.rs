//! Where the platform lives, for every command that opens it: settings from file, environment and command line.

use crate::error::Error;
use clap::Args;
use mingjing_store::Db;
use mingjing_web::settings::Settings;
use std::path::{Path, PathBuf};

/// Arguments of every command that opens the platform.
#[derive(Args, Clone, Debug, Default)]
pub struct Place {
    /// sqlite:FILE or postgres://…; by default mingjing.db in the data directory.
    #[arg(long, value_name = "ADDRESS")]
    pub database: Option<String>,
    /// Directory of uploads, results and keys; by default ./mingjing-data.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// A YAML file of settings; docs/guide/settings.md lists them.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
}

impl Place {
    /// The settings; `more` are further values of the command line.
    ///
    /// # Errors
    /// The file cannot be read, or a setting cannot be used.
    pub fn settings(&self, more: &[(&str, String)]) -> Result<Settings, Error> {
        let variables: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let named = variables.iter().find(|(name, _)| name == "MINGJING_SETTINGS");
        let file = self.settings.clone().or_else(|| named.map(|(_, path)| PathBuf::from(path)));
        let text = match &file {
            Some(path) => Some(std::fs::read_to_string(path).map_err(|e| Error::io(path, &e))?),
            None => None,
        };
        let name = file.as_deref().map(|path| path.display().to_string());
        let file = name.as_deref().zip(text.as_deref());
        let mut flags: Vec<(&str, String)> = more.to_vec();
        flags.extend(self.database.clone().map(|database| ("database", database)));
        flags.extend(self.data.as_deref().map(|data| ("data", data.display().to_string())));
        Settings::read(file, variables, &flags).map_err(|e| Error::user("settings", e.to_string()))
    }
}

/// Opens the database of the settings; the data directory is made when missing, for its owner only.
///
/// # Errors
/// The directory cannot be made, the database not be reached.
pub async fn open(settings: &Settings) -> Result<Db, Error> {
    make_data(&settings.data)?;
    Ok(Db::open(&settings.database).await?)
}

fn make_data(data: &Path) -> Result<(), Error> {
    use std::os::unix::fs::DirBuilderExt;
    if data.is_dir() {
        return Ok(());
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(|e| Error::io(data, &e))
}

/// Runs something that waits, on threads with room for deep plans.
///
/// # Errors
/// No thread can be made; what the future gives.
pub fn block_on<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(4 << 20)
        .build()
        .map_err(|e| Error::World(format!("threads: {e}")))?;
    let done = runtime.block_on(future);
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    done
}

impl From<mingjing_casework::people::Error> for Error {
    fn from(error: mingjing_casework::people::Error) -> Error {
        match error.is_users() {
            true => Error::user("people", error.to_string()),
            false => Error::World(error.to_string()),
        }
    }
}
