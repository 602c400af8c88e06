//! `mingjing doctor`: looks whether an installation is well; each line says what was looked at and, where something is
//! wrong, what to do. Changes nothing.

use crate::backup::BACKUPS;
use crate::error::Error;
use crate::place::{Flags, Place, block_on, instant, say};
use mingjing_casework::audit::{HEAD_LOG, kept_heads};
use mingjing_casework::keys::Keys;
use mingjing_store::audit::check::verify;
use mingjing_store::copy;
use mingjing_store::{Db, job, migrate};
use std::io::Write;
use std::path::PathBuf;

const SECOND: i64 = 1_000_000;
/// The linker works five times a second; entries that wait longer than this wait for a server that runs.
const WAITING_MAX: i64 = 600 * SECOND;
/// A job without a heartbeat is taken up within seconds by any server.
const STUCK_AFTER: i64 = 300 * SECOND;
/// Jobs that are due wait this long when all workers are busy or none runs.
const DUE_MAX: i64 = 24 * 3600 * SECOND;
/// Free space below this, or below a twentieth of the disk, is a fault.
const FREE_MIN: u64 = 1 << 30;

/// What `doctor` is given.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Where backups lie; by default backups in the data directory.
    #[arg(long, value_name = "DIR")]
    pub backups: Option<PathBuf>,
    /// Days after which the newest backup is too old; 0 does not look at backups.
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    pub backup_days: u32,
    #[command(flatten)]
    pub place: Flags,
}

/// What one look found.
struct Found {
    what: &'static str,
    /// What is so.
    text: String,
    /// What to do; none when all is well.
    todo: Option<&'static str>,
}

fn well(what: &'static str, text: impl Into<String>) -> Found {
    Found { what, text: text.into(), todo: None }
}

fn fault(what: &'static str, text: impl Into<String>, todo: &'static str) -> Found {
    Found { what, text: text.into(), todo: Some(todo) }
}

/// Looks at everything and says it, line by line.
///
/// # Errors
/// [`Error::World`] with the number of faults, exit code 1.
pub fn run(args: &Args, place: &Place, out: &mut dyn Write) -> Result<(), Error> {
    let all = block_on(async { Ok(look(args, place).await) })?;
    for found in &all {
        let word = if found.todo.is_some() { "异常 fault" } else { "正常 ok   " };
        say(out, &format!("{word}  {}: {}", found.what, found.text))?;
        if let Some(todo) = found.todo {
            say(out, &format!("            → {todo}"))?;
        }
    }
    match all.iter().filter(|found| found.todo.is_some()).count() {
        0 => say(out, "一切正常。 All is well."),
        faults => Err(Error::World(format!("共{faults}处异常。 {faults} faults."))),
    }
}

async fn look(args: &Args, place: &Place) -> Vec<Found> {
    let mut all = vec![data(place), space(place), key(place)];
    if args.backup_days > 0 {
        all.push(backups(args, place));
    }
    match place.open().await {
        Err(error) => all.push(fault(
            DATABASE,
            error.to_string(),
            "核对地址、服务与权限。 Check address, server and rights",
        )),
        Ok(db) => {
            all.push(well(DATABASE, if db.is_postgres() { "PostgreSQL" } else { "SQLite" }));
            let shape = shape(&db).await;
            let is_usable = shape.todo.is_none();
            all.push(shape);
            all.push(integrity(&db).await);
            // Tables of another shape cannot be read.
            if is_usable {
                all.extend(audit(&db, place).await);
                all.extend(jobs(&db, place).await);
            }
            db.close().await;
        }
    }
    all
}

const DATABASE: &str = "数据库 database";

fn data(place: &Place) -> Found {
    const WHAT: &str = "数据目录 data directory";
    let text = place.data.display().to_string();
    match std::fs::metadata(&place.data) {
        Ok(metadata) if metadata.is_dir() && !metadata.permissions().readonly() => well(WHAT, text),
        Ok(_) => fault(WHAT, text, "应为可写的目录。 A directory that can be written is expected"),
        Err(error) => fault(
            WHAT,
            format!("{text}: {error}"),
            "核对 --data；首次启动由 mingjing serve 建立。 Check --data; mingjing serve makes it",
        ),
    }
}

