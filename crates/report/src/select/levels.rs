//! The pyramid: one line for each level, or equal groups of levels where there are many, so that the shape stays
//! true.

use crate::report::Level;
use mingjing_network::figures::Whole;

/// Most lines.
const LINES_MAX: usize = 60;

/// Accounts and persons per level in at most 60 lines.
pub fn pyramid(whole: &Whole) -> Vec<Level> {
    let depth = whole.accounts_per_depth.len();
    let line = |from: usize, to: usize| Level {
        from: from as u32 + 1,
        to: to as u32,
        accounts: sum(&whole.accounts_per_depth, from, to),
        persons: sum(&whole.persons_per_depth, from, to),
    };
    let step = depth.div_ceil(LINES_MAX).max(1);
    (0..depth).step_by(step).map(|d| line(d, depth.min(d + step))).collect()
}

fn sum(list: &[u64], from: usize, to: usize) -> u64 {
    list.get(from..to.min(list.len())).unwrap_or(&[]).iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(depth: usize) -> Vec<Level> {
        let each: Vec<u64> = (1..=depth as u64).collect();
        pyramid(&Whole { accounts_per_depth: each.clone(), persons_per_depth: each, ..Whole::default() })
    }

    #[test]
    fn deep_networks_have_at_most_sixty_lines_and_lose_no_account() {
        for depth in [0, 1, 3, 59, 60, 61, 62, 90, 131, 1_000, 100_001] {
            let lines = of(depth);
            assert!(lines.len() <= LINES_MAX, "{depth}");
            let all = depth as u64 * (depth as u64 + 1) / 2;
            assert_eq!(lines.iter().map(|l| l.accounts).sum::<u64>(), all, "{depth}");
            assert!(lines.windows(2).all(|w| w[1].from == w[0].to + 1), "{depth}");
            assert_eq!(lines.last().map_or(0, |l| l.to), depth as u32);
        }
        assert!(of(60).iter().all(|l| l.from == l.to));
        assert_eq!((of(131)[0].from, of(131)[0].to), (1, 3));
    }
}
