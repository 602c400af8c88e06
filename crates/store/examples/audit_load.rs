//! Measures audited writes per second: `cargo run --release -p mingjing-store --example audit_load [SECONDS]`.
//!
//! A write is a row of a business table and its audit entry in one transaction, committed to the disk. Both databases,
//! 1 and 16 writers: without an entry, with the entry alone, with the entry and a linker that chains beside. On
//! PostgreSQL also with one lock that every writer takes first, which is the least that a chain costs when each writer
//! appends to it himself.

use mingjing_model::id::AccountId;
use mingjing_store::audit::{Entry, append, check, link, read};
use mingjing_store::notice::{self, NewNotice};
use mingjing_store::{Db, Error, Tx, migrate, within};
use mingjing_testkit::databases;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Plain,
    Entry,
    Chain,
    OneLock,
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

async fn write(db: &Db, mode: Mode) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    if let (Mode::OneLock, Tx::Postgres(inner)) = (mode, &mut tx) {
        sqlx::query("select pg_advisory_xact_lock(1)").execute(&mut **inner).await?;
    }
    let new = NewNotice {
        account: AccountId(1),
        text_key: "analysis.done".to_owned(),
        arguments: serde_json::json!({"analysis": 7}),
        href: "/network/7".to_owned(),
        due_day: None,
    };
    let id = notice::create(&mut tx, &new, now()).await?;
    if mode != Mode::Plain {
        let entry = Entry {
            at: now(),
            account: Some(AccountId(1)),
            account_name: "王芳".to_owned(),
            office: None,
            action: "create".to_owned(),
            subject_kind: "notice".to_owned(),
            subject_id: id.to_string(),
            division: Some("5201".to_owned()),
            detail: serde_json::json!({"key": "analysis.done"}),
            request: "0123456789abcdef".to_owned(),
            address: Some("10.0.0.7".to_owned()),
        };
        append(&mut tx, &entry).await?;
    }
    tx.commit().await
}

/// Writes a second, and how old the oldest entry got before it was linked, in milliseconds.
async fn measure(db: &Db, mode: Mode, writers: usize, time: Duration) -> Result<(f64, i64), Error> {
    let (is_over, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let begun = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..writers {
        let (db, is_over, count) = (db.clone(), is_over.clone(), count.clone());
        tasks.push(tokio::spawn(async move {
            while !is_over.load(SeqCst) {
                write(&db, mode).await?;
                count.fetch_add(1, SeqCst);
            }
            Ok::<(), Error>(())
        }));
    }
    let mut age = 0;
    while begun.elapsed() < time {
        tokio::time::sleep(Duration::from_millis(200)).await;
        if mode == Mode::Chain {
            if let Some(since) = read::queue(db).await?.since {
                age = age.max((now() - since) / 1_000);
            }
            while link::link(db, now(), 1_000).await?.is_some_and(|(linked, _)| linked == 1_000)
                && begun.elapsed() < time
            {}
        }
    }
    is_over.store(true, SeqCst);
    for task in tasks {
        task.await.map_err(|e| Error::World(e.to_string()))??;
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let rate = count.load(SeqCst) as f64 / begun.elapsed().as_secs_f64();
    Ok((rate, age))
}

async fn fresh(address: &str) -> Result<Db, Error> {
    let db = Db::open(address).await?;
    if let Db::Postgres(pool) = &db {
        // The server of the tests is careless; this is about commits that last.
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            sqlx::query(sqlx::AssertSqlSafe(format!("alter system set {setting} = on")))
                .execute(pool)
                .await?;
        }
        sqlx::query("select pg_reload_conf()").execute(pool).await?;
    }
    migrate::migrate(&db).await?;
    let mut tx = db.begin().await?;
    let world = "insert into division (code, level, name) values ('5201', 'city', '贵阳市');
        insert into agency (id, kind, name, short_name) values (1, 'market', '市场监督管理局', '市监');
        insert into office (id, agency_id, division, name) values (1, 1, '5201', '市场监督管理局');
        insert into person_account (id, login, name, office_id, created_at) values (1, 'wang', '王芳', 1, 1)";
    within!(&mut tx, c => sqlx::raw_sql(world).execute(c).await.map(drop))?;
    tx.commit().await?;
    Ok(db)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(5);
    println!(
        "| database | writers | no entry /s | entry /s | entry and chain /s | oldest unlinked ms | one lock /s |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for base in databases() {
        for writers in [1, 16] {
            let mut cells = Vec::new();
            for mode in [Mode::Plain, Mode::Entry, Mode::Chain, Mode::OneLock] {
                if mode == Mode::OneLock && base.name == "sqlite" {
                    // It has one writer anyway.
                    cells.push("-".to_owned());
                    continue;
                }
                // Each from an empty database, so that none finds the other's queue.
                let own = databases().into_iter().find(|own| own.name == base.name);
                let own = own.ok_or_else(|| Error::World("no database".to_owned()))?;
                let db = fresh(&own.address).await?;
                let (rate, age) = measure(&db, mode, writers, Duration::from_secs(seconds)).await?;
                cells.push(format!("{rate:.0}"));
                if mode == Mode::Chain {
                    cells.push(age.to_string());
                    while link::link(&db, now(), 1_000).await?.is_some_and(|(linked, _)| linked > 0) {}
                    let checked = check::verify(&db, &[]).await?;
                    assert!(
                        checked.report.is_good() && checked.queue.waiting == 0,
                        "{:?}",
                        checked.report.faults
                    );
                }
                db.close().await;
            }
            println!("| {} | {writers} | {} |", base.name, cells.join(" | "));
        }
    }
    Ok(())
}