fn space(place: &Place) -> Found {
    const WHAT: &str = "磁盘 disk";
    match rustix::fs::statvfs(&place.data) {
        Err(error) => fault(WHAT, error.to_string(), "核对数据目录。 Check the data directory"),
        Ok(disk) => {
            let (free, all) = (disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize);
            let text = format!("{:.1} / {:.1} GiB", gib(free), gib(all));
            match free < FREE_MIN || free < all / 20 {
                true => fault(WHAT, text, "腾出空间，或换更大的磁盘。 Free some space or use a larger disk"),
                false => well(WHAT, text),
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn gib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1_u32 << 30)
}

fn key(place: &Place) -> Found {
    const WHAT: &str = "密钥文件 key file";
    match Keys::open(&place.data, false) {
        Ok(keys) => well(WHAT, keys.fingerprint()),
        Err(error) => fault(
            WHAT,
            error.to_string(),
            "没有它，第二因素等加密内容无法使用。 Without it second factors and other sealed secrets cannot be used",
        ),
    }
}

fn backups(args: &Args, place: &Place) -> Found {
    const WHAT: &str = "备份 backup";
    const TODO: &str = "运行 mingjing backup，并把备份存到别处。 Run mingjing backup and keep it elsewhere";
    let folder = args.backups.clone().unwrap_or_else(|| place.data.join(BACKUPS));
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let manifests = entries.filter_map(|entry| copy::manifest(&entry.path()).ok());
    match manifests.map(|manifest| manifest.made_at).max() {
        None => fault(WHAT, format!("{}: 无 none", folder.display()), TODO),
        Some(made) => {
            let is_old = place.clock.now() - made > i64::from(args.backup_days) * 86_400 * SECOND;
            let text = instant(made);
            if is_old { fault(WHAT, text, TODO) } else { well(WHAT, text) }
        }
    }
}

async fn shape(db: &Db) -> Found {
    const WHAT: &str = "数据库结构 shape";
    match migrate::is_newest(db).await {
        Ok(true) => well(WHAT, migrate::newest().to_string()),
        Ok(false) => fault(WHAT, "不是最新 not the newest", "运行 mingjing migrate。 Run mingjing migrate"),
        Err(error) => fault(WHAT, error.to_string(), "使用相应版本的程序。 Use the program of that version"),
    }
}

async fn integrity(db: &Db) -> Found {
    const WHAT: &str = "数据库完整性 integrity";
    const TODO: &str = "停止服务，从备份恢复到新位置。 Stop the server and restore a backup into a new place";
    match db.integrity().await {
        Ok(wrong) if wrong.is_empty() => well(WHAT, "完好 whole"),
        Ok(wrong) => fault(WHAT, wrong.join("; "), TODO),
        Err(error) => fault(WHAT, error.to_string(), TODO),
    }
}

async fn audit(db: &Db, place: &Place) -> Vec<Found> {
    const WHAT: &str = "审计日志 audit log";
    const TODO: &str = "保全数据库与日志，运行 mingjing audit verify 查看全部异常，并报告审计人员。 \
        Keep the database as it is, run mingjing audit verify, tell the auditor";
    let heads = match kept_heads(&place.data.join(HEAD_LOG)) {
        Ok(heads) => heads.unwrap_or_default(),
        Err(error) => return vec![fault(WHAT, error.to_string(), TODO)],
    };
    let checked = match verify(db, &heads).await {
        Ok(checked) => checked,
        Err(error) => return vec![fault(WHAT, error.to_string(), TODO)],
    };
    let report = &checked.report;
    let chain = match report.faults.first() {
        None => well(WHAT, format!("{} 条 links，链头 heads {}", report.links, report.heads)),
        Some(first) => {
            let (zh, en, total) = (first.zh(), first.en(), report.faults_total);
            fault(WHAT, format!("{total}: {zh} {en}"), TODO)
        }
    };
    const WAITS: &str = "待入链 waiting for the chain";
    let age = checked.queue.since.map_or(0, |since| (place.clock.now() - since).max(0));
    let text = format!("{}，{} s", checked.queue.waiting, age / SECOND);
    let waits = match age > WAITING_MAX {
        true => fault(WAITS, text, "启动 mingjing serve，由它入链。 Start mingjing serve, which links them"),
        false => well(WAITS, text),
    };
    vec![chain, waits]
}

async fn jobs(db: &Db, place: &Place) -> Vec<Found> {
    const WHAT: &str = "后台任务 jobs";
    let now = place.clock.now();
    match job::counts(db, now, now - STUCK_AFTER).await {
        Err(error) => vec![fault(WHAT, error.to_string(), "检查数据库。 Check the database")],
        Ok(counts) => {
            let text = format!(
                "待运行 due {}，运行中 running {}，无响应 without a heartbeat {}，失败 failed {}",
                counts.due, counts.running, counts.stuck, counts.failed
            );
            let waits = counts.due_since.is_some_and(|since| now - since > DUE_MAX);
            match counts.stuck > 0 || waits {
                true => vec![fault(
                    WHAT,
                    text,
                    "启动 mingjing serve，由它接手。 Start mingjing serve, which takes them up",
                )],
                false => vec![well(WHAT, text)],
            }
        }
    }
}
