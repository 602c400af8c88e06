//! Recruitment networks: the shapes of what goes into a count ([`rows`]) and what comes out ([`figures`]), and the
//! forest ([`forest`]) and territories ([`territory`]) that are counted.
//!
//! Pure: no files, no async, no SQL, no serialisation, no clock.

pub mod count;
pub mod figures;
pub mod forest;
pub mod keys;
pub mod rows;
pub mod slow;
pub mod territory;

#[cfg(test)]
mod dice;
