//! The operational database: offices and people, sessions, audit, jobs, lists, analyses. SQLite and PostgreSQL
//! behind one set of queries.
//!
//! One noun a module, its queries as `.sql` files beside the code. Here is no rule about who may do what: that
//! is `casework`'s. Clock and ids come in as parameters.

pub mod account;
pub mod analysis;
pub mod audit;
pub mod change;
pub mod copy;
pub mod db;
pub mod duty;
pub mod error;
pub mod job;
pub mod list;
pub mod migrate;
pub mod notice;
pub mod office;
pub mod search;
pub mod session;
pub mod setting;
pub mod token;

pub use db::{Db, Tx};
pub use error::Error;
