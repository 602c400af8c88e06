//! The widest branches as a bounded outline, chosen best-first: the largest branch not yet drawn comes next.
//!
//! Bounds: [`BRANCHES_MAX`] lines in all, [`DIRECTS_MAX`] below one line, [`NESTING_MAX`] steps in. A single
//! line of [`SKIP_MIN`] or more accounts, each with one direct, is drawn as one step that says how many it
//! passes. Linear in accounts; no recursion.

use crate::report::{BRANCHES_MAX, Branch, Branches, More};
use mingjing_network::count::Count;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Most lines directly below one line.
const DIRECTS_MAX: usize = 50;
/// Most steps from the margin.
pub const NESTING_MAX: u32 = 40;
/// Shortest single line that is drawn as one step.
const SKIP_MIN: u32 = 12;

/// A branch that may be drawn: persons, accounts, then the one that stands first where siblings stand by number,
/// told by the accounts on the way to it.
type Candidate = (u32, u32, Reverse<Vec<u32>>, Way);

/// How a candidate hangs below what is drawn already.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    account: u32,
    /// Line above, or `usize::MAX`.
    above: usize,
    nesting: u32,
    skipped: u32,
}

/// The outline of a count.
pub fn widest(count: &Count) -> Branches {
    let tree = Outline { count };
    let mut heap: BinaryHeap<Candidate> = BinaryHeap::new();
    for root in tree.largest(tree.roots()) {
        heap.push(tree.candidate(&[], Way { account: root, above: usize::MAX, nesting: 0, skipped: 0 }));
    }
    let mut drawn: Vec<Way> = Vec::new();
    while let Some((.., Reverse(path), way)) = heap.pop() {
        if drawn.len() == BRANCHES_MAX {
            break;
        }
        let above = drawn.len();
        drawn.push(way);
        if way.nesting + 1 < NESTING_MAX {
            let single = count.structure.of(way.account).directs == 1;
            for child in tree.largest(tree.children(way.account)) {
                let (account, skipped) = if single { tree.pass(child) } else { (child, 0) };
                heap.push(tree.candidate(&path, Way { account, above, nesting: way.nesting + 1, skipped }));
            }
        }
    }
    tree.in_reading_order(&drawn)
}

/// A count, drawn.
struct Outline<'a> {
    count: &'a Count,
}

impl Outline<'_> {
    fn size(&self, account: u32) -> u32 {
        self.count.structure.of(account).accounts
    }

    /// Accounts that stand side by side in a range of places.
    fn beside(&self, from: u32, to: u32) -> impl Iterator<Item = u32> + '_ {
        let s = &self.count.structure;
        let next = move |&place: &u32| Some(place + s.at_place(place).accounts).filter(|&next| next < to);
        std::iter::successors((from < to).then_some(from), next).map(|place| s.at()[place as usize])
    }

    fn roots(&self) -> impl Iterator<Item = u32> + '_ {
        self.beside(0, self.count.accounts() as u32)
    }

    fn children(&self, account: u32) -> impl Iterator<Item = u32> + '_ {
        let place = self.count.structure.place(account);
        self.beside(place + 1, place + self.size(account))
    }

    fn candidate(&self, above: &[u32], way: Way) -> Candidate {
        let own = self.count.structure.of(way.account);
        let path = above.iter().copied().chain([way.account]).collect();
        (own.persons, own.accounts + way.skipped, Reverse(path), way)
    }

    /// The [`DIRECTS_MAX`] largest of some accounts.
    fn largest(&self, accounts: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut list: Vec<u32> = accounts.collect();
        let key = |&a: &u32| {
            let own = self.count.structure.of(a);
            (Reverse(own.persons), Reverse(own.accounts), a)
        };
        if list.len() > DIRECTS_MAX {
            list.select_nth_unstable_by_key(DIRECTS_MAX, key);
            list.truncate(DIRECTS_MAX);
        }
        list
    }

    /// Passes a single line from its first account: where it ends, and how many accounts lie before that.
    fn pass(&self, first: u32) -> (u32, u32) {
        let s = &self.count.structure;
        let place = s.place(first);
        let length = (place..).take_while(|&place| s.at_place(place).directs == 1).count() as u32;
        if length < SKIP_MIN { (first, 0) } else { (s.at()[(place + length) as usize], length) }
    }

    fn in_reading_order(&self, drawn: &[Way]) -> Branches {
        let mut below: Vec<Vec<usize>> = vec![vec![]; drawn.len()];
        let mut roots = Vec::new();
        for (i, way) in drawn.iter().enumerate() {
            below.get_mut(way.above).unwrap_or(&mut roots).push(i);
        }
        let all = self.count.accounts() as u64;
        let money = self.count.whole.paid_in;
        let more_roots = self.more(self.count.whole.roots, all, money, roots.iter().map(|&i| drawn[i]));
        let mut lines = Vec::with_capacity(drawn.len());
        let mut open: Vec<usize> = roots.into_iter().rev().collect();
        while let Some(i) = open.pop() {
            lines.push(self.line(drawn[i], below[i].iter().map(|&b| drawn[b])));
            open.extend(below[i].iter().rev());
        }
        Branches { lines, more_roots }
    }

    fn line(&self, way: Way, below: impl Iterator<Item = Way>) -> Branch {
        let (c, i) = (self.count, way.account as usize);
        let own = c.structure.of(way.account);
        let team = c.team_paid_in(way.account);
        let under = team.zip(c.money.as_ref()).map(|(team, m)| i128::from(team - m.paid_in[i]));
        Branch {
            account: c.names.text(way.account).to_string(),
            person: c.person[i] + 1,
            depth: own.depth,
            nesting: way.nesting,
            skipped: way.skipped,
            directs: own.directs,
            accounts: own.accounts,
            persons: own.persons,
            levels: own.person_levels,
            team_paid_in: team,
            more: self.more(u64::from(own.directs), u64::from(own.accounts) - 1, under, below),
        }
    }

    /// What is left of a group when the drawn ones are taken out.
    fn more(
        &self,
        directs: u64,
        accounts: u64,
        money: Option<i128>,
        drawn: impl Iterator<Item = Way>,
    ) -> More {
        let mut more = More { directs, accounts, team_paid_in: money };
        for way in drawn {
            // The money of a line that was passed stands at its first account.
            let s = &self.count.structure;
            let first = s.place(way.account) - way.skipped;
            more.directs -= 1;
            more.accounts -= u64::from(s.at_place(first).accounts);
            if let (Some(left), Some(m)) = (&mut more.team_paid_in, &self.count.money) {
                *left -= i128::from(m.team_at(s, first));
            }
        }
        more
    }
}
