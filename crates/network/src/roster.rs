//! The roster: one account each, numbered in the order of the account numbers as text, every referrer settled,
//! cycles opened, persons joined, every doubt listed. [`crate::members`] builds it from rows.
//!
//! Not here: policies, persons' figures, money.

use crate::count::place;
use crate::details::{Details, code};
use crate::forest::ROOT;
use crate::intern::{Interner, NONE};
use crate::keys::{Key, Names};
use crate::rows::Micros;
use rayon::prelude::*;

/// An unknown time.
pub const NO_TIME: Micros = Micros::MIN;

/// Bits of an account's flags.
pub(crate) mod flag {
    pub const PAID_KNOWN: u8 = 1;
    pub const PAID: u8 = 2;
    pub const HAS_IDENTITY: u8 = 4;
    pub const USABLE: u8 = 8;
    pub const BAD_CHECK: u8 = 16;
    pub const SYSTEM: u8 = 64;
}

/// A parent that is not in the table, until it is noted.
pub(crate) const UNKNOWN: u32 = u32::MAX - 1;

/// Which parent is being cleaned.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Tree {
    Referral,
    Placement,
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
    pub(crate) fn cleaned(&mut self, mut parent: Vec<u32>, tree: Tree) -> Vec<u32> {
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

    pub(crate) fn note_accounts(&mut self, system: &[String]) {
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

    /// For which account each row of the member table was kept.
    pub fn kept_rows(&self) -> KeptRows {
        let rows = self.ordinal.par_iter().max().map_or(0, |&last| last as usize + 1);
        let mut accounts = vec![NONE; rows];
        for (&ordinal, account) in self.ordinal.iter().zip(0..) {
            accounts[ordinal as usize] = account;
        }
        KeptRows { file_start: self.file_start.clone(), accounts }
    }

    /// The number of an account.
    pub fn find(&self, account: &str) -> Option<u32> {
        let key = self.names.texts.find(account)?;
        match self.interner.find(key, &self.names.keys) {
            NONE => None,
            number => Some(number),
        }
    }

    /// Has the table a paid flag that could be read in any row kept?
    pub(crate) fn has_paid_flag(&self) -> bool {
        self.flags.par_iter().any(|flags| flags & flag::PAID_KNOWN != 0)
    }
}

/// For which account each row of the member table was kept; 4 bytes a row.
pub struct KeptRows {
    file_start: Vec<u64>,
    accounts: Vec<u32>,
}

impl KeptRows {
    /// The account of a row; `None` for a row that was not kept.
    #[inline]
    pub fn account(&self, file: u32, row: u64) -> Option<u32> {
        let ordinal = self.file_start.get(file as usize)? + row;
        self.accounts.get(ordinal as usize).copied().filter(|&account| account != NONE)
    }
}
