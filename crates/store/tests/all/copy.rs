//! Backups: of a running database, restored into a new place of either kind, whole or not at all.

use crate::world::{NOW, SECOND, WANG, World, worlds};
use mingjing_store::audit::{self, Entry};
use mingjing_store::copy::{About, backup, below, manifest, restore::restore};
use mingjing_store::{Db, Error, migrate, on};
use mingjing_testkit::databases;
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use tempfile::TempDir;

fn about() -> About {
    About { program: "mingjing 0".to_owned(), now: NOW, key_fingerprint: Some("abcd".to_owned()) }
}

fn entry(at: i64) -> Entry {
    Entry {
        at,
        account: Some(WANG),
        account_name: "王芳".to_owned(),
        office: None,
        action: "read".to_owned(),
        subject_kind: "analysis".to_owned(),
        subject_id: "1".to_owned(),
        division: None,
        detail: serde_json::json!({"n\u{0}": "\u{0}'\"\\\n\u{1f600}"}),
        request: "r".to_owned(),
        address: None,
    }
}

async fn log(db: &Db, at: i64) {
    let mut tx = db.begin().await.unwrap();
    audit::append(&mut tx, &entry(at)).await.unwrap();
    tx.commit().await.unwrap();
}

/// Rows of every kind: truths, nulls, large numbers, references forwards and to the same table, ids that are gone.
async fn furnish(world: &World) {
    world
        .sql(
            "insert into division (code, parent, level, name)
             values ('520102001', null, 'street', '街道'), ('520102', '5201', 'district', '南明区');
             update division set parent = '520102' where code = '520102001';
             insert into change_event (id, subject_kind, subject_id, action, before_value, at)
             values (1, 'office', '1', 'rename', '{\"a\": 1}', 9007199254740993), (2, 'office', '1', 'rename', null, 2);
             update change_event set undone_by = 2 where id = 1;
             update change_event set undoes = 1 where id = 2;
             update person_account set must_change_password = false where id = 2;
             insert into notice (id, account_id, text_key, arguments, href, created_at)
             values (41, 1, 'a', '{}', '/', 1), (42, 1, '换行\n''引号\"', '{}', '/', 1);
             delete from notice where id = 42;",
        )
        .await;
    for at in 1..=1_200 {
        if at % 400 == 1 {
            log(&world.db, NOW + at).await;
        }
    }
    audit::link::link(&world.db, NOW, 2).await.unwrap();
    // More rows than go to the database at once.
    let many = "with recursive n (i) as (select 1 union all select i + 1 from n where i < 1300)
        insert into setting (name, value, changed_at) select 's' || i, '{}', i from n";
    world.sql(many).await;
}

/// All rows of all tables as texts, in order.
async fn content(db: &Db) -> BTreeMap<String, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("content");
    let made = backup(db, folder.path(), &[], &to, &about()).await.unwrap();
    let read = |name: &str| {
        let file = std::fs::File::open(to.join(format!("tables/{name}.jsonl.zst"))).unwrap();
        let text = std::io::read_to_string(zstd::Decoder::new(file).unwrap()).unwrap();
        // The two databases put blanks differently.
        let plain = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap().to_string();
        let mut rows: Vec<String> = text.lines().map(plain).collect();
        rows.sort();
        rows
    };
    made.tables.iter().map(|table| (table.name.clone(), read(&table.name))).collect()
}

async fn back_up(world: &World, folder: &TempDir) -> PathBuf {
    let data = folder.path().join("data");
    std::fs::create_dir_all(data.join("analysis/1")).unwrap();
    for (name, text) in [
        ("analysis/1/members.csv", "account\n"),
        ("audit-head.log", "x\n"),
        ("secret.key", "geheim"),
        ("analysis/1/half.partial", "x"),
        ("backups", "no folder, but named"),
    ] {
        std::fs::write(data.join(name), text).unwrap();
    }
    let files = below(&data, &[data.join("backups")]).unwrap();
    let to = folder.path().join("backup");
    let made = backup(&world.db, &data, &files, &to, &about()).await.unwrap();
    assert_eq!(made, manifest(&to).unwrap());
    assert_eq!(made.files, 2, "{files:?}");
    to
}

async fn empty(address: &str) -> Db {
    Db::open(address).await.unwrap()
}

