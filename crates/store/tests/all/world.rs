//! A small world in both databases: one city, one office, two people.

use mingjing_model::id::{AccountId, OfficeId};
use mingjing_store::{Db, Tx, migrate, within};
use mingjing_testkit::{Database, databases};
use sqlx::AssertSqlSafe;

pub const WANG: AccountId = AccountId(1);
pub const LI: AccountId = AccountId(2);
pub const OFFICE: OfficeId = OfficeId(1);
/// A second, in microseconds.
pub const SECOND: i64 = 1_000_000;
/// Some Monday.
pub const NOW: i64 = 1_782_000_000 * SECOND;

/// A database of the test; lives as long as its file.
pub struct World {
    pub db: Db,
    pub base: Database,
}

impl World {
    pub fn name(&self) -> &'static str {
        self.base.name
    }

    pub async fn begin(&self) -> Tx {
        self.db.begin().await.unwrap()
    }

    /// Runs statements as somebody would who has the database open in another program.
    pub async fn sql(&self, sql: &str) {
        let mut tx = self.begin().await;
        run(&mut tx, sql).await.unwrap_or_else(|error| panic!("{}: {sql}: {error}", self.name()));
        tx.commit().await.unwrap();
    }

    pub async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        mingjing_store::on!(&self.db, p => sqlx::query_scalar(sql).fetch_one(p).await).unwrap()
    }

    /// Another connection to the same database, as another server has one.
    pub async fn other(&self) -> Db {
        Db::open(&self.base.address).await.unwrap()
    }
}

pub async fn run(tx: &mut Tx, sql: &str) -> Result<(), mingjing_store::Error> {
    let sql = AssertSqlSafe(sql.to_owned());
    within!(tx, c => sqlx::raw_sql(sql).execute(c).await.map(drop))?;
    Ok(())
}

/// Both databases, migrated and with the small world in them.
pub async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for base in databases() {
        let db = Db::open(&base.address).await.unwrap();
        migrate::migrate(&db).await.unwrap();
        let world = World { db, base };
        world
            .sql(
                "insert into division (code, level, name) values ('5201', 'city', '贵阳市');
                 insert into agency (id, kind, name, short_name) values (1, 'market', '市场监督管理局', '市监');
                 insert into office (id, agency_id, division, name) values (1, 1, '5201', '贵阳市市场监督管理局');
                 insert into person_account (id, login, name, office_id, created_at)
                 values (1, 'wang', '王芳', 1, 1), (2, 'li', '李强', 1, 1);",
            )
            .await;
        worlds.push(world);
    }
    worlds
}
