//! What the two databases promise alike: whole or not at all, one moment, errors told apart.

use crate::world::{run, worlds};
use mingjing_store::{Db, Error, within};

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_nothing() {
    for world in worlds().await {
        let mut tx = world.begin().await;
        run(&mut tx, "insert into division (code, level, name) values ('520102', 'district', '南明区')")
            .await
            .unwrap();
        drop(tx);
        assert_eq!(world.number("select count(*) from division").await, 1, "{}", world.name());
    }
}

#[tokio::test]
async fn a_snapshot_sees_one_moment_and_writes_nothing() {
    for world in worlds().await {
        let mut snapshot = world.db.snapshot().await.unwrap();
        let count = async |tx: &mut mingjing_store::Tx| {
            within!(tx, c => sqlx::query_scalar::<_, i64>("select count(*) from division").fetch_one(c).await)
                .unwrap()
        };
        assert_eq!(count(&mut snapshot).await, 1);
        world.sql("insert into division (code, level, name) values ('520102', 'district', '南明区')").await;
        assert_eq!(count(&mut snapshot).await, 1, "{}", world.name());
        drop(snapshot);
        assert_eq!(count(&mut world.db.snapshot().await.unwrap()).await, 2, "{}", world.name());
    }
}

#[tokio::test]
async fn a_unique_value_that_is_taken_is_told_from_a_broken_database() {
    for world in worlds().await {
        let mut tx = world.begin().await;
        let error =
            run(&mut tx, "insert into division (code, level, name) values ('5201', 'city', '贵阳市')")
                .await
                .unwrap_err();
        assert!(matches!(error, Error::Taken(_)), "{}: {error}", world.name());
        drop(tx);
        let mut tx = world.begin().await;
        let error = run(&mut tx, "insert into nothing values (1)").await.unwrap_err();
        assert!(matches!(error, Error::Database(_)), "{}: {error}", world.name());
    }
}

#[tokio::test]
async fn rows_that_point_nowhere_are_refused() {
    for world in worlds().await {
        let mut tx = world.begin().await;
        let sql = "insert into office (agency_id, division, name) values (9, '5201', 'x')";
        assert!(run(&mut tx, sql).await.is_err(), "{}", world.name());
    }
}

#[tokio::test]
async fn an_address_of_no_database_is_the_users_fault_and_hides_the_password() {
    for wrong in ["mysql://root:geheim@host/x", "postgres://root:geheim@host:notaport/x", ""] {
        let error = Db::open(wrong).await.unwrap_err();
        assert!(matches!(error, Error::Address { .. }), "{wrong}: {error}");
        assert!(!error.to_string().contains("geheim"), "{error}");
    }
}

#[tokio::test]
async fn many_writers_wait_for_each_other_and_none_is_refused() {
    for world in worlds().await {
        world.sql("insert into setting (name, value, changed_at) values ('count', '0', 0)").await;
        let writers = (0..16).map(|_| {
            let db = world.db.clone();
            tokio::spawn(async move {
                for _ in 0..10 {
                    let mut tx = db.begin().await.unwrap();
                    run(&mut tx, "update setting set version = version + 1 where name = 'count'")
                        .await
                        .unwrap();
                    tx.commit().await.unwrap();
                }
            })
        });
        for writer in futures::future::join_all(writers).await {
            writer.unwrap();
        }
        assert_eq!(world.number("select version from setting").await, 161, "{}", world.name());
    }
}
