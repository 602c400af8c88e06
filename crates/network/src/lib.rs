//! Recruitment networks: the exact shapes of what goes into a count ([`rows`]) and what comes out ([`figures`]).
//!
//! Pure: no files, no async, no SQL, no serialisation, no clock.

pub mod figures;
pub mod rows;
