//! The audit log: one chain for many writers, and whatever is changed past the program is found.

use crate::world::{NOW, OFFICE, SECOND, WANG, World, run, worlds};
use mingjing_store::audit::check::{export, verify};
use mingjing_store::audit::link::link;
use mingjing_store::audit::read::{self, head, queue};
use mingjing_store::audit::{Entry, append};
use mingjing_store::{Db, Error};
use mingjing_verify::{Fault, Head, file};

fn entry(number: i64) -> Entry {
    Entry {
        at: NOW + number,
        account: Some(WANG),
        account_name: "王芳".to_owned(),
        office: Some(OFFICE),
        action: "read".to_owned(),
        subject_kind: "analysis".to_owned(),
        subject_id: number.to_string(),
        division: Some("5201".to_owned()),
        detail: serde_json::json!({"page": number, "why": "核查\u{0}\"线索\""}),
        request: "r\u{0}1".to_owned(),
        address: None,
    }
}

/// Writes entries, each in a transaction of its own, and chains them.
async fn write(world: &World, numbers: std::ops::Range<i64>) {
    for number in numbers {
        let mut tx = world.begin().await;
        append(&mut tx, &entry(number)).await.unwrap();
        tx.commit().await.unwrap();
    }
    link(&world.db, NOW + SECOND, 1_000).await.unwrap().unwrap();
}

async fn faults(world: &World, heads: &[Head]) -> Vec<Fault> {
    verify(&world.db, heads).await.unwrap().report.faults
}

/// Past the program, with everything switched off that hinders: as an owner of the database can.
async fn force(world: &World, sql: &str) {
    let off = match &world.db {
        Db::Sqlite(_) => {
            "drop trigger if exists audit_entry_keeps; drop trigger if exists audit_entry_stays;
             drop trigger if exists audit_entry_once; drop trigger if exists audit_link_keeps;
             drop trigger if exists audit_link_stays; drop trigger if exists audit_link_once;
             pragma defer_foreign_keys = on;"
        }
        Db::Postgres(_) => "set local session_replication_role = replica;",
    };
    // SQLite looks at references again when it commits: they are switched off on a connection of its own.
    if let Db::Sqlite(pools) = &world.db {
        let mut connection = pools.write.acquire().await.unwrap();
        let sql = format!("pragma foreign_keys = off; {off} {sql}; pragma foreign_keys = on;");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *connection).await.unwrap();
        return;
    }
    world.sql(&format!("{off} {sql}")).await;
}

#[tokio::test]
async fn an_entry_stays_only_with_its_deed() {
    for world in worlds().await {
        let mut tx = world.begin().await;
        append(&mut tx, &entry(1)).await.unwrap();
        drop(tx);
        assert_eq!(world.number("select count(*) from audit_entry").await, 0, "{}", world.name());
        assert_eq!(queue(&world.db).await.unwrap().waiting, 0);
    }
}

#[tokio::test]
async fn entries_are_chained_once_in_the_order_of_their_instants() {
    for world in worlds().await {
        for number in [3, 1, 2] {
            let mut tx = world.begin().await;
            append(&mut tx, &entry(number)).await.unwrap();
            tx.commit().await.unwrap();
        }
        let before = queue(&world.db).await.unwrap();
        assert_eq!((before.waiting, before.since), (3, Some(NOW + 1)), "{}", world.name());
        let (count, first) = link(&world.db, NOW + 9, 2).await.unwrap().unwrap();
        assert_eq!((count, first.seq), (2, 2));
        let (count, second) = link(&world.db, NOW + 10, 2).await.unwrap().unwrap();
        assert_eq!((count, second.seq, second.at), (1, 3, NOW + 10));
        assert_eq!(link(&world.db, NOW + 11, 2).await.unwrap().unwrap(), (0, second.clone()));
        assert_eq!(head(&world.db).await.unwrap(), second, "{}", world.name());
        let checked = verify(&world.db, &[first, second]).await.unwrap();
        assert_eq!((checked.report.faults, checked.report.links, checked.queue.waiting), (vec![], 3, 0));
        let order = "select count(*) from audit_link l join audit_entry e on e.id = l.entry_id
                     where e.subject_id = l.seq || ''";
        assert_eq!(world.number(order).await, 3, "{}", world.name());
    }
}

#[tokio::test]
async fn texts_that_a_database_cannot_store_do_not_keep_a_deed_out_of_the_log() {
    for world in worlds().await {
        write(&world, 1..2).await;
        let found = read::of_subject(&world.db, "analysis", "1", 9).await.unwrap();
        assert_eq!(found[0].request, "r\u{fffd}1", "{}", world.name());
        assert!(found[0].detail.contains("核查\\u0000"), "{}", found[0].detail);
        assert_eq!(read::entry(&world.db, &found[0].id).await.unwrap().as_ref(), Some(&found[0]));
        assert_eq!(faults(&world, &[]).await, []);
    }
}