#[tokio::test]
async fn a_backup_of_either_database_is_restored_into_either() {
    for world in worlds().await {
        furnish(&world).await;
        let folder = tempfile::tempdir().unwrap();
        let from = back_up(&world, &folder).await;
        let expected = content(&world.db).await;
        assert!(expected["setting"].len() == 1_300 && expected["audit_link"].len() == 2);
        for target in databases() {
            let db = empty(&target.address).await;
            let data = folder.path().join(format!("new-{}", target.name));
            let made = restore(&from, &db, &data).await.unwrap();
            let way = format!("{} to {}", world.name(), target.name);
            assert_eq!(made.audit_head.seq, 2, "{way}");
            assert_eq!(content(&db).await, expected, "{way}");
            assert_eq!(std::fs::read_to_string(data.join("analysis/1/members.csv")).unwrap(), "account\n");
            assert!(!data.join("secret.key").exists() && !data.join("analysis/1/half.partial").exists());
            assert!(migrate::is_newest(&db).await.unwrap());
            // Numbers that were given out are never given again, also of rows that are gone.
            let sql = "insert into notice (account_id, text_key, arguments, href, created_at)
                values (1, 'b', '{}', '/', 1) returning id";
            let mut tx = db.begin().await.unwrap();
            let id: i64 =
                mingjing_store::within!(&mut tx, c => sqlx::query_scalar(sql).fetch_one(c).await).unwrap();
            let floor = if world.db.is_postgres() { 42 } else { 43 };
            assert!(id >= floor, "{way}: {id}");
            tx.commit().await.unwrap();
            // The log is whole there, goes on, and still takes no change.
            audit::link::link(&db, NOW + SECOND, 99).await.unwrap();
            let checked = audit::check::verify(&db, &[made.audit_head]).await.unwrap();
            assert_eq!((checked.report.faults, checked.report.links), (vec![], 3), "{way}");
            let mut tx = db.begin().await.unwrap();
            assert!(crate::world::run(&mut tx, "delete from audit_link").await.is_err(), "{way}");
            drop(tx);
            // References are looked at again.
            let mut tx = db.begin().await.unwrap();
            let wrong = "insert into office (agency_id, division, name) values (9, '5201', 'x')";
            assert!(crate::world::run(&mut tx, wrong).await.is_err(), "{way}");
        }
    }
}

#[tokio::test]
async fn a_backup_shows_one_moment_while_others_write() {
    for world in worlds().await {
        let is_over = Arc::new(AtomicBool::new(false));
        let writers = (0..4).map(|_| {
            let (db, is_over) = (world.db.clone(), is_over.clone());
            tokio::spawn(async move {
                let mut number = 0;
                while !is_over.load(SeqCst) {
                    number += 1;
                    log(&db, NOW + number).await;
                    audit::link::link(&db, NOW + SECOND, 5).await.unwrap();
                }
            })
        });
        let writers: Vec<_> = writers.collect();
        let folder = tempfile::tempdir().unwrap();
        let mut backups = Vec::new();
        for number in 0..4 {
            while audit::read::head(&world.db).await.unwrap().seq < 10 * number {
                tokio::task::yield_now().await;
            }
            let to = folder.path().join(number.to_string());
            backups.push((backup(&world.db, folder.path(), &[], &to, &about()).await.unwrap(), to));
        }
        is_over.store(true, SeqCst);
        for writer in writers {
            writer.await.unwrap();
        }
        for (made, from) in backups {
            let [target, _] = databases();
            let db = empty(&target.address).await;
            restore(&from, &db, &folder.path().join("data")).await.unwrap();
            let checked = audit::check::verify(&db, std::slice::from_ref(&made.audit_head)).await.unwrap();
            assert_eq!(checked.report.faults, [], "{}", world.name());
            assert_eq!(checked.report.head, made.audit_head, "{}", world.name());
        }
    }
}

#[tokio::test]
async fn nothing_that_is_there_is_written_over() {
    for world in worlds().await {
        let folder = tempfile::tempdir().unwrap();
        let from = back_up(&world, &folder).await;
        // The directory of the backup.
        let error = backup(&world.db, folder.path(), &[], &from, &about()).await.unwrap_err();
        assert!(matches!(error, Error::Refused(_)), "{error}");
        // The database.
        let before = content(&world.db).await;
        let error = restore(&from, &world.db, &folder.path().join("new")).await.unwrap_err();
        assert!(matches!(&error, Error::Refused(text) if text.contains("not empty")), "{error}");
        assert_eq!(content(&world.db).await, before, "{}", world.name());
        assert!(!folder.path().join("new").exists());
        // A file.
        for target in databases() {
            let db = empty(&target.address).await;
            let error = restore(&from, &db, &folder.path().join("data")).await.unwrap_err();
            assert!(matches!(&error, Error::Refused(text) if text.contains("already")), "{error}");
            assert_eq!(migrate::version(&db).await.unwrap(), 0, "{}", target.name);
        }
    }
}

