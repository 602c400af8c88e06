//! The recruitment forest laid out in pre-order, and the structural figures of every account.
//!
//! Input: a parent for each account, already free of cycles. The places of accounts come from the sizes of their
//! subtrees ([`layout`]); then one sweep over the places ([`crate::sweep`]) gives all figures. Siblings stand widest
//! first, of equals the smaller number first: that is the order of the branch index too, and of nothing else.
//! Linear time, no recursion, so a chain of a million accounts is like any other.
//!
//! Memory: a place, an account and a depth for each account, 32 bytes more for each that has others below it; while
//! laying out, two numbers an account at most beside those.

use crate::ranks::{Marks, Ranks};
use crate::rows::Fen;
use crate::sweep;

/// No parent: the account is a root.
pub const ROOT: u32 = u32::MAX;

/// Structural figures of one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// Root = 1.
    pub depth: u32,
    /// Children.
    pub directs: u32,
    /// Accounts in the subtree, the account included.
    pub accounts: u32,
    /// Distinct persons in the subtree, the account's person included.
    pub persons: u32,
    /// 1 + the longest way down.
    pub levels: u32,
    /// Levels that count a step only where the person changes.
    pub person_levels: u32,
}

/// What is kept of an account that has others below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Inner {
    /// Money in of the subtree, fen; 0 without a ledger.
    pub team_paid_in: Fen,
    pub depth: u32,
    pub accounts: u32,
    pub directs: u32,
    pub persons: u32,
    pub levels: u32,
    pub person_levels: u32,
}

/// An account without others below it, but for its depth and money.
pub(crate) const LEAF: Inner =
    Inner { team_paid_in: 0, depth: 0, accounts: 1, directs: 0, persons: 1, levels: 1, person_levels: 1 };

/// Structural figures of all accounts. Places are those of the pre-order: the subtree of an account at place `i` is
/// `i..i + accounts`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Structure {
    /// By account its place.
    pub(crate) position: Vec<u32>,
    /// By place the account.
    pub(crate) at: Vec<u32>,
    /// By place.
    pub(crate) depth: Vec<u32>,
    /// The places of accounts with others below them.
    pub(crate) is_inner: Ranks,
    /// Their figures, by rank of the place.
    pub(crate) inner: Vec<Inner>,
}

impl Structure {
    /// Place of an account in pre-order.
    #[inline]
    pub fn place(&self, account: u32) -> u32 {
        self.position[account as usize]
    }

    /// Place of each account in pre-order.
    pub fn places(&self) -> &[u32] {
        &self.position
    }

    /// The account at each place of the pre-order.
    pub fn at(&self) -> &[u32] {
        &self.at
    }

    /// Figures of an account.
    #[inline]
    pub fn of(&self, account: u32) -> Node {
        self.at_place(self.place(account))
    }

    /// Figures of the account at a place.
    #[inline]
    pub fn at_place(&self, place: u32) -> Node {
        self.node_at(place).0
    }

    /// The same, and the money of the subtree if the account has others below it.
    #[inline]
    pub fn node_at(&self, place: u32) -> (Node, Option<Fen>) {
        match self.is_inner.of(place) {
            Some(rank) => {
                let own = &self.inner[rank as usize];
                (node(own), Some(own.team_paid_in))
            }
            None => (node(&Inner { depth: self.depth[place as usize], ..LEAF }), None),
        }
    }

    /// Accounts in the subtree at a place.
    #[inline]
    pub(crate) fn size_at(&self, place: u32) -> u32 {
        self.below(place).accounts
    }

    /// What is kept of the account at a place; of one without others below it, not its depth and money.
    #[inline]
    pub(crate) fn below(&self, place: u32) -> Inner {
        self.is_inner.of(place).map_or(LEAF, |rank| self.inner[rank as usize])
    }
}

fn node(own: &Inner) -> Node {
    let &Inner { depth, accounts, directs, persons, levels, person_levels, .. } = own;
    Node { depth, directs, accounts, persons, levels, person_levels }
}

/// Counts every subtree. `person[a]` numbers the person who holds account `a`, below `parent.len()`.
///
/// `None` when the parents hold a cycle: opening cycles is cleaning's work, done before.
pub fn structure(parent: &[u32], person: &[u32]) -> Option<Structure> {
    let held = crate::holders::Holders::new(person);
    Some(sweep::sweep(layout(parent)?, person, &held, None).structure)
}

/// Who stands where, before anything else is counted.
pub(crate) struct Layout {
    /// As in [`Structure`].
    pub position: Vec<u32>,
    /// As in [`Structure`].
    pub at: Vec<u32>,
    /// As in [`Structure`].
    pub is_inner: Ranks,
    /// Accounts in the subtrees of the inner places, by rank.
    pub sizes: Vec<u32>,
}

