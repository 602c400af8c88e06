//! `mingjing migrate`: brings the database to the shape that this program knows.

use crate::error::Error;
use crate::place::{Flags, Place, block_on, say};
use mingjing_store::migrate;
use std::io::Write;

/// What `migrate` is given.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    pub place: Flags,
}

/// Migrates; a database that is not there is made.
///
/// # Errors
/// The database is newer or altered, or cannot be reached or changed.
pub fn run(_: &Args, place: &Place, out: &mut dyn Write) -> Result<(), Error> {
    let (before, after) = block_on(async {
        let db = place.open_or_make().await?;
        let before = migrate::version(&db).await?;
        migrate::migrate(&db).await?;
        db.close().await;
        Ok((before, migrate::newest()))
    })?;
    match before == after {
        true => say(
            out,
            &format!("数据库结构已是最新（{after}）。 The database has the newest shape ({after}) already."),
        ),
        false => say(
            out,
            &format!(
                "数据库结构由{before}升至{after}。 The database was brought from shape {before} to {after}."
            ),
        ),
    }
}
