//! Builds the branch index from a count, in linear time.
//!
//! A parent's subtree is larger than any of its children's, so one counting sort by size gives an order in which
//! parents come first and siblings widest first; places follow in one pass. Memory: three numbers an account and
//! a block of records for each thread; one offset an account more if any account number is long. Records are
//! made on the threads of the current rayon pool and written in their order: the bytes do not depend on threads.

use super::BRANCHES;
use super::format::{Header, NO_PARENT, RECORD_BYTES, Record, Text};
use crate::Error;
use crate::stage::Stage;
use mingjing_network::count::Count;
use mingjing_network::forest::ROOT;
use rayon::prelude::*;
use std::fs::File;
use std::io::{self, BufWriter, Write};

/// Records made in one go by one thread.
const BLOCK: usize = 1 << 15;

/// Writes the index of a count.
///
/// # Errors
/// The system refuses; the error names the file.
pub fn write(stage: &Stage, count: &Count) -> Result<(), Error> {
    let file = stage.create(BRANCHES)?;
    put(file, count).map_err(|e| Error::io(&stage.path().join(BRANCHES), "write", e))
}

fn put(mut file: File, count: &Count) -> io::Result<()> {
    let n = count.accounts();
    let place = places(&count.parent, &count.structure.accounts);
    let mut at = vec![0u32; n];
    place.iter().zip(0u32..).for_each(|(&place, account)| at[place as usize] = account);
    let long = LongTexts::of(count);
    let header = Header {
        nodes: n as u32,
        roots: (0..n as u32).filter(|&account| count.is_root(account)).count() as u32,
        text_bytes: long.bytes,
        has_money: count.money.is_some(),
    };
    file.write_all(&header.bytes())?;
    let blocks_at_once = 2 * rayon::current_num_threads();
    for part in at.chunks(BLOCK * blocks_at_once) {
        let made: Vec<Vec<u8>> = part
            .par_chunks(BLOCK)
            .map(|accounts| {
                let mut bytes = Vec::with_capacity(accounts.len() * RECORD_BYTES);
                accounts.iter().for_each(|&account| record(count, account, &place, &long).put(&mut bytes));
                bytes
            })
            .collect();
        made.iter().try_for_each(|bytes| file.write_all(bytes))?;
    }
    let mut out = BufWriter::with_capacity(1 << 20, file);
    place.iter().try_for_each(|place| out.write_all(&place.to_le_bytes()))?;
    if long.bytes > 0 {
        for account in 0..n as u32 {
            let text = count.names.text(account);
            if Text::is_long(&text) {
                out.write_all(text.as_bytes())?;
            }
        }
    }
    out.flush()
}

fn record(count: &Count, account: u32, place: &[u32], long: &LongTexts) -> Record {
    let a = account as usize;
    let text = count.names.text(account);
    Record {
        parent: match count.parent[a] {
            ROOT => NO_PARENT,
            parent => place[parent as usize],
        },
        person: count.person[a] + 1,
        depth: count.structure.depth[a],
        directs: count.directs[a],
        accounts: count.structure.accounts[a],
        persons: count.structure.persons[a],
        levels: count.structure.levels[a],
        team_paid_in: count.money.as_ref().map_or(0, |money| money.team_paid_in[a]),
        text: if Text::is_long(&text) {
            Text::long(long.offset[a], text.len() as u32)
        } else {
            Text::short(&text)
        },
    }
}

/// Pre-order places with siblings widest first, then by number.
fn places(parent: &[u32], accounts: &[u32]) -> Vec<u32> {
    let order = widest_first(accounts);
    let mut place = vec![0u32; parent.len()];
    let mut next_below = vec![0u32; parent.len()];
    let mut next_root = 0;
    for account in order {
        let a = account as usize;
        let next = match parent[a] {
            ROOT => &mut next_root,
            above => &mut next_below[above as usize],
        };
        place[a] = *next;
        *next += accounts[a];
        next_below[a] = place[a] + 1;
    }
    place
}

/// Accounts by the size of their subtrees, falling; of equals the smaller number first. A counting sort over
/// sizes: most subtrees are small, so the counters in use stay in the cache.
fn widest_first(accounts: &[u32]) -> Vec<u32> {
    let widest = accounts.iter().copied().max().unwrap_or(0) as usize;
    let mut start = vec![0u32; widest + 1];
    accounts.iter().for_each(|&size| start[size as usize] += 1);
    let mut before = 0;
    for slot in start.iter_mut().rev() {
        before += std::mem::replace(slot, before);
    }
    let mut order = vec![0u32; accounts.len()];
    for (account, &size) in accounts.iter().enumerate() {
        let slot = &mut start[size as usize];
        order[*slot as usize] = account as u32;
        *slot += 1;
    }
    order
}

/// Where the texts stand that do not fit into a record.
struct LongTexts {
    /// By account; empty if there is none.
    offset: Vec<u64>,
    bytes: u64,
}

impl LongTexts {
    fn of(count: &Count) -> LongTexts {
        let n = count.accounts() as u32;
        let mut long = LongTexts { offset: Vec::new(), bytes: 0 };
        for account in 0..n {
            let text = count.names.text(account);
            if Text::is_long(&text) {
                long.offset.resize(n as usize, 0);
                long.offset[account as usize] = long.bytes;
                long.bytes += text.len() as u64;
            }
        }
        long
    }
}
