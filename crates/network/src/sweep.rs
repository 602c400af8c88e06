//! One sweep over the places of the pre-order: figures of every subtree, and where persons with several accounts
//! stand.
//!
//! The accounts above the present place wait on a stack; whoever is passed adds what he has to the account above
//! him. Distinct persons: one for each account, less one at the lowest common ancestor of two accounts of one person
//! that follow each other. That ancestor is the deepest account on the stack that stands no later than the earlier
//! of the two, found by bisection. O(n log h), h = the deepest way, which is also the height of the stack.

use crate::forest::{Inner, LEAF, Layout, Structure};
use crate::holders::Holders;
use crate::rows::Fen;

/// What a sweep gives.
pub(crate) struct Swept {
    pub structure: Structure,
    pub several: Places,
}

/// Where persons with several accounts stand.
pub(crate) struct Places {
    /// By list of [`Holders`]: places, rising within a list.
    pub of_list: Vec<u32>,
    /// All those places, rising.
    pub all: Vec<u32>,
    /// The list of each of them.
    pub lists: Vec<u32>,
}

/// Accounts whose facts are fetched together, so that the waits for memory overlap.
const BLOCK: usize = 1 << 15;

/// An account whose subtree is not finished.
struct Open {
    place: u32,
    end: u32,
    rank: u32,
    person: u32,
    own: Inner,
}

/// Sweeps. `paid_in` by account.
pub(crate) fn sweep(layout: Layout, person: &[u32], held: &Holders, paid_in: Option<&[Fen]>) -> Swept {
    let Layout { position, at, is_inner, sizes } = layout;
    let n = at.len();
    let mut depth = Vec::with_capacity(n);
    let mut inner = vec![LEAF; sizes.len()];
    let listed = held.start.last().copied().unwrap_or(0) as usize;
    let mut several = Places {
        of_list: vec![0; listed],
        all: Vec::with_capacity(listed),
        lists: Vec::with_capacity(listed),
    };
    let mut next = held.start.clone();
    let mut open: Vec<Open> = Vec::new();
    let mut close = |open: &mut Vec<Open>, done: Open| {
        inner[done.rank as usize] = done.own;
        if let Some(above) = open.last_mut() {
            above.take(&done.own, done.person);
        }
    };
    let fetch = |accounts: &[u32], facts: &mut Vec<(u32, Fen)>| {
        facts.clear();
        match paid_in {
            Some(paid) => facts.extend(accounts.iter().map(|&a| (person[a as usize], paid[a as usize]))),
            None => facts.extend(accounts.iter().map(|&a| (person[a as usize], 0))),
        }
    };
    let (mut facts, mut next_facts) = (Vec::with_capacity(BLOCK), Vec::with_capacity(BLOCK));
    let (mut place, mut rank) = (0u32, 0u32);
    let mut walk = |facts: &[(u32, Fen)]| {
        for &(p, paid) in facts {
            while let Some(done) = open.pop_if(|top| top.end <= place) {
                close(&mut open, done);
            }
            depth.push(open.len() as u32 + 1);
            if let Some(list) = held.is_several.of(p) {
                let free = next[list as usize];
                if free > held.start[list as usize] {
                    let before = several.of_list[free as usize - 1];
                    let above = open.partition_point(|above| above.place <= before);
                    if let Some(common) = above.checked_sub(1) {
                        open[common].own.persons -= 1;
                    }
                }
                several.of_list[free as usize] = place;
                next[list as usize] = free + 1;
                several.all.push(place);
                several.lists.push(list);
            }
            if is_inner.has(place) {
                let accounts = sizes[rank as usize];
                let own = Inner { accounts, team_paid_in: paid, depth: open.len() as u32 + 1, ..LEAF };
                open.push(Open { place, end: place + accounts, rank, person: p, own });
                rank += 1;
            } else if let Some(above) = open.last_mut() {
                above.take(&Inner { team_paid_in: paid, ..LEAF }, p);
            }
            place += 1;
        }
    };
    // One block is walked over while the next is fetched.
    for accounts in at.chunks(BLOCK) {
        rayon::join(|| walk(&facts), || fetch(accounts, &mut next_facts));
        std::mem::swap(&mut facts, &mut next_facts);
    }
    walk(&facts);
    while let Some(done) = open.pop() {
        close(&mut open, done);
    }
    let structure = Structure { position, at, depth, is_inner, inner };
    Swept { structure, several }
}

impl Open {
    /// Adds a child whose subtree is finished.
    #[inline]
    fn take(&mut self, child: &Inner, person: u32) {
        let own = &mut self.own;
        own.directs += 1;
        own.persons += child.persons;
        own.levels = own.levels.max(child.levels + 1);
        own.person_levels = own.person_levels.max(child.person_levels + u32::from(person != self.person));
        own.team_paid_in += child.team_paid_in;
    }
}
