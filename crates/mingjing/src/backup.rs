//! `mingjing backup` and `mingjing restore`: the database and the data directory, from a running installation into a
//! new directory and from there into a new place.

use crate::TOOL;
use crate::error::Error;
use crate::place::{Flags, Place, block_on, instant, say};
use mingjing_casework::keys::{self, Keys};
use mingjing_store::copy::{self, About, Manifest};
use mingjing_store::{Db, copy::restore};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where backups lie when nobody says otherwise, in the data directory.
pub const BACKUPS: &str = "backups";

/// What `backup` is given.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A new directory; by default one named after the time, in backups of the data directory.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub place: Flags,
}

/// What `restore` is given.
#[derive(clap::Args, Debug)]
pub struct RestoreArgs {
    /// The directory of a backup.
    #[arg(long, value_name = "DIR")]
    pub from: PathBuf,
    #[command(flatten)]
    pub place: Flags,
}

/// Backs up; the server may run.
///
/// # Errors
/// The directory is there already, the database has not the newest shape, something cannot be read or written.
pub fn run(args: &Args, place: &Place, out: &mut dyn Write) -> Result<(), Error> {
    let now = place.clock.now();
    let to = args.out.clone().unwrap_or_else(|| place.data.join(BACKUPS).join(name(now)));
    let key = match Keys::open(&place.data, false) {
        Ok(keys) => Some(keys.fingerprint()),
        Err(keys::Error::Missing(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let mut without = Db::files(&place.database);
    without.push(place.data.join(BACKUPS));
    without.push(to.clone());
    let made = block_on(async {
        let db = place.open_newest().await?;
        // A file is written before the row that names it: what the database shows is among these or comes after.
        let files = copy::below(&place.data, &without)?;
        let about = About { program: TOOL.to_owned(), now, key_fingerprint: key };
        Ok(copy::backup(&db, &place.data, &files, &to, &about).await?)
    })?;
    say(out, &format!("已备份 backed up: {}", to.display()))?;
    told(&made, out)?;
    say(
        out,
        &format!(
            "密钥文件不在备份中，请另行妥善保存。 The key file is not in it, keep a copy apart: {}",
            place.data.join(keys::FILE).display()
        ),
    )
}

/// `mingjing-20260630T023000Z`.
fn name(now: i64) -> String {
    let at = chrono::DateTime::from_timestamp_micros(now).unwrap_or_default();
    format!("mingjing-{}", at.format("%Y%m%dT%H%M%SZ"))
}

fn told(made: &Manifest, out: &mut dyn Write) -> Result<(), Error> {
    let rows: u64 = made.tables.iter().map(|table| table.rows).sum();
    let (tables, files, head) = (made.tables.len(), made.files, &made.audit_head);
    say(
        out,
        &format!(
            "时间 made at: {}，结构 shape {}，来自 from {}",
            instant(made.made_at),
            made.shape,
            made.from
        ),
    )?;
    say(out, &format!("表 tables: {tables}，行 rows: {rows}，文件 files: {files}"))?;
    say(out, &format!("审计链头 audit head: {} {}", head.seq, head.hash))
}

/// Restores into a new place.
///
/// # Errors
/// The backup is damaged or newer than the program, the place is not empty, something cannot be read or written.
pub fn run_restore(args: &RestoreArgs, place: &Place, out: &mut dyn Write) -> Result<(), Error> {
    let made = block_on(async {
        let is_new = Db::files(&place.database).first().is_some_and(|file| !file.exists());
        let db = place.open_or_make().await?;
        let done = restore::restore(&args.from, &db, &place.data).await;
        db.close().await;
        if done.is_err() && is_new {
            // An empty file that was made for this; in the way of nobody if it cannot be removed.
            Db::files(&place.database).iter().for_each(|file| drop(std::fs::remove_file(file)));
        }
        Ok(done?)
    })?;
    say(out, &format!("已恢复 restored: {}", place.data.display()))?;
    told(&made, out)?;
    key_hint(&made, &place.data, out)?;
    say(out, "请运行 mingjing doctor 核验。 Now run mingjing doctor.")
}

/// Says which key file must be put in place.
fn key_hint(made: &Manifest, data: &Path, out: &mut dyn Write) -> Result<(), Error> {
    let Some(expected) = &made.key_fingerprint else { return Ok(()) };
    let path = data.join(keys::FILE);
    match Keys::open(data, false) {
        Ok(keys) if keys.fingerprint() == *expected => Ok(()),
        Ok(_) => say(
            out,
            &format!(
                "密钥文件不是备份时的那个，请换回。 Not the key file of the backup, put that back: {}",
                path.display()
            ),
        ),
        Err(_) => say(
            out,
            &format!(
                "请把备份时的密钥文件放到此处（权限600）。 Put the key file of the backup here (chmod 600): {}",
                path.display()
            ),
        ),
    }
}
