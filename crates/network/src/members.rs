//! Member rows, as they come: packed side by side, one account each, repeated ones settled, sorted.
//!
//! Two passes. The quick one takes all rows, puts them in the order of their accounts ([`crate::order`]) and so finds
//! the accounts that have several; only when there are such accounts does the exact one read again and settle
//! duplicates and conflicts on the rows themselves. Referrers are looked up when all accounts are known, on all
//! threads. Memory: about 40 bytes a row and the repeated rows. What comes out is a [`Roster`].

use crate::details::{Details, code};
use crate::figures::Refusal;
use crate::forest::ROOT;
use crate::intern::{Interner, NONE};
use crate::keys::{Key, Names, Texts};
use crate::order::Order;
use crate::roster::{NO_TIME, Roster, Tree, UNKNOWN, flag};
use crate::rows::{MemberRow, Micros};
use mingjing_model::identity;
use rayon::prelude::*;
use std::collections::HashMap;

/// Rows of one batch, packed: filled side by side, absorbed in order. All rows of a chunk are of one file.
#[derive(Default)]
pub struct MemberChunk {
    file: u32,
    account: Vec<Key>,
    referrer: Vec<Key>,
    placement: Vec<Key>,
    identity: Vec<Key>,
    joined: Vec<Micros>,
    flags: Vec<u8>,
    row: Vec<u32>,
    exact: Vec<Box<[u8]>>,
    texts: Texts,
}

