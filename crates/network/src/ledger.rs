//! From ledger rows to the money of every account, day by day, exact.
//!
//! Rows are applied as they come, on all threads at once (sums of whole fen do not depend on the order), and one
//! digest of each is kept: of its serial number, or of its whole content where it has none. Only rows whose
//! digest occurs twice are read again, exactly; what turns out to be a duplicate is taken back.
//! Memory: 24 bytes an account, 4 a row while reading, and the rows with a doubtful digest.

mod dropped;
mod exact;

pub use dropped::FlowChunk;
pub use exact::SuspectChunk;

use crate::details::{Detail, code};
use crate::figures::{Boundary, DayFlow, NetBasis, Refusal, Terms};
use crate::intern::NONE;
use crate::keys::{Key, Texts};
use crate::repeats::{Digests, Suspects, digest, digest_of_serial};
use crate::roster::{NO_TIME, Roster};
use crate::rows::{Class, Day, Fen, LedgerRow, Micros};
use crate::run::WantsSerial;
use crate::sums::{FlowCache, Sums};
use exact::Serial;
use mingjing_model::time::day_in_shanghai;
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

/// Rows that are looked up and applied together.
const BLOCK: usize = 64;
/// Rows for which a chunk makes room at first.
const CHUNK_ROWS: usize = 8_192;
const THIRTY_DAYS: Micros = 30 * 86_400 * 1_000_000;
/// The greatest sum that Decimal(18,2) holds, in fen.
const SUM_FEN_MAX: i128 = 999_999_999_999_999_999;

/// What one batch gave.
#[derive(Default)]
pub struct LedgerChunk {
    sums: Sums,
    digests: Vec<u64>,
    details: Vec<Detail>,
    texts: Texts,
    rows: u64,
    after_cutoff: u64,
    flows: FlowCache,
}

/// Where a row's money goes.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Flow {
    In,
    Bonus,
    Out,
    Nowhere,
}

/// What a row turned out to be.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Fate {
    Foreign,
    Negative,
    Orphan,
    Reversal,
    Counted(Flow),
}

/// A counted row of a known account that a reversal took back.
#[derive(Clone, Copy, Debug)]
struct Original {
    account: u32,
    flow: Flow,
    amount: Fen,
}

/// Which rows count, and where their money goes.
#[derive(Clone, Copy)]
struct Rules {
    boundary: Option<Boundary>,
    cutoff: Option<Day>,
}

impl Rules {
    fn flow(self, class: Class) -> Flow {
        match (class, self.boundary) {
            // Without a named boundary both are added up: should both occur, the count is refused.
            (Class::Topup, None | Some(Boundary::Cash)) | (Class::Order, None | Some(Boundary::Order)) => {
                Flow::In
            }
            (Class::Bonus, _) => Flow::Bonus,
            (Class::Out, _) => Flow::Out,
            _ => Flow::Nowhere,
        }
    }

    fn fate(self, row: &LedgerRow<'_>, account: u32) -> Fate {
        if row.foreign {
            Fate::Foreign
        } else if row.amount < 0 && row.class != Class::Reversal {
            Fate::Negative
        } else if account == NONE {
            Fate::Orphan
        } else if row.class == Class::Reversal {
            Fate::Reversal
        } else {
            Fate::Counted(self.flow(row.class))
        }
    }

    fn is_after_cutoff(self, row: &LedgerRow<'_>) -> bool {
        match (self.cutoff, row.time) {
            (Some(cutoff), Some(time)) => day_in_shanghai(time).is_some_and(|day| day > cutoff),
            _ => false,
        }
    }
}

/// Adds the ledger up.
pub struct LedgerPass<'a> {
    adder: Adder<'a>,
    taker: Taker,
}

/// The half that applies rows: shared by all threads.
pub struct Adder<'a> {
    roster: &'a Roster,
    rules: Rules,
    paid_in: Vec<AtomicI64>,
    bonus: Vec<AtomicI64>,
    withdrawn: Vec<AtomicI64>,
    suspects: Arc<Suspects>,
}

/// The half that takes chunks in the order of the input.
#[derive(Default)]
pub struct Taker {
    sums: Sums,
    digests: Digests,
    details: Vec<Detail>,
    texts: Texts,
    rows: u64,
    after_cutoff: u64,
    serials: HashMap<Box<str>, Serial>,
    contents: HashSet<Box<[u8]>>,
    duplicates: HashSet<(u32, u64)>,
}

/// The finished ledger: money by account, and what does not belong to one.
#[derive(Clone)]
pub struct Ledger {
    pub(crate) paid_in: Vec<Fen>,
    pub(crate) bonus: Vec<Fen>,
    pub(crate) withdrawn: Vec<Fen>,
    pub(crate) sums: Sums,
    pub(crate) net_basis: NetBasis,
    originals: Vec<Original>,
    duplicates: HashSet<(u32, u64)>,
    pub(crate) details: Vec<Detail>,
    pub(crate) texts: Texts,
    rules: Rules,
    /// Rows read.
    pub rows: u64,
    /// Duplicate rows taken back.
    pub duplicate_rows: u64,
    /// Rows after the cut-off day.
    pub rows_after_cutoff: u64,
}

