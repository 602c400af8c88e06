//! Recruitment networks counted as the law counts: pure, parallel, exact.
//!
//! In: rows of two tables ([`rows`]) from a [`run::Source`]. Out: a [`count::Count`], columns by account and by person;
//! [`figures`] says the same as rows. On the way: member rows ([`members`]), accounts and their settled referrers ([`roster`]), money
//! ([`ledger`]), what a policy keeps ([`policy`]), the forest and its figures ([`forest`], `sweep`), persons' territories ([`territory`]) and
//! the dates of the floor ([`floor`]). `slow` counts the same the obvious way, sharing nothing but the rows.
//!
//! Pure: no files, no async, no SQL, no serialisation, no clock.

pub mod count;
mod dense;
pub mod details;
pub mod figures;
mod finish;
pub mod floor;
pub mod forest;
mod holders;
mod intern;
pub mod keys;
pub mod ledger;
mod long;
pub mod members;
mod order;
mod persons;
pub mod policy;
mod ranks;
mod repeats;
pub mod roster;
pub mod rows;
pub mod run;
pub mod slow;
mod sums;
mod sweep;
pub mod territory;
mod whole;

#[cfg(test)]
mod dice;
