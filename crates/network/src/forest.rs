//! The recruitment forest laid out in pre-order, and the structural figures of every account.
//!
//! Input: a parent for each account, already free of cycles. Linear time but for the distinct persons, which
//! take O(n log h) on a monotone stack (h = the deepest way); no recursion, so a chain of a million accounts
//! is like any other. Deterministic: siblings stand in the order of their numbers.

/// No parent: the account is a root.
pub const ROOT: u32 = u32::MAX;

/// Structural figures of all accounts, each indexed by account number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Structure {
    /// Place in pre-order: the subtree of an account at place `i` is `i..i + accounts`.
    pub position: Vec<u32>,
    /// Root = 1.
    pub depth: Vec<u32>,
    /// Accounts in the subtree, the account included.
    pub accounts: Vec<u32>,
    /// Distinct persons in the subtree, the account's person included.
    pub persons: Vec<u32>,
    /// 1 + the longest way down.
    pub levels: Vec<u32>,
    /// Levels that count a step only where the person changes.
    pub person_levels: Vec<u32>,
}

impl Structure {
    /// The account at each place of the pre-order.
    pub fn at(&self) -> Vec<u32> {
        let mut at = vec![0u32; self.position.len()];
        self.position.iter().zip(0u32..).for_each(|(&place, account)| at[place as usize] = account);
        at
    }
}

/// Accounts in an order in which every parent stands before its children, and their depths; `None` if there is a
/// cycle.
fn parents_first(parent: &[u32]) -> Option<(Vec<u32>, Vec<u32>)> {
    let n = parent.len();
    let mut depth = vec![0u32; n];
    if parent.iter().enumerate().all(|(a, &up)| up == ROOT || (up as usize) < a) {
        for a in 0..n {
            depth[a] = if parent[a] == ROOT { 1 } else { depth[parent[a] as usize] + 1 };
        }
        return Some(((0..n as u32).collect(), depth));
    }
    let mut way = Vec::new();
    for start in 0..n as u32 {
        let mut at = start;
        while at != ROOT && depth[at as usize] == 0 {
            if way.len() > n {
                return None;
            }
            way.push(at);
            at = parent[at as usize];
        }
        let mut below = if at == ROOT { 0 } else { depth[at as usize] };
        while let Some(account) = way.pop() {
            below += 1;
            depth[account as usize] = below;
        }
    }
    Some((by_depth(&depth), depth))
}

/// A counting sort: accounts of one depth in the order of their numbers.
fn by_depth(depth: &[u32]) -> Vec<u32> {
    let deepest = depth.iter().copied().max().unwrap_or(0) as usize;
    let mut next = vec![0u32; deepest + 2];
    depth.iter().for_each(|&d| next[d as usize + 1] += 1);
    (0..=deepest).for_each(|d| next[d + 1] += next[d]);
    let mut order = vec![0u32; depth.len()];
    for (account, &d) in depth.iter().enumerate() {
        order[next[d as usize] as usize] = account as u32;
        next[d as usize] += 1;
    }
    order
}

/// Counts every subtree. `person[a]` numbers the person who holds account `a`, below `parent.len()`.
///
/// `None` when the parents hold a cycle: opening cycles is cleaning's work, done before.
pub fn structure(parent: &[u32], person: &[u32]) -> Option<Structure> {
    let (order, depth) = parents_first(parent)?;
    let n = parent.len();
    let mut accounts = vec![1u32; n];
    for &account in order.iter().rev() {
        let (a, p) = (account as usize, parent[account as usize]);
        if p != ROOT {
            accounts[p as usize] += accounts[a];
        }
    }
    let position = positions(parent, &order, &accounts);
    let ((levels, person_levels), persons) = rayon::join(
        || levels(parent, person, &order),
        || distinct_persons(parent, person, &order, &position),
    );
    Some(Structure { position, depth, accounts, persons, levels, person_levels })
}

/// Levels of each subtree, by accounts and by persons.
fn levels(parent: &[u32], person: &[u32], order: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let (mut levels, mut person_levels) = (vec![1u32; parent.len()], vec![1u32; parent.len()]);
    for &account in order.iter().rev() {
        let (a, p) = (account as usize, parent[account as usize] as usize);
        if parent[a] != ROOT {
            levels[p] = levels[p].max(levels[a] + 1);
            let step = u32::from(person[a] != person[p]);
            person_levels[p] = person_levels[p].max(person_levels[a] + step);
        }
    }
    (levels, person_levels)
}

/// Pre-order position of each account.
fn positions(parent: &[u32], order: &[u32], accounts: &[u32]) -> Vec<u32> {
    let mut position = vec![0u32; parent.len()];
    let mut next_below = vec![0u32; parent.len()];
    let mut next_root = 0u32;
    for &account in order {
        let a = account as usize;
        let next = match parent[a] {
            ROOT => &mut next_root,
            p => &mut next_below[p as usize],
        };
        position[a] = *next;
        *next += accounts[a];
        next_below[a] = position[a] + 1;
    }
    position
}

