//! Member rows, as they come: packed side by side, one account each, repeated ones settled, sorted.
//!
//! Two passes. The quick one takes the first row of every account and notes which accounts have more; only when
//! there are such accounts does the exact one read again and settle duplicates and conflicts on the rows
//! themselves. Memory: about 60 bytes an account and the repeated rows. What comes out is a [`Roster`].

use crate::details::{Details, code};
use crate::figures::Refusal;
use crate::forest::ROOT;
use crate::intern::{Interner, NONE};
use crate::keys::{Key, Names, Texts};
use crate::roster::{NO_TIME, Roster, Tree, UNKNOWN, flag};
use crate::rows::{MemberRow, Micros};
use mingjing_model::identity;
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};

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
    account: u32,
    ordinal: u32,
    referrer: u32,
    placement: u32,
    is_self: bool,
    joined: Micros,
    identity: Key,
    flags: u8,
    exact: Box<[u8]>,
}

/// Builds the roster, row by row.
#[derive(Default)]
pub struct Members {
    interner: Interner,
    keys: Vec<Key>,
    texts: Texts,
    referrer: Vec<u32>,
    placement: Vec<u32>,
    identity: Vec<Key>,
    joined: Vec<Micros>,
    flags: Vec<u8>,
    ordinal: Vec<u32>,
    file_start: Vec<u64>,
    last_ordinal: u64,
    has_placement: bool,
    repeated: HashSet<u32>,
    rivals: Vec<Rival>,
    too_many: bool,
}

/// Rows for which room is made at most.
const ROOM_MAX: u64 = 1 << 30;