impl MemberChunk {
    /// Packs rows.
    pub fn fill(&mut self, rows: &[MemberRow<'_>]) {
        for row in rows {
            self.push(row);
        }
    }

    /// Packs rows with their exact texts.
    pub fn fill_exact(&mut self, rows: &[MemberRow<'_>]) {
        for row in rows {
            self.push(row);
            self.exact.push(row.exact.into());
        }
    }

    fn push(&mut self, row: &MemberRow<'_>) {
        self.file = row.file;
        self.row.push(row.row as u32);
        self.account.push(self.texts.key(row.account));
        self.referrer.push(self.texts.key(row.referrer));
        if !row.placement.is_empty() || !self.placement.is_empty() {
            self.placement.resize(self.row.len() - 1, Key::default());
            self.placement.push(self.texts.key(row.placement));
        }
        self.joined.push(row.joined.unwrap_or(NO_TIME));
        let mut flags = match row.paid {
            None => 0,
            Some(false) => flag::PAID_KNOWN,
            Some(true) => flag::PAID_KNOWN | flag::PAID,
        };
        let mut key = Key::default();
        if let Some(raw) = row.identity {
            flags |= flag::HAS_IDENTITY;
            if let Some(normal) = identity::normalize(raw) {
                flags |= flag::USABLE;
                if identity::check(&normal) == identity::Check::Wrong {
                    flags |= flag::BAD_CHECK;
                }
                key = self.texts.key(&normal);
            }
        }
        self.identity.push(key);
        self.flags.push(flags);
    }

    fn placement(&self, i: usize) -> Key {
        self.placement.get(i).copied().unwrap_or_default()
    }
}

/// A row of an account that has several.
struct Rival {
    account: Key,
    ordinal: u32,
    referrer: Key,
    placement: Key,
    joined: Micros,
    identity: Key,
    flags: u8,
    exact: Box<[u8]>,
}

/// Builds the roster, row by row: all columns by row, in the order of the input.
#[derive(Default)]
pub struct Members {
    keys: Vec<Key>,
    texts: Texts,
    referrer: Vec<Key>,
    /// Empty until a row has a placement.
    placement: Vec<Key>,
    identity: Vec<Key>,
    joined: Vec<Micros>,
    flags: Vec<u8>,
    ordinal: Vec<u32>,
    file_start: Vec<u64>,
    last_ordinal: u64,
    order: Order,
    rivals: Vec<Rival>,
    too_many: bool,
}

/// Rows for which room is made at most.
const ROOM_MAX: u64 = 1 << 30;
/// Parents that are looked up together.
const BLOCK: usize = 4_096;

impl Members {
    /// Begins, with room for so many rows, if their number is known.
    pub fn with_room(rows: Option<u64>) -> Members {
        let mut members = Members::default();
        if let Some(rows) = rows {
            let room = rows.min(ROOM_MAX) as usize;
            members.keys.reserve_exact(room);
            members.referrer.reserve_exact(room);
            members.identity.reserve_exact(room);
            members.joined.reserve_exact(room);
            members.flags.reserve_exact(room);
            members.ordinal.reserve_exact(room);
        }
        members
    }

    /// Takes a chunk of the quick pass. Chunks come in the order of the input.
    pub fn absorb(&mut self, mut chunk: MemberChunk) {
        self.remap(&mut chunk);
        self.take_ordinals(&chunk);
        if !chunk.placement.is_empty() || !self.placement.is_empty() {
            // Rows before the first with a placement had none.
            self.placement.resize(self.keys.len(), Key::default());
            self.placement.append(&mut chunk.placement);
            self.placement.resize(self.keys.len() + chunk.account.len(), Key::default());
        }
        self.keys.append(&mut chunk.account);
        self.referrer.append(&mut chunk.referrer);
        self.identity.append(&mut chunk.identity);
        self.joined.append(&mut chunk.joined);
        self.flags.append(&mut chunk.flags);
    }

    fn remap(&mut self, chunk: &mut MemberChunk) {
        if chunk.texts.is_empty() {
            return;
        }
        let local = std::mem::take(&mut chunk.texts);
        for keys in [&mut chunk.account, &mut chunk.referrer, &mut chunk.placement, &mut chunk.identity] {
            keys.iter_mut()
                .filter(|key| key.is_long())
                .for_each(|key| *key = self.texts.key(&local.text(*key)));
        }
    }

    /// Takes the running numbers of the chunk's rows over all files.
    fn take_ordinals(&mut self, chunk: &MemberChunk) {
        while self.file_start.len() <= chunk.file as usize {
            let start = if self.file_start.is_empty() { 0 } else { self.last_ordinal };
            self.file_start.push(start);
        }
        let start = self.file_start[chunk.file as usize];
        self.ordinal.extend(chunk.row.iter().map(|&row| (start + u64::from(row)) as u32));
        if let Some(&row) = chunk.row.last() {
            self.last_ordinal = self.last_ordinal.max(start + u64::from(row));
            self.too_many |= self.last_ordinal >= u64::from(u32::MAX - 8);
        }
    }

    /// Puts the rows in order. Must they be read again exactly? To be asked once, after the quick pass.
    pub fn repeats(&mut self) -> bool {
        self.order = Order::of(&self.keys, &self.texts);
        !self.order.repeated.is_empty()
    }

    /// Has the row's account several rows?
    pub fn wants(&self, row: &MemberRow<'_>) -> bool {
        self.texts.find(row.account).is_some_and(|key| self.order.repeated.contains_key(&key))
    }

    /// Takes a chunk of the exact pass.
    pub fn absorb_exact(&mut self, mut chunk: MemberChunk) {
        self.remap(&mut chunk);
        let start = self.file_start.get(chunk.file as usize).copied().unwrap_or_default();
        for i in 0..chunk.account.len() {
            self.rivals.push(Rival {
                account: chunk.account[i],
                ordinal: (start + u64::from(chunk.row[i])) as u32,
                referrer: chunk.referrer[i],
                placement: chunk.placement(i),
                joined: chunk.joined[i],
                identity: chunk.identity[i],
                flags: chunk.flags[i],
                exact: std::mem::take(&mut chunk.exact[i]),
            });
        }
    }

    /// Settles the accounts that have several rows. (duplicates, conflicting accounts, superseded) are noted.
    fn settle(&mut self, details: &mut Details) {
        let mut rivals = std::mem::take(&mut self.rivals);
        rivals.sort_by_key(|rival| (rival.account, rival.ordinal));
        for rows in rivals.chunk_by(|a, b| a.account == b.account) {
            let mut seen: HashMap<&[u8], ()> = HashMap::new();
            let mut distinct: Vec<&Rival> = Vec::new();
            for row in rows {
                match seen.insert(&row.exact, ()) {
                    None => distinct.push(row),
                    Some(()) => details.push_at(code::DUPLICATE_ROWS, row.ordinal, row.account),
                }
            }
            let rank =
                |row: &Rival| (row.referrer == row.account, row.joined == NO_TIME, row.joined, row.ordinal);
            let Some(winner) = distinct.iter().copied().min_by_key(|row| rank(row)) else { continue };
            // The first of the rows stands for the account.
            let Some(&first) = self.order.repeated.get(&winner.account) else { continue };
            let a = first as usize;
            self.referrer[a] = winner.referrer;
            if let Some(placement) = self.placement.get_mut(a) {
                *placement = winner.placement;
            }
            self.identity[a] = winner.identity;
            self.joined[a] = winner.joined;
            self.flags[a] = winner.flags;
            self.ordinal[a] = winner.ordinal;
            if distinct.len() > 1 {
                details.push_at(code::CONFLICTING_ACCOUNTS, winner.ordinal, winner.account);
                for loser in distinct.iter().filter(|row| row.ordinal != winner.ordinal) {
                    details.push_at(code::SUPERSEDED_ROWS, loser.ordinal, loser.account);
                }
            }
        }
    }

    /// Settles, sorts by account number, opens cycles.
    ///
    /// # Errors
    /// [`Refusal::NothingLeft`] when there is no account, [`Refusal::TooManyRows`] beyond 4 billion rows.
    pub fn close(mut self, system: &[String], confirmed: &[(String, String)]) -> Result<Roster, Refusal> {
        if self.too_many {
            return Err(Refusal::TooManyRows);
        }
        let mut details = Details::default();
        self.settle(&mut details);
        if self.keys.is_empty() {
            return Err(Refusal::NothingLeft);
        }
        let rows = std::mem::take(&mut self.order).rows;
        let rows = rows.as_deref();
        let keys = picked(std::mem::take(&mut self.keys), rows);
        let interner = Interner::of_sorted(&keys);
        let parents = |parents: Vec<Key>| {
            let mut settled = vec![ROOT; keys.len()];
            let parents = picked(parents, rows);
            settled.par_chunks_mut(BLOCK).zip(parents.par_chunks(BLOCK)).for_each(|(settled, parents)| {
                let mut numbers = Vec::with_capacity(BLOCK);
                interner.find_all(parents, &keys, &mut numbers);
                for ((to, number), &parent) in settled.iter_mut().zip(numbers).zip(parents) {
                    *to = match number {
                        NONE if identity::is_blank(&self.texts.text(parent)) => ROOT,
                        NONE => UNKNOWN,
                        up => up,
                    };
                }
            });
            settled
        };
        let referral = parents(std::mem::take(&mut self.referrer));
        let placement = std::mem::take(&mut self.placement);
        let placement = (!placement.is_empty()).then(|| parents(placement));
        let mut roster = Roster {
            names: Names::default(),
            interner,
            referral: Vec::new(),
            placement: None,
            joined: picked(std::mem::take(&mut self.joined), rows),
            flags: picked(std::mem::take(&mut self.flags), rows),
            ordinal: picked(std::mem::take(&mut self.ordinal), rows),
            file_start: std::mem::take(&mut self.file_start),
            identity: picked(std::mem::take(&mut self.identity), rows),
            holder: Vec::new(),
            details,
            system_declared: 0,
        };
        roster.names = Names { keys, texts: self.texts };
        roster.referral = roster.cleaned(referral, Tree::Referral);
        roster.placement = placement.map(|parents| roster.cleaned(parents, Tree::Placement));
        roster.note_accounts(system);
        roster.join_persons(confirmed);
        Ok(roster)
    }
}

/// The values of these rows; of all, as they stand, where there are none.
fn picked<T: Copy + Send + Sync>(values: Vec<T>, rows: Option<&[u32]>) -> Vec<T> {
    match rows {
        None => values,
        Some(rows) => rows.par_iter().map(|&row| values[row as usize]).collect(),
    }
}