impl<'a> LedgerPass<'a> {
    /// Begins.
    pub fn new(roster: &'a Roster, terms: &Terms) -> LedgerPass<'a> {
        // Written on all threads, not asked of the system as zeros: of those each page would be met twice, when it is
        // first read and when it is first written, the second time with a stop of all threads.
        let zeros = || (0..roster.names.len()).into_par_iter().map(|_| AtomicI64::new(0)).collect();
        let adder = Adder {
            roster,
            rules: Rules { boundary: terms.boundary, cutoff: terms.cutoff },
            paid_in: zeros(),
            bonus: zeros(),
            withdrawn: zeros(),
            suspects: Arc::default(),
        };
        LedgerPass { adder, taker: Taker::default() }
    }

    /// The two halves, for one reading of the rows.
    pub fn split(&mut self) -> (&Adder<'a>, &mut Taker) {
        (&self.adder, &mut self.taker)
    }

    /// Must rows be read again exactly? To be asked once, after the quick pass.
    pub fn repeats(&mut self) -> bool {
        let repeated = std::mem::take(&mut self.taker.digests).repeated();
        self.adder.suspects = Arc::new(Suspects::new(repeated));
        !self.adder.suspects.is_empty()
    }

    /// Ends reading.
    ///
    /// # Errors
    /// [`Refusal::BoundaryNeeded`], [`Refusal::AmountsTooLarge`].
    pub fn close(self) -> Result<Ledger, Refusal> {
        let LedgerPass { adder, mut taker } = self;
        let rows = |class: Class| taker.sums.rows_by_class[class as usize];
        if adder.rules.boundary.is_none() && rows(Class::Topup) > 0 && rows(Class::Order) > 0 {
            let sum = |class: Class| taker.sums.by_class[class as usize];
            return Err(Refusal::BoundaryNeeded { topup: sum(Class::Topup), order: sum(Class::Order) });
        }
        if taker.sums.turnover > SUM_FEN_MAX {
            return Err(Refusal::AmountsTooLarge);
        }
        let net_basis = if rows(Class::Out) > 0 { NetBasis::Out } else { NetBasis::Bonus };
        let duplicates = std::mem::take(&mut taker.duplicates);
        let mut details = std::mem::take(&mut taker.details);
        let is_duplicate = |detail: &Detail| {
            detail.code != code::DUPLICATE_LEDGER_ROWS
                && duplicates.contains(&(u32::from(detail.file), u64::from(detail.row)))
        };
        details.retain(|detail| !is_duplicate(detail));
        let linked: HashSet<(u16, u32)> = taker
            .serials
            .values()
            .filter(|serial| serial.first.is_some())
            .flat_map(|serial| serial.reversals.iter().map(|detail| (detail.file, detail.row)))
            .collect();
        let unlinked: Vec<Detail> = details
            .iter()
            .filter(|detail| detail.code == code::REVERSALS && !linked.contains(&(detail.file, detail.row)))
            .map(|detail| Detail { code: code::UNLINKED_REVERSALS, ..*detail })
            .collect();
        details.extend(unlinked);
        let originals = taker
            .serials
            .values()
            .filter(|serial| !serial.reversals.is_empty())
            .filter_map(|serial| serial.first.flatten())
            .collect();
        taker.sums.days.retain(|_, flow| *flow != DayFlow::default());
        Ok(Ledger {
            paid_in: plain(adder.paid_in),
            bonus: plain(adder.bonus),
            withdrawn: plain(adder.withdrawn),
            sums: taker.sums,
            net_basis,
            originals,
            duplicate_rows: duplicates.len() as u64,
            duplicates,
            details,
            texts: taker.texts,
            rules: adder.rules,
            rows: taker.rows,
            rows_after_cutoff: taker.after_cutoff,
        })
    }
}

impl Adder<'_> {
    /// Applies rows; may run on many threads at once.
    pub fn fill(&self, chunk: &mut LedgerChunk, rows: &[LedgerRow<'_>]) {
        chunk.rows += rows.len() as u64;
        if chunk.digests.capacity() == 0 {
            chunk.digests.reserve(CHUNK_ROWS);
        }
        let mut accounts: Vec<u32> = Vec::with_capacity(BLOCK);
        for rows in rows.chunks(BLOCK) {
            accounts.clear();
            let mut keys = [Key::default(); BLOCK];
            keys.iter_mut().zip(rows).for_each(|(key, row)| *key = self.key(row));
            self.roster.interner.find_all(&keys[..rows.len()], &self.roster.names.keys, &mut accounts);
            self.warm(rows, &accounts);
            for (row, &account) in rows.iter().zip(&accounts) {
                self.fill_row(chunk, row, account);
            }
        }
        chunk.flows.flush(&mut chunk.sums.days);
    }

    /// Touches what the block will need. A locked addition waits for its cache line alone; plain reads wait
    /// together.
    #[inline]
    fn warm(&self, rows: &[LedgerRow<'_>], accounts: &[u32]) {
        let mut touched = 0;
        for (row, &account) in rows.iter().zip(accounts).filter(|(_, account)| **account != NONE) {
            touched ^= match self.rules.flow(row.class) {
                Flow::In => {
                    self.paid_in[account as usize].load(Relaxed) ^ self.roster.joined[account as usize]
                }
                Flow::Bonus => self.bonus[account as usize].load(Relaxed),
                Flow::Out => self.withdrawn[account as usize].load(Relaxed),
                Flow::Nowhere => 0,
            };
        }
        std::hint::black_box(touched);
    }

    #[inline]
    fn fill_row(&self, chunk: &mut LedgerChunk, row: &LedgerRow<'_>, account: u32) {
        if self.rules.is_after_cutoff(row) {
            chunk.after_cutoff += 1;
            return;
        }
        chunk.digests.push(digest(row));
        let fate = self.apply(row, account, 1, &mut chunk.sums, &mut chunk.flows);
        let code = match fate {
            Fate::Foreign => code::OTHER_CURRENCY_ROWS,
            Fate::Negative => code::NEGATIVE_AMOUNTS,
            Fate::Orphan => code::ORPHAN_LEDGER_ROWS,
            Fate::Reversal => code::REVERSALS,
            Fate::Counted(_) => return,
        };
        let detail = detail(row, code, chunk.texts.key(row.account));
        chunk.details.push(detail);
    }

    /// The key of the row's account; of an unknown long one, a key that no account has.
    fn key(&self, row: &LedgerRow<'_>) -> Key {
        self.roster.names.texts.find(row.account).unwrap_or_default()
    }

    /// Adds a row (`sign` 1) or takes it back (−1).
    #[inline]
    fn apply(
        &self,
        row: &LedgerRow<'_>,
        account: u32,
        sign: i64,
        sums: &mut Sums,
        flows: &mut FlowCache,
    ) -> Fate {
        sums.turnover += i128::from(row.amount.unsigned_abs());
        let fate = self.rules.fate(row, account);
        if matches!(fate, Fate::Foreign | Fate::Negative) {
            return fate;
        }
        let amount = i128::from(row.amount);
        sums.by_class[row.class as usize] += amount;
        sums.rows_by_class[row.class as usize] += 1;
        if fate == Fate::Orphan {
            sums.orphan_amount += amount;
        }
        let Fate::Counted(flow) = fate else { return fate };
        let column = match flow {
            Flow::In => &self.paid_in,
            Flow::Bonus => &self.bonus,
            Flow::Out => &self.withdrawn,
            Flow::Nowhere => return fate,
        };
        column[account as usize].fetch_add(sign * row.amount, Relaxed);
        self.roster.add_flow(flow, row, account, sums, flows);
        fate
    }

    /// Does the digest of a serial number occur more than once?
    pub fn wants_serial(&self) -> WantsSerial {
        let suspects = Arc::clone(&self.suspects);
        Arc::new(move |serial| suspects.contains(digest_of_serial(serial)))
    }

    /// Does the row's digest occur more than once?
    pub fn wants(&self, row: &LedgerRow<'_>) -> bool {
        !self.rules.is_after_cutoff(row) && self.suspects.contains(digest(row))
    }
}

impl Taker {
    /// Takes a chunk of the quick pass.
    pub fn absorb(&mut self, chunk: LedgerChunk) {
        self.sums.add(&chunk.sums, 1);
        self.rows += chunk.rows;
        self.after_cutoff += chunk.after_cutoff;
        self.digests.push(&chunk.digests);
        let texts = &mut self.texts;
        self.details.extend(chunk.details.into_iter().map(|mut detail| {
            if detail.account.is_long() {
                detail.account = texts.key(&chunk.texts.text(detail.account));
            }
            detail
        }));
    }
}

fn plain(column: Vec<AtomicI64>) -> Vec<Fen> {
    column.into_iter().map(AtomicI64::into_inner).collect()
}

impl Roster {
    #[inline]
    fn add_flow(
        &self,
        flow: Flow,
        row: &LedgerRow<'_>,
        account: u32,
        sums: &mut Sums,
        flows: &mut FlowCache,
    ) {
        let to = flows.at(row.time.and_then(day_in_shanghai), &mut sums.days);
        match flow {
            Flow::In => {
                to.money_in = to.money_in.wrapping_add(row.amount);
                let joined = self.joined[account as usize];
                if let Some(time) = row.time
                    && joined != NO_TIME
                    && time.saturating_sub(joined) <= THIRTY_DAYS
                {
                    sums.within_30_days += i128::from(row.amount);
                }
            }
            Flow::Bonus => to.bonus = to.bonus.wrapping_add(row.amount),
            Flow::Out => to.out = to.out.wrapping_add(row.amount),
            Flow::Nowhere => {}
        }
    }
}

fn detail(row: &LedgerRow<'_>, code: u8, account: Key) -> Detail {
    Detail { account, row: row.row as u32, file: row.file as u16, code, is_ledger: true }
}
