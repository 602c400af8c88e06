//! Sums of the ledger that do not belong to one account: by class, by day, of orphans.

use crate::figures::DayFlow;
use crate::rows::Day;
use std::collections::BTreeMap;

/// Sums over rows that cannot be kept by account.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sums {
    /// Amounts and numbers of counted rows by class, orphans included.
    pub by_class: [i128; 7],
    pub rows_by_class: [u64; 7],
    /// Amounts of every row, without their signs.
    pub turnover: i128,
    pub orphan_amount: i128,
    pub within_30_days: i128,
    pub days: BTreeMap<Option<Day>, DayFlow>,
}

impl Sums {
    pub(crate) fn add(&mut self, other: &Sums, sign: i64) {
        let wide = i128::from(sign);
        for class in 0..7 {
            self.by_class[class] += wide * other.by_class[class];
            self.rows_by_class[class] =
                self.rows_by_class[class].wrapping_add_signed(sign * other.rows_by_class[class] as i64);
        }
        self.turnover += wide * other.turnover;
        self.orphan_amount += wide * other.orphan_amount;
        self.within_30_days += wide * other.within_30_days;
        for (&day, flow) in &other.days {
            let to = self.days.entry(day).or_default();
            to.money_in = to.money_in.wrapping_add(sign.wrapping_mul(flow.money_in));
            to.bonus = to.bonus.wrapping_add(sign.wrapping_mul(flow.bonus));
            to.out = to.out.wrapping_add(sign.wrapping_mul(flow.out));
        }
    }
}

/// The last day met: rows of one day follow each other.
#[derive(Default)]
pub(crate) struct FlowCache {
    day: Option<Day>,
    is_set: bool,
    flow: DayFlow,
}

impl FlowCache {
    #[inline]
    pub(crate) fn at(&mut self, day: Option<Day>, days: &mut BTreeMap<Option<Day>, DayFlow>) -> &mut DayFlow {
        if !self.is_set || self.day != day {
            self.flush(days);
            (self.day, self.is_set) = (day, true);
        }
        &mut self.flow
    }

    pub(crate) fn flush(&mut self, days: &mut BTreeMap<Option<Day>, DayFlow>) {
        if self.is_set {
            let to = days.entry(self.day).or_default();
            to.money_in = to.money_in.wrapping_add(self.flow.money_in);
            to.bonus = to.bonus.wrapping_add(self.flow.bonus);
            to.out = to.out.wrapping_add(self.flow.out);
            self.flow = DayFlow::default();
        }
        self.is_set = false;
    }
}
