//! From member rows to a roster: one account each, numbered in the order of the account numbers as text, every
//! referrer settled, cycles opened, every doubt listed.
//!
//! Two passes. The quick one takes the first row of every account and notes which accounts have more; only when
//! there are such accounts does the exact one read again and settle duplicates and conflicts on the rows
//! themselves. Memory: about 60 bytes an account and the repeated rows.
//!
//! Not here: policies, persons' figures, money.

use crate::count::place;
use crate::details::{Details, code};
use crate::figures::Refusal;
use crate::forest::ROOT;
use crate::intern::{Interner, NONE};
use crate::keys::{Key, Names, Texts};
use crate::rows::{MemberRow, Micros};
use mingjing_model::identity;
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};

/// An unknown time.
pub const NO_TIME: Micros = Micros::MIN;

/// Bits of an account's flags.
pub(crate) mod flag {
    pub const PAID_KNOWN: u8 = 1;
    pub const PAID: u8 = 2;
    pub const HAS_IDENTITY: u8 = 4;
    pub const USABLE: u8 = 8;
    pub const BAD_CHECK: u8 = 16;
    pub const MEMBER: u8 = 32;
    pub const SYSTEM: u8 = 64;
}

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

impl Members {
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
        if !is_same {
            self.interner.renumber(&rank);
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

/// A parent that is not in the table, until it is noted.
const UNKNOWN: u32 = u32::MAX - 1;

#[derive(Clone, Copy, PartialEq)]
enum Tree {
    Referral,
    Placement,
}

fn permuted<T: Copy + Send + Sync>(old: Vec<T>, order: &[u32], is_same: bool) -> Vec<T> {
    if is_same {
        return old;
    }
    order.iter().map(|&i| old[i as usize]).collect()
}

/// Cleaned accounts, numbered in the order of their account numbers as text.
#[derive(Clone)]
pub struct Roster {
    /// Account numbers.
    pub names: Names,
    pub(crate) interner: Interner,
    /// Parent by referral, or [`ROOT`]; free of cycles.
    pub referral: Vec<u32>,
    /// Parent by placement, if any row had one; free of cycles.
    pub placement: Option<Vec<u32>>,
    /// Join time, or [`NO_TIME`].
    pub joined: Vec<Micros>,
    pub(crate) flags: Vec<u8>,
    pub(crate) ordinal: Vec<u32>,
    pub(crate) file_start: Vec<u64>,
    pub(crate) identity: Vec<Key>,
    /// The smallest account of the same person.
    pub(crate) holder: Vec<u32>,
    pub(crate) details: Details,
    pub(crate) system_declared: u64,
}

impl Roster {
    fn note(&mut self, code: u8, account: usize) {
        self.details.push_at(code, self.ordinal[account], self.names.keys[account]);
    }

    /// Notes unknown and self parents, opens cycles, notes joins before the parent.
    fn cleaned(&mut self, mut parent: Vec<u32>, tree: Tree) -> Vec<u32> {
        let codes = match tree {
            Tree::Referral => {
                [code::UNKNOWN_REFERRERS, code::SELF_REFERRALS, code::CYCLES, code::ACCOUNTS_IN_CYCLES]
            }
            Tree::Placement => [
                code::UNKNOWN_PLACEMENTS,
                code::SELF_PLACEMENTS,
                code::PLACEMENT_CYCLES,
                code::ACCOUNTS_IN_PLACEMENT_CYCLES,
            ],
        };
        let mut rising = true;
        for (a, up) in parent.iter_mut().enumerate() {
            let noted = match *up {
                ROOT => continue,
                UNKNOWN => codes[0],
                own if own as usize == a => codes[1],
                up => {
                    rising &= (up as usize) < a;
                    continue;
                }
            };
            *up = ROOT;
            self.note(noted, a);
        }
        // Where every parent stands before its children there can be no cycle.
        if !rising {
            self.open_cycles(&mut parent, codes[2], codes[3]);
        }
        if tree == Tree::Referral {
            for (a, &up) in parent.iter().enumerate().filter(|&(_, &up)| up != ROOT) {
                let (own, above) = (self.joined[a], self.joined[up as usize]);
                if own != NO_TIME && above != NO_TIME && own < above {
                    self.details.push_at(code::JOINED_BEFORE_REFERRER, self.ordinal[a], self.names.keys[a]);
                }
            }
        }
        parent
    }

    /// Each account is walked over once: a walk that meets itself has found a cycle.
    fn open_cycles(&mut self, parent: &mut [u32], opened: u8, listed: u8) {
        let mut walk = vec![NONE; parent.len()];
        for start in 0..parent.len() as u32 {
            let mut at = start;
            while at != ROOT && walk[at as usize] == NONE {
                walk[at as usize] = start;
                at = parent[at as usize];
            }
            if at == ROOT || walk[at as usize] != start {
                continue;
            }
            let mut cycle = vec![at];
            let mut next = parent[at as usize];
            while next != at {
                cycle.push(next);
                next = parent[next as usize];
            }
            let first = cycle.iter().copied().min_by_key(|&a| {
                let joined = self.joined[a as usize];
                (joined == NO_TIME, joined, a)
            });
            if let Some(first) = first {
                parent[first as usize] = ROOT;
                self.note(opened, first as usize);
            }
            cycle.into_iter().for_each(|a| self.note(listed, a as usize));
        }
    }

    fn note_accounts(&mut self, system: &[String]) {
        for a in 0..self.flags.len() {
            let flags = self.flags[a];
            if flags & (flag::HAS_IDENTITY | flag::USABLE) == flag::HAS_IDENTITY {
                self.note(code::UNUSABLE_IDENTITIES, a);
            }
            if flags & flag::BAD_CHECK != 0 {
                self.note(code::IDENTITIES_WITH_BAD_CHECK, a);
            }
        }
        for declared in system {
            let Some(a) = self.find(declared.trim()) else { continue };
            if self.flags[a as usize] & flag::SYSTEM == 0 {
                self.flags[a as usize] |= flag::SYSTEM;
                self.system_declared += 1;
                self.note(code::SYSTEM_ACCOUNTS, a as usize);
            }
        }
    }

    /// The smallest account of the person who holds account `a`.
    pub fn holder(&self, a: u32) -> u32 {
        self.holder[a as usize]
    }

    /// (file, row) that was kept for account `a`.
    pub fn origin(&self, a: u32) -> (u32, u64) {
        place(&self.file_start, self.ordinal[a as usize])
    }

    /// The numbers of many accounts, looked up together.
    pub fn find_all<'t>(&self, accounts: impl Iterator<Item = &'t str>) -> Vec<Option<u32>> {
        // The key of no account stands for a long text that none bears.
        let keys: Vec<Key> =
            accounts.map(|account| self.names.texts.find(account).unwrap_or_default()).collect();
        let mut numbers = Vec::with_capacity(keys.len());
        self.interner.find_all(&keys, &self.names.keys, &mut numbers);
        numbers.into_iter().map(|number| (number != NONE).then_some(number)).collect()
    }

    /// The number of an account.
    pub fn find(&self, account: &str) -> Option<u32> {
        let key = self.names.texts.find(account)?;
        match self.interner.find(key, &self.names.keys) {
            NONE => None,
            number => Some(number),
        }
    }

    fn join_persons(&mut self, confirmed: &[(String, String)]) {
        let n = self.flags.len();
        let mut first: Vec<u32> = Vec::new();
        let (mut interner, mut seen) = (Interner::with_capacity(n / 2), Vec::new());
        self.holder = (0..n as u32).collect();
        let usable: Vec<u32> =
            (0..n as u32).filter(|&a| self.flags[a as usize] & flag::USABLE != 0).collect();
        let mut numbers = Vec::new();
        for block in usable.chunks(4_096) {
            let keys: Vec<Key> = block.iter().map(|&a| self.identity[a as usize]).collect();
            numbers.clear();
            interner.intern_all(&keys, &mut seen, &mut numbers);
            for (&a, &number) in block.iter().zip(&numbers) {
                if number as usize == first.len() {
                    first.push(a);
                }
                self.holder[a as usize] = first[number as usize];
            }
        }
        self.join_confirmed(confirmed);
    }

    /// Accounts with one label are one person, with all that share their identity numbers.
    fn join_confirmed(&mut self, confirmed: &[(String, String)]) {
        let mut up: HashMap<u32, u32> = HashMap::new();
        fn top(up: &HashMap<u32, u32>, mut a: u32) -> u32 {
            while let Some(&next) = up.get(&a) {
                a = next;
            }
            a
        }
        let mut labelled: HashMap<&str, u32> = HashMap::new();
        for (account, label) in confirmed {
            let Some(a) = self.find(account.trim()) else { continue };
            let a = top(&up, self.holder[a as usize]);
            let b = *labelled.entry(label.as_str()).or_insert(a);
            let b = top(&up, b);
            if a != b {
                up.insert(a.max(b), a.min(b));
            }
        }
        if !up.is_empty() {
            self.holder.par_iter_mut().for_each(|holder| *holder = top(&up, *holder));
        }
    }

    /// Has the table a paid flag that could be read in any row kept?
    pub(crate) fn has_paid_flag(&self) -> bool {
        self.flags.par_iter().any(|flags| flags & flag::PAID_KNOWN != 0)
    }
}