/// Gives every account its place; `None` if there is a cycle.
pub(crate) fn layout(parent: &[u32]) -> Option<Layout> {
    let n = parent.len();
    let mut accounts = vec![1u32; n];
    let mut add = |account: usize| {
        let up = parent[account];
        if up != ROOT {
            accounts[up as usize] += accounts[account];
        }
    };
    match parents_first(parent)? {
        None => (0..n).rev().for_each(add),
        Some(order) => order.iter().rev().for_each(|&account| add(account as usize)),
    }
    let inner = widest_first(&accounts);
    // By account the next place below it that is free; in the end the place behind its subtree.
    let mut next = vec![0u32; n];
    let mut next_root = 0u32;
    let mut put = |account: u32| {
        let a = account as usize;
        let free = match parent[a] {
            ROOT => &mut next_root,
            up => &mut next[up as usize],
        };
        let place = *free;
        *free += accounts[a];
        next[a] = place + 1;
    };
    inner.iter().for_each(|&account| put(account));
    (0..n as u32).filter(|&account| accounts[account as usize] == 1).for_each(put);
    let mut position = next;
    let mut marks = Marks::none(n);
    position.iter_mut().zip(&accounts).for_each(|(place, size)| *place -= size);
    inner.iter().for_each(|&account| marks.set(position[account as usize]));
    let is_inner = marks.ranked();
    let mut sizes = vec![0u32; inner.len()];
    for &account in &inner {
        sizes[is_inner.below(position[account as usize]) as usize] = accounts[account as usize];
    }
    drop((accounts, inner));
    let mut at = vec![0u32; n];
    position.iter().zip(0u32..).for_each(|(&place, account)| at[place as usize] = account);
    Some(Layout { position, at, is_inner, sizes })
}

/// Accounts in an order in which every parent stands before its children: an inner `None` if that is the order of
/// their numbers, an outer one if there is a cycle.
fn parents_first(parent: &[u32]) -> Option<Option<Vec<u32>>> {
    let n = parent.len();
    if parent.iter().enumerate().all(|(a, &up)| up == ROOT || (up as usize) < a) {
        return Some(None);
    }
    let mut depth = vec![0u32; n];
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
    Some(Some(by_depth(&depth)))
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

/// Sizes from here on are sorted by comparing; below there is a counter for each.
const WIDE: usize = 1 << 16;

/// Accounts with others below them by the size of their subtrees, falling; of equals the smaller number first. A
/// parent is larger than each of its children, so parents come first.
fn widest_first(accounts: &[u32]) -> Vec<u32> {
    let mut start = vec![0u32; WIDE];
    let mut order: Vec<u32> = Vec::new();
    for (&size, account) in accounts.iter().zip(0u32..).filter(|(size, _)| **size > 1) {
        match start.get_mut(size as usize) {
            Some(slot) => *slot += 1,
            None => order.push(account),
        }
    }
    order.sort_unstable_by_key(|&account| (std::cmp::Reverse(accounts[account as usize]), account));
    let mut before = order.len() as u32;
    for slot in start.iter_mut().rev() {
        before += std::mem::replace(slot, before);
    }
    order.resize(before as usize, 0);
    for (&size, account) in accounts.iter().zip(0u32..).filter(|(size, _)| **size > 1) {
        if let Some(slot) = start.get_mut(size as usize) {
            order[*slot as usize] = account;
            *slot += 1;
        }
    }
    order
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
        let top = structure(parent, &own(parent.len())).unwrap().of(0);
        (top.persons, top.person_levels)
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
        let top = structure(&parent, &person).unwrap().of(0);
        assert_eq!((top.persons, top.person_levels, top.accounts, top.levels), (29, 2, 38, 11));
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
    fn slow(parent: &[u32], person: &[u32]) -> Vec<Node> {
        let n = parent.len();
        let none = Node { depth: 0, directs: 0, accounts: 0, persons: 0, levels: 0, person_levels: 1 };
        let (mut nodes, mut held) = (vec![none; n], vec![HashSet::new(); n]);
        for start in 0..n {
            let (mut at, mut way, mut changes) = (start, 1, 1);
            loop {
                nodes[start].depth += 1;
                nodes[at].directs += u32::from(way == 2);
                nodes[at].accounts += 1;
                held[at].insert(person[start]);
                nodes[at].levels = nodes[at].levels.max(way);
                nodes[at].person_levels = nodes[at].person_levels.max(changes);
                if parent[at] == ROOT {
                    break;
                }
                let up = parent[at] as usize;
                way += 1;
                changes += u32::from(person[up] != person[at]);
                at = up;
            }
        }
        nodes.iter_mut().zip(&held).for_each(|(node, held)| node.persons = held.len() as u32);
        nodes
    }

    #[test]
    fn the_fast_way_agrees_with_the_slow_way_on_random_forests() {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        for round in 0..2_000 {
            let parent = dice.forest();
            let n = parent.len() as u32;
            let person: Vec<u32> = parent.iter().map(|_| dice.roll(parent.len()) as u32).collect();
            let fast = structure(&parent, &person).unwrap();
            let nodes: Vec<Node> = (0..n).map(|account| fast.of(account)).collect();
            assert_eq!(nodes, slow(&parent, &person), "round {round}");
            // Places are checked by what they promise: parents around their children, the widest sibling first.
            let range = |a: u32| fast.place(a)..fast.place(a) + fast.of(a).accounts;
            for a in 0..n {
                assert_eq!(fast.at()[fast.place(a) as usize], a, "round {round}");
                let up = parent[a as usize];
                assert!(up == ROOT || range(up).contains(&fast.place(a)), "round {round}");
                let key = |a: u32| (std::cmp::Reverse(fast.of(a).accounts), a);
                for b in (0..n).filter(|&b| parent[b as usize] == up) {
                    assert_eq!(fast.place(a).cmp(&fast.place(b)), key(a).cmp(&key(b)), "round {round}");
                }
            }
        }
    }
}