#[tokio::test]
async fn many_writers_and_many_linkers_keep_one_chain() {
    for world in worlds().await {
        let servers = [world.db.clone(), world.other().await, world.other().await];
        let mut tasks = Vec::new();
        for writer in 0..12 {
            let db = servers[writer % 3].clone();
            tasks.push(tokio::spawn(async move {
                for number in 0..15 {
                    let mut tx = db.begin().await.unwrap();
                    append(&mut tx, &entry(number)).await.unwrap();
                    tx.commit().await.unwrap();
                }
            }));
        }
        for db in &servers {
            let db = db.clone();
            tasks.push(tokio::spawn(async move {
                // Until all are linked; another server may have the lock at any moment.
                while head(&db).await.unwrap().seq < 180 {
                    link(&db, NOW + SECOND, 7).await.unwrap();
                    tokio::task::yield_now().await;
                }
            }));
        }
        for task in futures::future::join_all(tasks).await {
            task.unwrap();
        }
        let checked = verify(&world.db, &[]).await.unwrap();
        assert_eq!(checked.report.faults, [], "{}", world.name());
        assert_eq!((checked.report.links, checked.queue.waiting), (180, 0), "{}", world.name());
    }
}

#[tokio::test]
async fn only_one_server_links_at_a_time() {
    for world in worlds().await {
        write(&world, 1..2).await;
        let Db::Postgres(pool) = &world.db else { continue };
        let mut tx = world.begin().await;
        append(&mut tx, &entry(2)).await.unwrap();
        tx.commit().await.unwrap();
        let mut other = pool.begin().await.unwrap();
        sqlx::query("select pg_advisory_xact_lock(77733)").execute(&mut *other).await.unwrap();
        assert_eq!(link(&world.db, NOW, 9).await.unwrap(), None);
        drop(other);
        assert!(matches!(link(&world.db, NOW, 9).await.unwrap(), Some((1, _))));
    }
}

#[tokio::test]
async fn the_log_takes_no_change_but_a_new_row() {
    for world in worlds().await {
        write(&world, 1..4).await;
        for sql in [
            "update audit_entry set account_name = '李强'",
            "delete from audit_entry",
            "update audit_link set hash = 'x' where seq = 1",
            "delete from audit_link where seq = 3",
        ] {
            let error = run(&mut world.begin().await, sql).await.unwrap_err();
            assert!(error.to_string().contains("append-only"), "{}: {sql}: {error}", world.name());
        }
        let own: &[&str] = match &world.db {
            Db::Sqlite(_) => &[
                "replace into audit_entry select id, at, account_id, 'x', office_id, action, subject_kind,
                 subject_id, division, detail, request, address from audit_entry",
                "replace into audit_link select seq, entry_id, 'x', linked_at from audit_link",
            ],
            Db::Postgres(_) => &["truncate audit_link", "truncate audit_entry cascade"],
        };
        for sql in own {
            let error = run(&mut world.begin().await, sql).await.unwrap_err();
            assert!(error.to_string().contains("append-only"), "{}: {sql}: {error}", world.name());
        }
        assert_eq!(faults(&world, &[]).await, [], "{}", world.name());
    }
}

