//! Builds the branch index from a count, in linear time.
//!
//! Places are those of the count: pre-order, siblings widest first. Memory: a block of records for each thread; one
//! offset an account more if any account number is long. Records are made on the threads of the current rayon pool
//! and written in their order: the bytes do not depend on threads.

use super::BRANCHES;
use super::format::{Header, NO_PARENT, RECORD_BYTES, Record, Text};
use crate::Error;
use crate::stage::Stage;
use mingjing_network::count::Count;
use mingjing_network::forest::Node;
use mingjing_network::rows::Fen;
use rayon::prelude::*;
use std::fs::File;
use std::io::{self, BufWriter, Write};

/// Money that is not known by place.
const UNKNOWN: Fen = Fen::MIN;
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
    let at = count.structure.at();
    let long = LongTexts::of(count);
    let header = Header {
        nodes: at.len() as u32,
        roots: count.roots() as u32,
        text_bytes: long.bytes,
        has_money: count.money.is_some(),
    };
    file.write_all(&header.bytes())?;
    let part_len = BLOCK * 2 * rayon::current_num_threads();
    let mut ways = Ways::default();
    for start in (0..at.len()).step_by(part_len) {
        let end = at.len().min(start + part_len);
        let nodes: Vec<(Node, Fen, u32)> = (start as u32..end as u32)
            .map(|place| {
                let (node, team) = count.structure.node_at(place);
                (node, team.unwrap_or(UNKNOWN), ways.parent(place, node.accounts))
            })
            .collect();
        let made: Vec<Vec<u8>> = nodes
            .par_chunks(BLOCK)
            .zip(at[start..end].par_chunks(BLOCK))
            .map(|(nodes, accounts)| records(count, nodes, accounts, &long))
            .collect();
        made.iter().try_for_each(|bytes| file.write_all(bytes))?;
    }
    for places in count.structure.places().chunks(BLOCK) {
        let bytes: Vec<u8> = places.iter().flat_map(|place| place.to_le_bytes()).collect();
        file.write_all(&bytes)?;
    }
    let mut out = BufWriter::with_capacity(1 << 20, file);
    if long.bytes > 0 {
        for account in 0..at.len() as u32 {
            let text = count.names.text(account);
            if Text::is_long(&text) {
                out.write_all(text.as_bytes())?;
            }
        }
    }
    out.flush()
}

/// The accounts above the present place: where their subtrees end, and their own places.
#[derive(Default)]
struct Ways(Vec<(u32, u32)>);

impl Ways {
    /// The place of the parent of the next place, whose subtree has so many accounts.
    fn parent(&mut self, place: u32, accounts: u32) -> u32 {
        while self.0.pop_if(|above| above.0 <= place).is_some() {}
        let parent = self.0.last().map_or(NO_PARENT, |above| above.1);
        if accounts > 1 {
            self.0.push((place + accounts, place));
        }
        parent
    }
}

/// The bytes of the records of accounts. `nodes`: figures, money of the subtree or [`UNKNOWN`] if it is the
/// account's own, place of the parent.
fn records(count: &Count, nodes: &[(Node, Fen, u32)], accounts: &[u32], long: &LongTexts) -> Vec<u8> {
    let money = count.money.as_ref();
    let own: Vec<Fen> = accounts
        .iter()
        .zip(nodes)
        .map(|(&account, &(_, team, _))| match money {
            Some(money) if team == UNKNOWN => money.paid_in[account as usize],
            Some(_) => team,
            None => 0,
        })
        .collect();
    let mut bytes = Vec::with_capacity(accounts.len() * RECORD_BYTES);
    count.each_name(accounts, |i, text, person| {
        let (node, _, parent) = nodes[i];
        let record = Record {
            parent,
            person: person + 1,
            depth: node.depth,
            directs: node.directs,
            accounts: node.accounts,
            persons: node.persons,
            levels: node.levels,
            team_paid_in: own[i],
            text: if Text::is_long(&text) {
                Text::long(long.offset[accounts[i] as usize], text.len() as u32)
            } else {
                Text::short(&text)
            },
        };
        record.put(&mut bytes);
    });
    bytes
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
        if !(0..n).into_par_iter().any(|account| Text::is_long(&count.names.text(account))) {
            return long;
        }
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
