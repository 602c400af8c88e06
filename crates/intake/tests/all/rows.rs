//! Rows as plain values, so that two readings can be compared.

use mingjing_intake::{Error, Ledger, Mapping, Members, Pass, Tally, Unwatched};
use std::path::{Path, PathBuf};

/// A member row that owns its texts.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    pub account: String,
    pub referrer: String,
    pub identity: Option<String>,
    pub joined: Option<i64>,
    pub paid: Option<bool>,
    pub exact: String,
    pub file: u32,
    pub row: u64,
}

/// A ledger row that owns its texts.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub account: String,
    pub class: &'static str,
    pub amount: i64,
    pub time: Option<i64>,
    pub serial: String,
    pub foreign: bool,
    pub exact: String,
    pub row: u64,
}

pub fn mapping(text: &str) -> Mapping {
    Mapping::parse(text, "mapping.yaml").unwrap()
}

pub fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

pub fn read_members(table: &Members, jobs: usize) -> Result<(Vec<Member>, Tally), Error> {
    let mut all = Vec::new();
    let tally = table.read(
        Pass::Exact,
        jobs,
        &Unwatched,
        |batch| {
            let mut exact = Vec::new();
            let owned = batch.rows().enumerate().map(|(i, r)| Member {
                account: r.account.to_owned(),
                referrer: r.referrer.to_owned(),
                identity: r.identity.map(str::to_owned),
                joined: r.joined,
                paid: r.paid,
                exact: {
                    batch.exact(i, &mut exact);
                    String::from_utf8(exact.clone()).unwrap()
                },
                file: r.file,
                row: r.row,
            });
            owned.collect::<Vec<_>>()
        },
        |part| -> Result<(), Error> {
            all.extend(part);
            Ok(())
        },
    )?;
    Ok((all, tally))
}

pub fn read_ledger(table: &Ledger, jobs: usize) -> Result<(Vec<Entry>, Tally), Error> {
    let mut all = Vec::new();
    let tally = table.read(
        Pass::Exact,
        jobs,
        &Unwatched,
        |batch| {
            let mut exact = Vec::new();
            let owned = batch.rows().enumerate().map(|(i, r)| Entry {
                account: r.account.to_owned(),
                class: r.class.name(),
                amount: r.amount,
                time: r.time,
                serial: r.serial.to_owned(),
                foreign: r.foreign,
                exact: {
                    batch.exact(i, &mut exact);
                    String::from_utf8(exact.clone()).unwrap()
                },
                row: r.row,
            });
            owned.collect::<Vec<_>>()
        },
        |part| -> Result<(), Error> {
            all.extend(part);
            Ok(())
        },
    )?;
    Ok((all, tally))
}

pub fn members(path: &Path, mapping: &Mapping) -> Result<(Vec<Member>, Tally), Error> {
    read_members(&Members::open(&[path.to_owned()], mapping)?, 2)
}

pub fn ledger(path: &Path, mapping: &Mapping) -> Result<(Vec<Entry>, Tally), Error> {
    read_ledger(&Ledger::open(&[path.to_owned()], mapping)?, 2)
}