/// A name, SQL, and what is to be found.
type Case = (&'static str, String, fn(&[Fault]) -> bool);

#[tokio::test]
async fn every_change_past_the_program_is_found() {
    let of = "(select entry_id from audit_link where seq = 3)";
    let cases: Vec<Case> = vec![
        ("update name", format!("update audit_entry set account_name = '李强' where id = {of}"), |found| {
            matches!(found, [Fault::Entry { seq: 3, .. }])
        }),
        ("update instant", format!("update audit_entry set at = at + 1 where id = {of}"), |found| {
            matches!(found, [Fault::Entry { seq: 3, .. }])
        }),
        ("update detail", format!("update audit_entry set detail = detail || ' ' where id = {of}"), |found| {
            matches!(found, [Fault::Entry { seq: 3, .. }])
        }),
        ("null for a value", format!("update audit_entry set division = null where id = {of}"), |found| {
            matches!(found, [Fault::Entry { seq: 3, .. }])
        }),
        ("delete entry", format!("delete from audit_entry where id = {of}"), |found| {
            matches!(found, [Fault::MissingEntry { seq: 3, .. }])
        }),
        ("delete link", "delete from audit_link where seq = 3".to_owned(), |found| {
            matches!(found, [Fault::Gap { after: 2, next: 4 }, Fault::Unlinked { .. }])
        }),
        (
            "delete both",
            format!(
                "delete from audit_entry where id = {of}; delete from audit_link where seq = 3;
                 update audit_link set seq = 3 where seq = 4; update audit_link set seq = 4 where seq = 5"
            ),
            |found| matches!(found, [Fault::Entry { seq: 3, .. }, ..]),
        ),
        (
            "delete the newest",
            "create temporary table gone as select entry_id from audit_link where seq = 5;
             delete from audit_link where seq = 5;
             delete from audit_entry where id in (select entry_id from gone); drop table gone"
                .to_owned(),
            |found| matches!(found, [Fault::Head { seq: 5, found: None }]),
        ),
        ("insert entry", "insert into audit_entry select 'made-up', at, account_id, 'x', office_id, action,
            subject_kind, subject_id, division, detail, request, address from audit_entry
            where subject_id = '1'".to_owned(), |found| {
            matches!(found, [Fault::Unlinked { .. }])
        }),
        (
            "insert entry and link",
            "insert into audit_entry select 'made-up', at, account_id, 'x', office_id, action,
             subject_kind, subject_id, division, detail, request, address from audit_entry where subject_id = '1';
             insert into audit_link select 6, 'made-up', hash, linked_at from audit_link where seq = 5"
                .to_owned(),
            |found| matches!(found, [Fault::Entry { seq: 6, .. }]),
        ),
        (
            "swap two entries",
            "update audit_link set seq = 100 where seq = 2; update audit_link set seq = 2 where seq = 3;
             update audit_link set seq = 3 where seq = 100"
                .to_owned(),
            |found| matches!(found, [Fault::Entry { seq: 2, .. }, Fault::Entry { seq: 3, .. }, ..]),
        ),
        ("update hash", "update audit_link set hash = 'x' where seq = 3".to_owned(), |found| {
            matches!(found, [Fault::Link { seq: 3 }])
        }),
        ("update instant of link", "update audit_link set linked_at = 1 where seq = 3".to_owned(), |found| {
            matches!(found, [Fault::Entry { seq: 3, .. }])
        }),
        ("put into the queue again", format!("insert into audit_waiting select * from {of} as q"), |found| {
            matches!(found, [Fault::WaitsTwice { .. }])
        }),
    ];
    for (name, sql, is_expected) in cases {
        for world in worlds().await {
            write(&world, 1..6).await;
            let kept = head(&world.db).await.unwrap();
            assert_eq!(faults(&world, std::slice::from_ref(&kept)).await, []);
            force(&world, &sql).await;
            let found = faults(&world, std::slice::from_ref(&kept)).await;
            assert!(is_expected(&found), "{} {name}: {found:?}", world.name());
            // The log goes on, and the fault stays.
            write(&world, 6..8).await;
            let found = faults(&world, &[kept]).await;
            assert!(!found.is_empty(), "{} {name}", world.name());
        }
    }
}

#[tokio::test]
async fn a_log_of_which_the_end_was_cut_and_written_again_contradicts_a_kept_head() {
    for world in worlds().await {
        write(&world, 1..5).await;
        let kept = head(&world.db).await.unwrap();
        let cut = "delete from audit_link where seq >= 3;
            insert into audit_waiting select id from audit_entry where id not in (select entry_id from audit_link)";
        force(&world, cut).await;
        force(&world, "update audit_entry set action = 'list' where subject_id = '3'").await;
        link(&world.db, NOW + SECOND, 9).await.unwrap();
        assert_eq!(faults(&world, &[]).await, [], "{}: without a kept head nobody can tell", world.name());
        assert!(
            matches!(faults(&world, &[kept]).await[..], [Fault::Head { seq: 4, .. }]),
            "{}",
            world.name()
        );
    }
}

#[tokio::test]
async fn an_export_is_checked_alone_and_names_what_still_waits() {
    for world in worlds().await {
        write(&world, 1..40).await;
        let mut tx = world.begin().await;
        append(&mut tx, &entry(99)).await.unwrap();
        tx.commit().await.unwrap();
        let kept = head(&world.db).await.unwrap();
        let mut out = Vec::new();
        let header = export(&world.db, &mut out, NOW).await.unwrap();
        assert_eq!((header.links, header.waiting, &header.head), (39, 1, &kept), "{}", world.name());
        let (read, report) = file::check(&out[..], &[kept]).unwrap();
        assert_eq!((read, report.faults, report.links), (Some(header), vec![], 39));
        force(&world, "delete from audit_entry where subject_id = '7'").await;
        let mut out = Vec::new();
        export(&world.db, &mut out, NOW).await.unwrap();
        let (_, report) = file::check(&out[..], &[]).unwrap();
        assert!(matches!(report.faults[..], [Fault::MissingEntry { seq: 7, .. }]), "{:?}", report.faults);
    }
}

/// A file that takes a few bytes and then no more, as a full disk.
struct Full(usize);

impl std::io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or_else(|| std::io::Error::other("no space left"))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_not_passed_over() {
    for world in worlds().await {
        write(&world, 1..5).await;
        let error = export(&world.db, Full(600), NOW).await.unwrap_err();
        assert!(matches!(&error, Error::World(text) if text.contains("no space left")), "{error}");
    }
}