impl Members {
    /// Begins, with room for so many rows, if their number is known.
    pub fn with_room(rows: Option<u64>) -> Members {
        let mut members = Members::default();
        if let Some(rows) = rows {
            // Referrers that are in no row of their own need a little more.
            let room = rows.min(ROOM_MAX) as usize;
            let room = room + room / 64 + 64;
            members.interner = Interner::with_capacity(room);
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
        self.has_placement |= !chunk.placement.is_empty();
        let ordinals = self.ordinals(&chunk);
        let mut numbers = Vec::with_capacity(chunk.account.len() * 2);
        let pairs: Vec<Key> = chunk.account.iter().zip(&chunk.referrer).flat_map(|(&a, &r)| [a, r]).collect();
        self.interner.intern_all(&pairs, &mut self.keys, &mut numbers);
        let placements: Vec<u32> = if self.has_placement {
            let mut out = Vec::with_capacity(chunk.account.len());
            let keys: Vec<Key> = (0..chunk.account.len()).map(|i| chunk.placement(i)).collect();
            self.interner.intern_all(&keys, &mut self.keys, &mut out);
            out
        } else {
            Vec::new()
        };
        self.make_room();
        for i in 0..chunk.account.len() {
            let a = numbers[2 * i] as usize;
            if self.flags[a] & flag::MEMBER != 0 {
                self.repeated.insert(a as u32);
                continue;
            }
            self.referrer[a] = numbers[2 * i + 1];
            if let Some(&placement) = placements.get(i) {
                self.placement[a] = placement;
            }
            self.identity[a] = chunk.identity[i];
            self.joined[a] = chunk.joined[i];
            self.flags[a] = chunk.flags[i] | flag::MEMBER;
            self.ordinal[a] = ordinals[i];
        }
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

    /// Running numbers of the chunk's rows over all files.
    fn ordinals(&mut self, chunk: &MemberChunk) -> Vec<u32> {
        while self.file_start.len() <= chunk.file as usize {
            let start = if self.file_start.is_empty() { 0 } else { self.last_ordinal };
            self.file_start.push(start);
        }
        let start = self.file_start[chunk.file as usize];
        let ordinals: Vec<u32> = chunk.row.iter().map(|&row| (start + u64::from(row)) as u32).collect();
        if let Some(&row) = chunk.row.last() {
            self.last_ordinal = self.last_ordinal.max(start + u64::from(row));
            self.too_many |= self.last_ordinal >= u64::from(u32::MAX - 8);
        }
        ordinals
    }

    fn make_room(&mut self) {
        let n = self.keys.len();
        self.referrer.resize(n, NONE);
        if self.has_placement {
            // Rows read before the first placement had none: the number of the empty text.
            let empty = self.interner.intern(Key::default(), &mut self.keys);
            self.placement.resize(self.keys.len(), empty);
        }
        let n = self.keys.len();
        self.referrer.resize(n, NONE);
        self.identity.resize(n, Key::default());
        self.joined.resize(n, NO_TIME);
        self.flags.resize(n, 0);
        self.ordinal.resize(n, 0);
    }

    /// Must the rows be read again exactly?
    pub fn repeats(&self) -> bool {
        !self.repeated.is_empty()
    }

    /// Has the row's account several rows?
    pub fn wants(&self, row: &MemberRow<'_>) -> bool {
        let known = self.texts.find(row.account).map(|key| self.interner.find(key, &self.keys));
        known.is_some_and(|account| self.repeated.contains(&account))
    }

    /// Takes a chunk of the exact pass.
    pub fn absorb_exact(&mut self, mut chunk: MemberChunk) {
        self.remap(&mut chunk);
        let start = self.file_start.get(chunk.file as usize).copied().unwrap_or_default();
        for i in 0..chunk.account.len() {
            let account = self.interner.intern(chunk.account[i], &mut self.keys);
            let referrer = self.interner.intern(chunk.referrer[i], &mut self.keys);
            let placement = match self.has_placement {
                true => self.interner.intern(chunk.placement(i), &mut self.keys),
                false => NONE,
            };
            self.rivals.push(Rival {
                account,
                ordinal: (start + u64::from(chunk.row[i])) as u32,
                referrer,
                placement,
                is_self: referrer == account,
                joined: chunk.joined[i],
                identity: chunk.identity[i],
                flags: chunk.flags[i] | flag::MEMBER,
                exact: std::mem::take(&mut chunk.exact[i]),
            });
        }
        self.make_room();
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
                    Some(()) => {
                        details.push_at(code::DUPLICATE_ROWS, row.ordinal, self.keys[row.account as usize])
                    }
                }
            }
            let rank = |row: &Rival| (row.is_self, row.joined == NO_TIME, row.joined, row.ordinal);
            let Some(winner) = distinct.iter().copied().min_by_key(|row| rank(row)) else { continue };
            let a = winner.account as usize;
            self.referrer[a] = winner.referrer;
            if self.has_placement {
                self.placement[a] = winner.placement;
            }
            self.identity[a] = winner.identity;
            self.joined[a] = winner.joined;
            self.flags[a] = winner.flags;
            self.ordinal[a] = winner.ordinal;
            if distinct.len() > 1 {
                details.push_at(code::CONFLICTING_ACCOUNTS, winner.ordinal, self.keys[a]);
                for loser in distinct.iter().filter(|row| row.ordinal != winner.ordinal) {
                    details.push_at(code::SUPERSEDED_ROWS, loser.ordinal, self.keys[a]);
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
        let rank = self.rank();
        let Some((rank, order)) = rank else { return Err(Refusal::NothingLeft) };
        let is_same = order.len() == self.keys.len() && order.iter().zip(0..).all(|(&old, new)| old == new);
        let referral = self.settle_parents(&self.referrer, &rank);
        let placement = self.has_placement.then(|| self.settle_parents(&self.placement, &rank));
        let mut roster = Roster {
            names: Names::default(),
            interner: Interner::default(),
            referral: Vec::new(),
            placement: None,
            joined: permuted(std::mem::take(&mut self.joined), &order, is_same),
            flags: permuted(std::mem::take(&mut self.flags), &order, is_same),
            ordinal: permuted(std::mem::take(&mut self.ordinal), &order, is_same),
            file_start: std::mem::take(&mut self.file_start),
            identity: permuted(std::mem::take(&mut self.identity), &order, is_same),
            holder: Vec::new(),
            details,
            system_declared: 0,
        };
        let keys = permuted(std::mem::take(&mut self.keys), &order, is_same);
        self.referrer = Vec::new();
        self.placement = Vec::new();
        match Interner::of_sorted(&keys) {
            Some(interner) => self.interner = interner,
            None if !is_same => self.interner.renumber(&rank),
            None => {}
        }
        drop((rank, order));
        roster.names = Names { keys, texts: self.texts };
        roster.interner = self.interner;
        roster.referral = roster.cleaned(referral, Tree::Referral);
        roster.placement = placement.map(|parents| roster.cleaned(parents, Tree::Placement));
        roster.note_accounts(system);
        roster.join_persons(confirmed);
        Ok(roster)
    }

    /// New number of each old one ([`NONE`] for what is no member), and the old number of each new one.
    fn rank(&self) -> Option<(Vec<u32>, Vec<u32>)> {
        let mut order: Vec<u32> =
            (0..self.keys.len() as u32).filter(|&i| self.flags[i as usize] & flag::MEMBER != 0).collect();
        if order.is_empty() {
            return None;
        }
        let compare = |a: &u32, b: &u32| self.texts.compare(self.keys[*a as usize], self.keys[*b as usize]);
        if !order.is_sorted_by(|a, b| compare(a, b).is_lt()) {
            order.par_sort_unstable_by(compare);
        }
        let mut rank = vec![NONE; self.keys.len()];
        for (&old, new) in order.iter().zip(0..) {
            rank[old as usize] = new;
        }
        Some((rank, order))
    }

    /// Parents by new number: an account, [`ROOT`] for a blank token, [`UNKNOWN`] for a number not in the table.
    fn settle_parents(&self, parents: &[u32], rank: &[u32]) -> Vec<u32> {
        let mut settled = vec![ROOT; rank.iter().filter(|&&new| new != NONE).count()];
        for (&parent, &new) in parents.iter().zip(rank) {
            if new == NONE {
                continue;
            }
            settled[new as usize] = match rank[parent as usize] {
                NONE if identity::is_blank(&self.texts.text(self.keys[parent as usize])) => ROOT,
                NONE => UNKNOWN,
                up => up,
            };
        }
        settled
    }
}

fn permuted<T: Copy + Send + Sync>(old: Vec<T>, order: &[u32], is_same: bool) -> Vec<T> {
    if is_same {
        return old;
    }
    order.iter().map(|&i| old[i as usize]).collect()
}
