//! Linkers that run beside writers, the heads they leave, the export.

use crate::worlds::{World, until, worlds};
use mingjing_casework::audit::{HEAD_LOG, Linker, export, kept_heads};
use mingjing_casework::clock::{Clock, Fixed};
use mingjing_store::audit::check::verify;
use mingjing_store::audit::read::{head, queue};
use mingjing_store::audit::{Entry, append};
use mingjing_store::{Db, Error};
use mingjing_verify::file;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

const NOW: i64 = 1_782_000_000_000_000;

async fn log(db: &Db, number: i64) {
    let entry = Entry {
        at: NOW + number,
        account: None,
        account_name: "系统".to_owned(),
        office: None,
        action: "run".to_owned(),
        subject_kind: "job".to_owned(),
        subject_id: number.to_string(),
        division: None,
        detail: serde_json::json!({}),
        request: String::new(),
        address: None,
    };
    let mut tx = db.begin().await.unwrap();
    append(&mut tx, &entry).await.unwrap();
    tx.commit().await.unwrap();
}

/// A linker in a task; it ends when the sender is used or dropped.
fn start(db: &Db, clock: &Arc<Fixed>, data: &Path) -> (oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let (stop, stopped) = oneshot::channel();
    let linker = Linker::new(db.clone(), clock.clone(), data).with_pause(Duration::from_millis(2));
    let task = tokio::spawn(linker.run(async {
        let _ = stopped.await;
    }));
    (stop, task)
}

async fn is_linked(world: &World, seq: i64) -> bool {
    head(&world.db).await.unwrap().seq == seq
}

#[tokio::test]
async fn two_servers_keep_one_chain_and_heads_to_hold_it_against() {
    for world in worlds().await {
        let data = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let clock = Arc::new(Fixed::at(NOW));
        let other = world.other().await;
        let (stop, first) = start(&world.db, &clock, data[0].path());
        let (stop_other, second) = start(&other, &clock, data[1].path());
        for number in 0..60 {
            log(if number % 2 == 0 { &world.db } else { &other }, number).await;
        }
        until("all are linked", || is_linked(&world, 60)).await;
        stop.send(()).unwrap();
        stop_other.send(()).unwrap();
        first.await.unwrap();
        second.await.unwrap();
        for data in data {
            let heads = kept_heads(&data.path().join(HEAD_LOG)).unwrap().unwrap();
            assert_eq!(heads.last().unwrap(), &head(&world.db).await.unwrap(), "{}", world.base.name);
            assert_eq!(verify(&world.db, &heads).await.unwrap().report.faults, [], "{}", world.base.name);
        }
    }
}

#[tokio::test]
async fn a_linker_that_ends_leaves_nothing_unlinked() {
    for world in worlds().await {
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(Fixed::at(NOW));
        let linker = Linker::new(world.db.clone(), clock, data.path()).with_pause(Duration::from_secs(3600));
        for number in 0..5 {
            log(&world.db, number).await;
        }
        let db = world.db.clone();
        // Entries come while it rests for an hour; then it is told to end.
        linker
            .run(async move {
                log(&db, 5).await;
            })
            .await;
        assert_eq!(queue(&world.db).await.unwrap().waiting, 0, "{}", world.base.name);
        let heads = kept_heads(&data.path().join(HEAD_LOG)).unwrap().unwrap();
        assert_eq!(heads.last().unwrap().seq, 6, "{}", world.base.name);
    }
}

#[tokio::test]
async fn heads_are_logged_once_a_minute_while_there_is_something_new() {
    for world in worlds().await {
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(Fixed::at(NOW));
        let path = data.path().join(HEAD_LOG);
        let (stop, task) = start(&world.db, &clock, data.path());
        let logged = |path: &Path| {
            kept_heads(path).unwrap().unwrap_or_default().iter().map(|h| h.seq).collect::<Vec<_>>()
        };
        log(&world.db, 0).await;
        until("the first head", || async { logged(&path) == [1] }).await;
        log(&world.db, 1).await;
        until("the second link", || is_linked(&world, 2)).await;
        assert_eq!(logged(&path), [1], "{}", world.base.name);
        clock.pass(60_000_000);
        until("the second head", || async { logged(&path) == [1, 2] }).await;
        clock.pass(60_000_000);
        stop.send(()).unwrap();
        task.await.unwrap();
        assert_eq!(logged(&path), [1, 2], "{}", world.base.name);
        assert_eq!(clock.now(), NOW + 120_000_000);
    }
}

#[tokio::test]
async fn an_export_is_whole_or_not_there_and_never_written_over() {
    for world in worlds().await {
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(Fixed::at(NOW));
        for number in 0..9 {
            log(&world.db, number).await;
        }
        let linker = Linker::new(world.db.clone(), clock, data.path());
        linker.run(async {}).await;
        let to = data.path().join("audit.jsonl");
        let header = export(&world.db, &to, NOW).await.unwrap();
        let heads = kept_heads(&data.path().join(HEAD_LOG)).unwrap().unwrap();
        let (read, report) = file::check(BufReader::new(std::fs::File::open(&to).unwrap()), &heads).unwrap();
        assert_eq!((read, report.faults, report.links), (Some(header), vec![], 9), "{}", world.base.name);
        let again = export(&world.db, &to, NOW).await.unwrap_err();
        assert!(matches!(again, Error::Refused(_)), "{again}");
        let nowhere = export(&world.db, &data.path().join("none/audit.jsonl"), NOW).await.unwrap_err();
        assert!(matches!(nowhere, Error::World(_)), "{nowhere}");
        // The database goes away midway.
        world.db.close().await;
        let second = data.path().join("second.jsonl");
        export(&world.db, &second, NOW).await.unwrap_err();
        let left = std::fs::read_dir(data.path()).unwrap().count();
        assert_eq!(left, 2, "audit.jsonl and the log of heads");
    }
}

#[test]
fn a_damaged_list_of_heads_is_the_users_to_mend_and_a_missing_one_is_none() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().join(HEAD_LOG);
    assert_eq!(kept_heads(&path).unwrap(), None);
    std::fs::write(&path, "{}\n").unwrap();
    assert!(matches!(kept_heads(&path), Err(Error::Refused(_))));
    // A line that was cut off when the machine stopped.
    let line = mingjing_verify::Head { seq: 1, hash: "a".repeat(64), at: 2 }.line();
    std::fs::write(&path, format!("{line}\n{}", &line[..20])).unwrap();
    assert_eq!(kept_heads(&path).unwrap().unwrap().len(), 1);
}
