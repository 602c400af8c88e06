//! From every earlier shape to the present one; what is refused.

use crate::world::World;
use mingjing_store::{Db, Error, migrate};
use mingjing_testkit::databases;
use sqlx::AssertSqlSafe;
use std::fmt::Write;
use std::path::Path;

/// Both databases, empty.
async fn empty() -> Vec<World> {
    let mut worlds = Vec::new();
    for base in databases() {
        worlds.push(World { db: Db::open(&base.address).await.unwrap(), base });
    }
    worlds
}

const POSTGRES_COLUMNS: &str = "
select table_name || '.' || column_name || ' ' || data_type
    || case when is_nullable = 'NO' then ' not null' else '' end
    || case when is_identity = 'YES' then ' identity ' || identity_generation else '' end
    || coalesce(' default ' || column_default, '')
from information_schema.columns
where table_schema = 'public' and table_name not like '\\_sqlx%'
order by table_name, ordinal_position";
const POSTGRES_CONSTRAINTS: &str = "
select conrelid::regclass || ' ' || pg_get_constraintdef(oid)
from pg_constraint
where connamespace = 'public'::regnamespace and conrelid <> 0 and conrelid::regclass::text not like '\\_sqlx%'
order by 1";
const POSTGRES_INDEXES: &str = "
select indexdef from pg_indexes where schemaname = 'public' and tablename not like '\\_sqlx%' order by 1";
const POSTGRES_TRIGGERS: &str = "
select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal order by 1";
const SQLITE: &str = "
select sql from sqlite_master
where sql is not null and name not like 'sqlite\\_%' escape '\\' and name not like '\\_sqlx%' escape '\\'
order by type, name";

/// The shape of a database as a text.
async fn shape(db: &Db) -> String {
    let mut text = String::new();
    match db {
        Db::Sqlite(pools) => {
            let all: Vec<String> = sqlx::query_scalar(SQLITE).fetch_all(&pools.read).await.unwrap();
            all.iter().for_each(|sql| writeln!(text, "{sql};").unwrap());
        }
        Db::Postgres(pool) => {
            for sql in [POSTGRES_COLUMNS, POSTGRES_CONSTRAINTS, POSTGRES_INDEXES, POSTGRES_TRIGGERS] {
                let all: Vec<String> = sqlx::query_scalar(sql).fetch_all(pool).await.unwrap();
                all.iter().for_each(|line| writeln!(text, "{line}").unwrap());
            }
        }
    }
    text
}

/// Holds a shape against its golden text; `UPDATE_GOLDEN=1` writes it.
fn golden(version: i64, name: &str, shape: &str) {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/all/schema/{version:04}.{name}.txt"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, shape).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = kept.lines().zip(shape.lines()).find(|(kept, now)| kept != now);
    assert!(
        kept == shape,
        "{}: the shape of the database differs, first at {differs:?}; a released shape is never changed \
         (UPDATE_GOLDEN=1 writes it anew)",
        path.display()
    );
}

#[tokio::test]
async fn every_shape_is_as_it_was_released_and_becomes_the_present_one() {
    for from in 0..=migrate::newest() {
        for world in empty().await {
            if from > 0 {
                migrate::to(&world.db, from).await.unwrap();
                golden(from, world.name(), &shape(&world.db).await);
            }
            assert_eq!(migrate::version(&world.db).await.unwrap(), from);
            assert_eq!(migrate::is_newest(&world.db).await.unwrap(), from == migrate::newest());
            migrate::migrate(&world.db).await.unwrap();
            golden(migrate::newest(), world.name(), &shape(&world.db).await);
            assert!(migrate::is_newest(&world.db).await.unwrap());
        }
    }
}

#[tokio::test]
async fn migrating_again_changes_nothing() {
    for world in empty().await {
        migrate::migrate(&world.db).await.unwrap();
        let before = shape(&world.db).await;
        migrate::migrate(&world.db).await.unwrap();
        assert_eq!(shape(&world.db).await, before, "{}", world.name());
    }
}

#[tokio::test]
async fn servers_that_start_at_once_migrate_once() {
    for world in empty().await {
        let others = [world.other().await, world.other().await, world.other().await];
        let all = others.iter().map(migrate::migrate);
        for done in futures::future::join_all(all).await {
            done.unwrap_or_else(|error| panic!("{}: {error}", world.name()));
        }
        assert!(migrate::is_newest(&world.db).await.unwrap());
    }
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    for world in empty().await {
        migrate::migrate(&world.db).await.unwrap();
        world
            .sql(
                "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
                 select 99, 'later', success, checksum, 0 from _sqlx_migrations where version = 1",
            )
            .await;
        for refused in [migrate::migrate(&world.db).await, migrate::is_newest(&world.db).await.map(drop)] {
            let error = refused.unwrap_err();
            assert!(matches!(error, Error::Newer { found: 99, .. }), "{}: {error}", world.name());
        }
    }
}

#[tokio::test]
async fn a_migration_that_ran_with_another_text_is_refused() {
    for world in empty().await {
        migrate::migrate(&world.db).await.unwrap();
        let other = match &world.db {
            Db::Sqlite(_) => "x'00'",
            Db::Postgres(_) => "'\\x00'::bytea",
        };
        world.sql(&format!("update _sqlx_migrations set checksum = {other} where version = 1")).await;
        for refused in [migrate::migrate(&world.db).await, migrate::is_newest(&world.db).await.map(drop)] {
            let error = refused.unwrap_err();
            assert!(matches!(error, Error::Altered(1)), "{}: {error}", world.name());
        }
    }
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing() {
    for world in empty().await {
        // A table in the way of one in the middle of the text.
        world.sql("create table notice (id bigint)").await;
        assert!(matches!(migrate::migrate(&world.db).await, Err(Error::Migration(_))), "{}", world.name());
        let (table, schema) = match &world.db {
            Db::Sqlite(_) => ("sqlite_master where name", ""),
            Db::Postgres(_) => ("information_schema.tables where table_name", "and table_schema = 'public'"),
        };
        let left = world.number(&format!("select count(*) from {table} = 'agency' {schema}")).await;
        assert_eq!(left, 0, "{}", world.name());
        world.sql("drop table notice").await;
        migrate::migrate(&world.db).await.unwrap();
    }
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let mut seen = Vec::new();
    for world in empty().await {
        migrate::migrate(&world.db).await.unwrap();
        let sql = match &world.db {
            Db::Sqlite(_) => {
                "select m.name || '.' || c.name from sqlite_master m, pragma_table_info(m.name) c
                 where m.type = 'table' and substr(m.name, 1, 1) <> '_' and m.name <> 'sqlite_sequence' order by 1"
            }
            Db::Postgres(_) => {
                "select table_name || '.' || column_name from information_schema.columns
                 where table_schema = 'public' and substr(table_name, 1, 1) <> '_' order by 1"
            }
        };
        let sql = AssertSqlSafe(sql.to_owned());
        let mut names: Vec<String> =
            mingjing_store::on!(&world.db, p => sqlx::query_scalar(sql).fetch_all(p).await).unwrap();
        names.sort();
        seen.push(names);
    }
    assert_eq!(seen[0], seen[1]);
    assert!(seen[0].len() > 100);
}
