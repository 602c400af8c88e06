//! Money of accounts that a policy or the cut-off drops, taken off the days; and what reversals took back.

use super::{Flow, Ledger};
use crate::figures::DayFlow;
use crate::roster::Roster;
use crate::rows::LedgerRow;
use crate::sums::{FlowCache, Sums};

/// Flows of dropped accounts, to be taken off the days and the thirty days.
#[derive(Default)]
pub struct FlowChunk {
    sums: Sums,
}

impl FlowChunk {
    /// Adds another chunk.
    pub fn join(&mut self, other: FlowChunk) {
        self.sums.add(&other.sums, 1);
    }
}

impl Ledger {
    /// Has any account that is not kept money that the days know of?
    pub fn has_money_outside(&self, is_kept: &[bool]) -> bool {
        (0..is_kept.len())
            .any(|a| !is_kept[a] && (self.paid_in[a] != 0 || self.bonus[a] != 0 || self.withdrawn[a] != 0))
    }

    /// Adds up what rows gave to accounts that are not kept (`is_kept` by account of the roster).
    pub fn fill_dropped(
        &self,
        roster: &Roster,
        is_kept: &[bool],
        chunk: &mut FlowChunk,
        rows: &[LedgerRow<'_>],
    ) {
        let mut flows = FlowCache::default();
        for row in rows {
            let Some(account) = roster.find(row.account) else { continue };
            let is_out = is_kept[account as usize] || self.duplicates.contains(&(row.file, row.row));
            if is_out || row.foreign || row.amount < 0 || self.rules.is_after_cutoff(row) {
                continue;
            }
            let flow = self.rules.flow(row.class);
            if flow != Flow::Nowhere {
                roster.add_flow(flow, row, account, &mut chunk.sums, &mut flows);
            }
        }
        flows.flush(&mut chunk.sums.days);
    }

    /// Takes the chunk off.
    pub fn absorb_dropped(&mut self, chunk: FlowChunk) {
        self.sums.add(&chunk.sums, -1);
        self.sums.days.retain(|_, flow| *flow != DayFlow::default());
    }

    /// Amounts of kept accounts that reversals took back: money in, bonus, withdrawn.
    pub(crate) fn reversed(&self, is_kept: impl Fn(u32) -> bool) -> (i128, i128, i128) {
        let sum = |flow: Flow| {
            let own =
                self.originals.iter().filter(|original| original.flow == flow && is_kept(original.account));
            own.map(|original| i128::from(original.amount)).sum()
        };
        (sum(Flow::In), sum(Flow::Bonus), sum(Flow::Out))
    }
}
