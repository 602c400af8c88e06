//! Both databases, migrated and empty.

use mingjing_store::{Db, migrate};
use mingjing_testkit::{Database, databases};
use std::future::Future;
use std::time::Duration;

/// A database of the test; lives as long as its file.
pub struct World {
    pub db: Db,
    pub base: Database,
}

impl World {
    /// Another connection to the same database, as another server has one.
    pub async fn other(&self) -> Db {
        Db::open(&self.base.address).await.unwrap()
    }
}

pub async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for base in databases() {
        let db = Db::open(&base.address).await.unwrap();
        migrate::migrate(&db).await.unwrap();
        worlds.push(World { db, base });
    }
    worlds
}

/// Waits until something holds; half a minute at most.
pub async fn until<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.unwrap_or_else(|_| panic!("never: {what}"));
}
