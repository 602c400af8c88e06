//! Walking up, and opening cycles. A tree is the list of its parents; `None` stands above a root.

/// A cycle that was opened.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Opened {
    /// The account that became a root.
    pub at: usize,
    /// All accounts of the cycle.
    pub accounts: Vec<usize>,
}

/// The account itself, its parent, and so on to the root. Must not be called on a tree with cycles.
pub(super) fn upward(parents: &[Option<usize>], account: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(account), |&at| parents[at])
}

/// The children of each account, in the order of their numbers.
pub(super) fn children(parents: &[Option<usize>]) -> Vec<Vec<usize>> {
    let mut children = vec![Vec::new(); parents.len()];
    for (account, parent) in parents.iter().enumerate() {
        if let Some(parent) = parent {
            children[*parent].push(account);
        }
    }
    children
}

/// Makes a root of the least account of each cycle by `rank`.
///
/// Walks up from each account until it comes to an account of an earlier walk, to a root, or to one of this very
/// walk: then the walk from there on is a cycle.
pub(super) fn open_cycles<R: Ord>(parents: &mut [Option<usize>], rank: impl Fn(&usize) -> R) -> Vec<Opened> {
    let mut opened = Vec::new();
    let mut walk_of = vec![None; parents.len()];
    for start in 0..parents.len() {
        let mut walk = Vec::new();
        let mut at = Some(start);
        while let Some(account) = at.filter(|&account| walk_of[account].is_none()) {
            walk_of[account] = Some(start);
            walk.push(account);
            at = parents[account];
        }
        let Some(again) = at.filter(|&account| walk_of[account] == Some(start)) else { continue };
        let from = walk.iter().position(|&account| account == again).expect("it is of this walk");
        let accounts = walk.split_off(from);
        let at = *accounts.iter().min_by_key(|account| rank(account)).expect("a cycle has an account");
        opened.push(Opened { at, accounts });
    }
    for cycle in &opened {
        parents[cycle.at] = None;
    }
    opened
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_is_opened_at_its_least_account_and_its_tail_is_not_of_it() {
        // 0 → 1 → 2 → 3 → 1, and 4 → 5 → 4, and 6 alone.
        let mut parents = vec![Some(1), Some(2), Some(3), Some(1), Some(5), Some(4), None];
        let opened = open_cycles(&mut parents, |&account| std::cmp::Reverse(account));
        assert_eq!(
            opened,
            [Opened { at: 3, accounts: vec![1, 2, 3] }, Opened { at: 5, accounts: vec![4, 5] }]
        );
        assert_eq!(parents, [Some(1), Some(2), Some(3), None, Some(5), None, None]);
        assert_eq!(upward(&parents, 0).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!(children(&parents)[5], [4]);
    }
}