/// Distinct persons below each account: one for each account, less one at the lowest common ancestor of two
/// accounts of one person that follow each other in pre-order. Between positions u < v that ancestor is the
/// least parent position over (u, v], found by bisection on a stack of rising parents.
fn distinct_persons(parent: &[u32], person: &[u32], order: &[u32], position: &[u32]) -> Vec<u32> {
    let n = parent.len();
    let mut at = vec![0u32; n];
    for (account, &place) in position.iter().enumerate() {
        at[place as usize] = account as u32;
    }
    let mut last = vec![ROOT; n];
    let mut stack: Vec<(u32, u32)> = Vec::new();
    let mut share = vec![1i32; n];
    for place in 0..n as u32 {
        let account = at[place as usize] as usize;
        // Shifted by one, so that the forest's own root is 0 and takes what no account has in common.
        let above = if parent[account] == ROOT { 0 } else { position[parent[account] as usize] + 1 };
        while stack.last().is_some_and(|&(_, parent)| parent >= above) {
            stack.pop();
        }
        stack.push((place, above));
        let before = std::mem::replace(&mut last[person[account] as usize], place);
        if before != ROOT {
            let (_, common) = stack[stack.partition_point(|&(index, _)| index <= before)];
            if common > 0 {
                share[at[common as usize - 1] as usize] -= 1;
            }
        }
    }
    for &account in order.iter().rev() {
        let p = parent[account as usize];
        if p != ROOT {
            share[p as usize] += share[account as usize];
        }
    }
    share.into_iter().map(|persons| persons as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;
    use std::collections::HashSet;

    fn own(n: usize) -> Vec<u32> {
        (0..n as u32).collect()
    }

    /// (persons, levels) of account 0.
    fn top(parent: &[u32]) -> (u32, u32) {
        let s = structure(parent, &own(parent.len())).unwrap();
        (s.persons[0], s.person_levels[0])
    }

    #[test]
    fn the_golden_cases_count_as_the_opinion_counts() {
        let star: Vec<u32> = std::iter::once(ROOT).chain([0; 29]).collect();
        let through_one = |n: usize| -> Vec<u32> { [ROOT, 0].into_iter().chain(vec![1; n]).collect() };
        let chain: Vec<u32> = std::iter::once(ROOT).chain(0..28).collect();
        let ternary =
            |n: u32| -> Vec<u32> { (0..n).map(|i| if i == 0 { ROOT } else { (i - 1) / 3 }).collect() };
        assert_eq!(top(&star), (30, 2));
        assert_eq!(top(&through_one(28)), (30, 3));
        assert_eq!(top(&through_one(27)), (29, 3));
        assert_eq!(top(&chain), (29, 29));
        assert_eq!(top(&ternary(13)), (13, 3));
        assert_eq!(top(&ternary(40)), (40, 4));
    }

    #[test]
    fn ten_own_accounts_in_a_chain_are_one_person_on_one_level() {
        let parent: Vec<u32> = std::iter::once(ROOT).chain(0..9).chain(vec![9; 28]).collect();
        let person: Vec<u32> = vec![0; 10].into_iter().chain(10..38).collect();
        let s = structure(&parent, &person).unwrap();
        assert_eq!((s.persons[0], s.person_levels[0], s.accounts[0], s.levels[0]), (29, 2, 38, 11));
    }

    #[test]
    fn a_chain_of_a_million_is_counted_without_recursion() {
        let parent: Vec<u32> = std::iter::once(ROOT).chain(0..999_999).collect();
        assert_eq!(top(&parent), (1_000_000, 1_000_000));
    }

    #[test]
    fn a_cycle_is_refused() {
        assert_eq!(structure(&[1, 0], &[0, 1]), None);
    }

    /// The slow way: walk up from every account and note it at each ancestor.
    fn slow(parent: &[u32], person: &[u32]) -> Structure {
        let n = parent.len();
        let mut s = Structure {
            position: vec![0; n],
            depth: vec![0; n],
            accounts: vec![0; n],
            persons: vec![0; n],
            levels: vec![0; n],
            person_levels: vec![1; n],
        };
        let mut held = vec![HashSet::new(); n];
        for start in 0..n {
            let (mut at, mut way, mut changes) = (start, 1, 1);
            loop {
                s.depth[start] += 1;
                s.accounts[at] += 1;
                held[at].insert(person[start]);
                s.levels[at] = s.levels[at].max(way);
                s.person_levels[at] = s.person_levels[at].max(changes);
                if parent[at] == ROOT {
                    break;
                }
                let up = parent[at] as usize;
                way += 1;
                changes += u32::from(person[up] != person[at]);
                at = up;
            }
        }
        s.persons = held.iter().map(|set| set.len() as u32).collect();
        s
    }

    #[test]
    fn the_fast_way_agrees_with_the_slow_way_on_random_forests() {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        for round in 0..2_000 {
            let parent = dice.forest();
            let person: Vec<u32> = parent.iter().map(|_| dice.roll(parent.len()) as u32).collect();
            let fast = structure(&parent, &person).unwrap();
            // The slow way knows no places: they are checked by what they promise.
            let expected = Structure { position: fast.position.clone(), ..slow(&parent, &person) };
            assert_eq!(fast, expected, "round {round}");
            let range = |x: usize| fast.position[x]..fast.position[x] + fast.accounts[x];
            for (a, &up) in parent.iter().enumerate().filter(|&(_, &up)| up != ROOT) {
                assert!(range(up as usize).contains(&fast.position[a]), "round {round}");
            }
        }
    }
}
