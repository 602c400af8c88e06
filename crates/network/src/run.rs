//! One count from the rows to the figures: which passes over the tables are made, and in what order.
//!
//! The rows come from a [`Source`], which knows files and formats; this module knows only rows.

use crate::count::Count;
use crate::figures::{Refusal, Terms};
use crate::finish::finish;
use crate::intern::Interner;
use crate::ledger::{FlowChunk, Ledger, LedgerChunk, LedgerPass, SuspectChunk};
use crate::members::{MemberChunk, Members};
use crate::policy;
use crate::roster::Roster;
use crate::rows::{LedgerRow, MemberRow};
use std::sync::Arc;

/// Which member rows an exact pass wants.
pub type WantsMember<'f> = dyn Fn(&MemberRow<'_>) -> bool + Sync + 'f;
/// Tells by the serial number alone that a ledger row is not wanted.
pub type WantsSerial = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Which ledger rows an exact pass wants.
pub struct WantsEntry<'f> {
    /// Is the row wanted?
    pub row: &'f (dyn Fn(&LedgerRow<'_>) -> bool + Sync),
    /// May a row with this serial number be wanted? A source that can look at serial numbers alone need not make
    /// the other rows; a row without a serial number is always to be asked for.
    pub serial: WantsSerial,
}

/// Gives the rows of both tables, as often as asked, always in the same order.
///
/// For each batch of consecutive rows of one file the source makes a chunk, calls `fill` on slices of the batch
/// in order (on any thread), then `absorb` on the calling thread, batch after batch in the order of the input.
/// With `wants` the pass is an exact one: only rows that are wanted are given, and they carry `exact`.
pub trait Source {
    /// Why reading failed.
    type Error;

    /// Gives the rows of the member table.
    ///
    /// # Errors
    /// Whatever reading meets.
    fn members<T: Default + Send>(
        &self,
        wants: Option<&WantsMember<'_>>,
        fill: impl Fn(&mut T, &[MemberRow<'_>]) + Sync,
        absorb: impl FnMut(T),
    ) -> Result<(), Self::Error>;

    /// How many rows the member table has at most, where that is known before reading: room is made for them.
    fn member_rows(&self) -> Option<u64> {
        None
    }

    /// Is there a ledger?
    fn has_ledger(&self) -> bool;

    /// Gives the rows of the ledger.
    ///
    /// # Errors
    /// Whatever reading meets.
    fn ledger<T: Default + Send>(
        &self,
        wants: Option<&WantsEntry<'_>>,
        fill: impl Fn(&mut T, &[LedgerRow<'_>]) + Sync,
        absorb: impl FnMut(T),
    ) -> Result<(), Self::Error>;
}

/// What a run is doing, for progress and for measuring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Members, first reading.
    Members,
    /// Members again: accounts with several rows.
    MembersExact,
    /// Settling, sorting, opening cycles, joining persons.
    Roster,
    /// Ledger, first reading.
    Ledger,
    /// Looking for serial numbers and rows that occur twice.
    Repeats,
    /// Ledger again: rows that occur twice.
    LedgerExact,
    /// Ledger again: money of dropped accounts, by day.
    LedgerDropped,
    /// Counting.
    Count,
}

/// Why a run ended without a count.
#[derive(Debug)]
pub enum Stop<E> {
    /// Reading failed.
    Source(E),
    /// The tables or terms cannot be counted.
    Refused(Refusal),
}

impl<E> From<Refusal> for Stop<E> {
    fn from(refusal: Refusal) -> Stop<E> {
        Stop::Refused(refusal)
    }
}

/// Counts. `phase` is told what begins.
///
/// # Errors
/// [`Stop::Source`] from reading, [`Stop::Refused`] for what cannot be counted.
pub fn count<S: Source>(
    source: &S,
    terms: &Terms,
    phase: &mut dyn FnMut(Phase),
) -> Result<Count, Stop<S::Error>> {
    let roster = roster(source, terms, phase)?;
    policy::check(&terms.policy, &roster, source.has_ledger())?;
    let ledger = ledger(source, &roster, terms, phase)?;
    count_with(source, roster, ledger, terms, phase)
}

/// Reads and cleans the member table.
///
/// # Errors
/// As [`count`].
pub fn roster<S: Source>(
    source: &S,
    terms: &Terms,
    phase: &mut dyn FnMut(Phase),
) -> Result<Roster, Stop<S::Error>> {
    phase(Phase::Members);
    let mut members = Members::with_room(source.member_rows());
    source.members(None, MemberChunk::fill, |chunk| members.absorb(chunk)).map_err(Stop::Source)?;
    if members.repeats() {
        phase(Phase::MembersExact);
        // Rows are packed against a frozen table and taken afterwards: there are few of them.
        let mut chunks = Vec::new();
        source
            .members(Some(&|row| members.wants(row)), MemberChunk::fill_exact, |chunk| chunks.push(chunk))
            .map_err(Stop::Source)?;
        chunks.into_iter().for_each(|chunk| members.absorb_exact(chunk));
    }
    phase(Phase::Roster);
    Ok(members.close(&terms.system_accounts, &terms.confirmed)?)
}

/// Reads the ledger, if there is one.
///
/// # Errors
/// As [`count`].
pub fn ledger<S: Source>(
    source: &S,
    roster: &Roster,
    terms: &Terms,
    phase: &mut dyn FnMut(Phase),
) -> Result<Option<Ledger>, Stop<S::Error>> {
    if !source.has_ledger() {
        return Ok(None);
    }
    phase(Phase::Ledger);
    let mut pass = LedgerPass::new(roster, terms);
    // Rows are applied through shared sums while earlier chunks are being taken: two halves of one pass.
    let (adder, taker) = pass.split();
    source
        .ledger(None, |chunk: &mut LedgerChunk, rows| adder.fill(chunk, rows), |chunk| taker.absorb(chunk))
        .map_err(Stop::Source)?;
    phase(Phase::Repeats);
    if pass.repeats() {
        phase(Phase::LedgerExact);
        let (adder, taker) = pass.split();
        let wants = WantsEntry { row: &|row| adder.wants(row), serial: adder.wants_serial() };
        source
            .ledger(Some(&wants), SuspectChunk::fill, |chunk| taker.absorb_exact(adder, chunk))
            .map_err(Stop::Source)?;
    }
    Ok(Some(pass.close()?))
}

/// Counts what has been read; the ledger is read once more if accounts with money are dropped.
///
/// # Errors
/// As [`count`].
pub fn count_with<S: Source>(
    source: &S,
    mut roster: Roster,
    mut ledger: Option<Ledger>,
    terms: &Terms,
    phase: &mut dyn FnMut(Phase),
) -> Result<Count, Stop<S::Error>> {
    let kept = policy::keep(&mut roster, ledger.as_ref(), terms)?;
    if let (Some(ledger), Some(is_kept)) = (&mut ledger, &kept.is_kept)
        && ledger.has_money_outside(is_kept)
    {
        phase(Phase::LedgerDropped);
        let mut off = FlowChunk::default();
        source
            .ledger(
                None,
                |chunk: &mut FlowChunk, rows| ledger.fill_dropped(&roster, is_kept, chunk, rows),
                |chunk| off.join(chunk),
            )
            .map_err(Stop::Source)?;
        ledger.absorb_dropped(off);
    }
    // Nobody is looked up any more.
    roster.interner = Interner::default();
    phase(Phase::Count);
    Ok(finish(roster, ledger, kept, terms))
}