/// Whatever is changed in a backup.
type Damage = (&'static str, fn(&Path));

fn damages() -> Vec<Damage> {
    fn change(path: &Path, change: impl Fn(&mut Vec<u8>)) {
        let mut bytes = std::fs::read(path).unwrap();
        change(&mut bytes);
        std::fs::write(path, bytes).unwrap();
    }
    vec![
        ("a byte of a table", |from| change(&from.join("tables/office.jsonl.zst"), |bytes| bytes[9] ^= 1)),
        ("a byte of a file", |from| {
            change(&from.join("files/analysis/1/members.csv"), |bytes| bytes[0] ^= 1)
        }),
        ("the manifest", |from| {
            let path = from.join("manifest.json");
            let text = std::fs::read_to_string(&path).unwrap().replace("mingjing 0", "mingjing 1");
            std::fs::write(path, text).unwrap();
        }),
        ("a missing table", |from| std::fs::remove_file(from.join("tables/office.jsonl.zst")).unwrap()),
        ("a missing list", |from| std::fs::remove_file(from.join("SHA256SUMS")).unwrap()),
        ("a table taken from the list", |from| {
            let path = from.join("SHA256SUMS");
            let text = std::fs::read_to_string(&path).unwrap();
            let kept: String = text
                .lines()
                .filter(|line| !line.contains("office"))
                .map(|line| format!("{line}\n"))
                .collect();
            std::fs::write(path, kept).unwrap();
        }),
        ("a way out of the backup", |from| {
            change(&from.join("SHA256SUMS"), |bytes| bytes.extend(b"0  files/../../../etc/passwd\n"));
        }),
        ("no manifest", |from| std::fs::remove_file(from.join("manifest.json")).unwrap()),
        ("another form", |from| {
            let path = from.join("manifest.json");
            let text = std::fs::read_to_string(&path).unwrap().replace("\"version\": 1", "\"version\": 2");
            std::fs::write(path, text).unwrap();
        }),
    ]
}

#[tokio::test]
async fn a_damaged_backup_is_refused_and_leaves_nothing() {
    let world = &worlds().await[0];
    for (what, damage) in damages() {
        let folder = tempfile::tempdir().unwrap();
        let from = back_up(world, &folder).await;
        damage(&from);
        for target in databases() {
            let db = empty(&target.address).await;
            let data = folder.path().join("new");
            let error = restore(&from, &db, &data).await.unwrap_err();
            assert!(matches!(error, Error::Refused(_)), "{what}: {error}");
            assert!(migrate::version(&db).await.unwrap() == 0 && !data.exists(), "{what}");
        }
    }
}

/// Writes the sums of a backup anew, as somebody does who changes it with care.
fn sum_again(from: &Path) {
    let text = std::fs::read_to_string(from.join("SHA256SUMS")).unwrap();
    let names: Vec<&str> = text.lines().map(|line| line.split_once("  ").unwrap().1).collect();
    let output = std::process::Command::new("sha256sum").args(names).current_dir(from).output().unwrap();
    std::fs::write(from.join("SHA256SUMS"), output.stdout).unwrap();
}

#[tokio::test]
async fn a_restore_that_fails_midway_leaves_neither_rows_nor_files() {
    let world = &worlds().await[0];
    furnish(world).await;
    let folder = tempfile::tempdir().unwrap();
    let from = back_up(world, &folder).await;
    // A row that points nowhere: seen only when all rows are in.
    let path = from.join("tables/office.jsonl.zst");
    let text =
        std::io::read_to_string(zstd::Decoder::new(std::fs::File::open(&path).unwrap()).unwrap()).unwrap();
    assert!(text.contains("5201"));
    std::fs::write(&path, zstd::encode_all(text.replace("5201", "9999").as_bytes(), 3).unwrap()).unwrap();
    sum_again(&from);
    for target in databases() {
        let db = empty(&target.address).await;
        let data = folder.path().join("new");
        restore(&from, &db, &data).await.unwrap_err();
        for table in ["setting", "office", "audit_entry"] {
            let sql = AssertSqlSafe(format!("select count(*) from {table}"));
            let rows: i64 = on!(&db, p => sqlx::query_scalar(sql).fetch_one(p).await).unwrap();
            assert_eq!(rows, 0, "{} {table}", target.name);
        }
        assert!(!data.join("audit-head.log").exists());
        // The place is still good for a whole backup.
        let whole = tempfile::tempdir().unwrap();
        restore(&back_up(world, &whole).await, &db, &data).await.unwrap();
        assert_eq!(content(&db).await, content(&world.db).await, "{}", target.name);
        std::fs::remove_dir_all(&data).unwrap();
    }
}

#[tokio::test]
async fn the_sums_are_those_of_a_common_tool() {
    let world = &worlds().await[0];
    let folder = tempfile::tempdir().unwrap();
    let from = back_up(world, &folder).await;
    let check = || {
        let mut command = std::process::Command::new("sha256sum");
        command.args(["-c", "--quiet", "SHA256SUMS"]).current_dir(&from).output().unwrap().status.success()
    };
    assert!(check());
    std::fs::write(from.join("files/audit-head.log"), "y\n").unwrap();
    assert!(!check());
}

#[tokio::test]
async fn a_backup_that_was_interrupted_is_not_in_the_way_of_the_next() {
    let world = &worlds().await[0];
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("backup.partial/tables")).unwrap();
    std::fs::write(folder.path().join("backup.partial/tables/office.jsonl.zst"), "half").unwrap();
    let from = back_up(world, &folder).await;
    assert!(from.exists() && !folder.path().join("backup.partial").exists());
    // One that fails leaves nothing: a directory where a file was named.
    let to = folder.path().join("second");
    let files = [PathBuf::from("analysis")];
    backup(&world.db, &folder.path().join("data"), &files, &to, &about()).await.unwrap_err();
    assert!(!to.exists() && !folder.path().join("second.partial").exists());
}
