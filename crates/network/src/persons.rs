//! Which accounts are of one person: those that share a usable identity number, or a confirmed label.
//!
//! Identity numbers are dealt into parts by their hash, so that each part is joined in the caches, on all threads;
//! the smallest account of a person is the first one met. Memory while joining: 12 bytes an account with a usable
//! number.

use crate::intern::{Interner, spread};
use crate::keys::Key;
use crate::roster::{Roster, flag};
use rayon::prelude::*;
use std::collections::HashMap;

const PART_BITS: u32 = 8;
const PARTS: usize = 1 << PART_BITS;
/// Accounts dealt out at a time.
const DEAL: usize = 1 << 16;

/// Accounts with usable numbers, dealt into parts, in each in their order.
struct Dealt {
    keys: Vec<Key>,
    accounts: Vec<u32>,
    /// Where each part ends.
    ends: Vec<u32>,
}

fn part(key: Key) -> usize {
    (spread(key.0) >> (64 - PART_BITS)) as usize
}

impl Dealt {
    fn of(first: usize, identity: &[Key], flags: &[u8]) -> Dealt {
        let usable =
            || identity.iter().zip(flags).zip(first as u32..).filter(|((_, f), _)| **f & flag::USABLE != 0);
        let mut ends = vec![0u32; PARTS];
        usable().for_each(|((&key, _), _)| ends[part(key)] += 1);
        let mut count = 0;
        for end in &mut ends {
            // Where the part begins; moved to its end below.
            count += std::mem::replace(end, count);
        }
        let mut dealt =
            Dealt { keys: vec![Key::default(); count as usize], accounts: vec![0; count as usize], ends };
        for ((&key, _), account) in usable() {
            let at = &mut dealt.ends[part(key)];
            (dealt.keys[*at as usize], dealt.accounts[*at as usize]) = (key, account);
            *at += 1;
        }
        dealt
    }

    fn range(&self, part: usize) -> std::ops::Range<usize> {
        let start = part.checked_sub(1).map_or(0, |before| self.ends[before]);
        start as usize..self.ends[part] as usize
    }
}

/// For every account that is not the smallest of its person, the smallest one; of one part.
fn joined(dealt: &[Dealt], part: usize) -> Vec<(u32, u32)> {
    let count = dealt.iter().map(|dealt| dealt.range(part).len()).sum();
    let (mut interner, mut seen) = (Interner::with_capacity(count), Vec::with_capacity(count));
    let (mut first, mut numbers): (Vec<u32>, Vec<u32>) = (Vec::with_capacity(count), Vec::new());
    let mut joined = Vec::new();
    for dealt in dealt {
        let own = dealt.range(part);
        numbers.clear();
        interner.intern_all(&dealt.keys[own.clone()], &mut seen, &mut numbers);
        for (&account, &number) in dealt.accounts[own].iter().zip(&numbers) {
            match first.get(number as usize) {
                Some(&smallest) => joined.push((account, smallest)),
                None => first.push(account),
            }
        }
    }
    joined
}

impl Roster {
    pub(crate) fn join_persons(&mut self, confirmed: &[(String, String)]) {
        let (identity, flags) = (self.identity.par_chunks(DEAL), self.flags.par_chunks(DEAL));
        let dealt: Vec<Dealt> = identity
            .zip(flags)
            .enumerate()
            .map(|(i, (identity, flags))| Dealt::of(i * DEAL, identity, flags))
            .collect();
        let joined: Vec<Vec<(u32, u32)>> =
            (0..PARTS).into_par_iter().map(|part| joined(&dealt, part)).collect();
        self.holder = (0..self.flags.len() as u32).collect();
        for (account, smallest) in joined.into_iter().flatten() {
            self.holder[account as usize] = smallest;
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
}
