//! The plans' bonus formulas.
//!
//! - sunline: 10 %, 3 %, 2 % of an order to the first, second and third referrer above, as far as their grade
//!   reaches (grade 1 one generation, 2 two, 3 and 4 three).
//! - binary: 10 % of the matched volume of both legs (对碰), the rest of the stronger leg carried over, at most
//!   a cap by grade on one day; orders count for the six places above; paid at the end of the day, or,
//!   where the ledger has no room, of a later one. And 10 %
//!   to the referrer.
//! - matrix: a fixed sum for each new place within three levels (见点奖), and 10 % to the referrer.

use super::{Book, DAY, Error, Kind, PACKAGES, ROOT, Scheme};
use crate::synth::Plan;
use crate::synth::scheme::MATRIX_DEPTH;
use std::collections::{HashMap, VecDeque};

const GENERATIONS: [i64; 3] = [10, 3, 2];
const NAMES: [&str; 3] = ["一代奖", "二代奖", "三代奖"];
const PER_NODE: [i64; MATRIX_DEPTH] = [20_000, 10_000, 5_000];
const BINARY_LEVELS: usize = 6;
/// Most matching bonus of one day by grade, fen.
const DAY_CAP: [i64; 5] = [0, 450_000, 1_000_000, 3_000_000, 5_000_000];
const ORDER_UNIT: i64 = 10_000;

/// Pays out; holds what the binary plan carries over.
pub struct Pay {
    /// Unmatched volume in hundreds of yuan: left positive, right negative (binary only).
    carry: Vec<i32>,
    /// Which leg of its place an account stands on (binary only).
    is_right: Vec<bool>,
    /// Matched volume of the day, in hundreds of yuan.
    matched: HashMap<u32, i64>,
    /// Bonus of days that are over and not yet paid, fen.
    owed: VecDeque<(u32, i64)>,
    day: u32,
}

impl Pay {
    pub(super) fn new(scheme: &Scheme) -> Pay {
        let binary = scheme.plan == Plan::Binary;
        let n = if binary { scheme.len() as usize } else { 0 };
        let mut pay = Pay {
            carry: vec![0; n],
            is_right: Vec::with_capacity(n),
            matched: HashMap::new(),
            owed: VecDeque::new(),
            day: 0,
        };
        if binary {
            let mut has_left = vec![false; n];
            pay.is_right.extend(scheme.places.iter().map(|&place| match place {
                ROOT => false,
                place => std::mem::replace(&mut has_left[place as usize], true),
            }));
        }
        pay
    }

    /// What one join sets off.
    pub(super) fn join(&mut self, book: &mut Book, account: u32) -> Result<(), Error> {
        let at = book.scheme.joined[account as usize];
        let package = book.scheme.package[account as usize];
        book.reserved = 0;
        self.close_day(book, at / DAY)?;
        if package == 0 {
            return Ok(());
        }
        let fen = PACKAGES[package as usize];
        book.post(account, Kind::Order, fen, at + 30, ROOT, "")?;
        match book.scheme.plan {
            Plan::Sunline => generations(book, account, fen, at, GENERATIONS.len()),
            Plan::Binary => {
                generations(book, account, fen, at, 1)?;
                self.add_volume(book.scheme, account, (fen / ORDER_UNIT) as i32);
                Ok(())
            }
            Plan::Matrix => {
                generations(book, account, fen, at, 1)?;
                per_node(book, account, at)
            }
        }
    }

    fn add_volume(&mut self, scheme: &Scheme, account: u32, volume: i32) {
        let mut from = account;
        for _ in 0..BINARY_LEVELS {
            let place = scheme.places[from as usize];
            if place == ROOT {
                return;
            }
            let carry = &mut self.carry[place as usize];
            let signed = if self.is_right[from as usize] { -volume } else { volume };
            if (*carry > 0 && signed < 0) || (*carry < 0 && signed > 0) {
                let matched = carry.unsigned_abs().min(volume as u32);
                *self.matched.entry(place).or_default() += i64::from(matched);
            }
            *carry = carry.saturating_add(signed);
            from = place;
        }
    }

    /// Pays what was matched on a day that is over.
    fn close_day(&mut self, book: &mut Book, today: u32) -> Result<(), Error> {
        // A join time that dirt moved back opens no earlier day again.
        if today <= self.day {
            return Ok(());
        }
        // One row stays free for the order of the account that joins.
        book.reserved = 1;
        self.pay_matched(book)?;
        book.reserved = 0;
        self.day = today;
        Ok(())
    }

    /// How many rows the end of the day will need.
    pub(super) fn waiting(&self) -> u64 {
        (self.matched.len() + self.owed.len()) as u64
    }

    /// Pays what the last day leaves.
    pub(super) fn close(&mut self, book: &mut Book) -> Result<(), Error> {
        book.reserved = 0;
        self.pay_matched(book)
    }

    fn pay_matched(&mut self, book: &mut Book) -> Result<(), Error> {
        let end = self.day * DAY + DAY - 1;
        let mut due: Vec<(u32, i64)> = self.matched.drain().collect();
        due.sort_unstable();
        let priced = due.into_iter().map(|(account, matched)| {
            let grade = book.scheme.package[account as usize] as usize;
            (account, (matched * ORDER_UNIT / 10).min(DAY_CAP[grade]))
        });
        self.owed.extend(priced.filter(|&(_, fen)| fen > 0));
        while book.has_room() {
            let Some((account, fen)) = self.owed.pop_front() else { break };
            book.credit(account, fen, end, ROOT, "对碰奖")?;
        }
        Ok(())
    }
}

fn generations(book: &mut Book, account: u32, order: i64, at: u32, most: usize) -> Result<(), Error> {
    let mut up = book.scheme.parent[account as usize];
    for generation in 0..most {
        if up == ROOT || book.scheme.is_system(up) {
            return Ok(());
        }
        let reach = usize::from(book.scheme.package[up as usize]).min(3);
        if generation < reach && book.has_room() {
            let fen = order * GENERATIONS[generation] / 100;
            book.credit(up, fen, at + 60, account, NAMES[generation])?;
        }
        up = book.scheme.parent[up as usize];
    }
    Ok(())
}

fn per_node(book: &mut Book, account: u32, at: u32) -> Result<(), Error> {
    let mut up = book.scheme.placement(account);
    for fen in PER_NODE {
        if up == ROOT || book.scheme.is_system(up) {
            return Ok(());
        }
        if book.scheme.package[up as usize] > 0 && book.has_room() {
            book.credit(up, fen, at + 60, account, "见点奖")?;
        }
        up = book.scheme.placement(up);
    }
    Ok(())
}
