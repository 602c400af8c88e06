//! The stories of casework, each told on SQLite and on PostgreSQL.

// Helpers stand outside the test functions.
#![allow(clippy::unwrap_used)]

#[path = "all/account.rs"]
mod account;
#[path = "all/audit.rs"]
mod audit;
#[path = "all/duty.rs"]
mod duty;
#[path = "all/job.rs"]
mod job;
#[path = "all/matrix.rs"]
mod matrix;
#[path = "all/register.rs"]
mod register;
#[path = "all/role.rs"]
mod role;
#[path = "all/scope.rs"]
mod scope;
#[path = "all/sign_in.rs"]
mod sign_in;
#[path = "all/token.rs"]
mod token;
#[path = "all/world.rs"]
mod world;
#[path = "all/worlds.rs"]
mod worlds;
