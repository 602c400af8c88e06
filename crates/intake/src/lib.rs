//! Raw files to checked rows, driven by `data/mapping`.
//!
//! Reads member tables and ledgers as they were seized: delimited text, workbooks, Parquet, JSON lines and
//! MySQL dumps, plain or packed. Bad rows are rejected with file, row and reason; what is unclear is refused;
//! nothing is guessed silently. This crate must not count, merge or judge rows: see `network`.

mod batch;
mod columns;
mod csv;
mod encoding;
mod error;
mod field;
mod flow;
mod hash;
mod input;
mod json;
mod kinds;
pub mod look;
mod mapping;
mod parquet;
mod rows;
mod sheet;
mod sql;
mod table;
mod tally;
mod values;
pub mod weigh;
mod words;
mod xlsx;

pub use batch::{LedgerBatch, MemberBatch};
pub use error::{Error, Fault};
pub use field::{Field, SHIPPED, Table, check_words};
pub use hash::hash_files;
pub use input::{Format, Input, Packing};
pub use mapping::{FileOptions, Mapping};
pub use rows::Pass;
pub use table::{Ledger, Members};
pub use tally::{Reason, Reject, Tally, Unwatched, Watch};
