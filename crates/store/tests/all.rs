//! The stories of the operational database, each told on SQLite and on PostgreSQL.

// Helpers stand outside the test functions.
#![allow(clippy::unwrap_used)]

#[path = "all/audit.rs"]
mod audit;
#[path = "all/change.rs"]
mod change;
#[path = "all/copy.rs"]
mod copy;
#[path = "all/db.rs"]
mod db;
#[path = "all/job.rs"]
mod job;
#[path = "all/list.rs"]
mod list;
#[path = "all/migrate.rs"]
mod migrate;
#[path = "all/notice.rs"]
mod notice;
#[path = "all/search.rs"]
mod search;
#[path = "all/session.rs"]
mod session;
#[path = "all/setting.rs"]
mod setting;
#[path = "all/world.rs"]
mod world;
