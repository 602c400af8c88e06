//! The last step of a count: kept accounts are laid together, persons numbered, everything added up.

use crate::count::{AccountMoney, Count, Identities, NO_DAY, Origin, Persons};
use crate::details::Details;
use crate::figures::{NetBasis, Policy, Terms, Thresholds, Tree, Whole};
use crate::floor;
use crate::forest::{self, Layout, ROOT};
use crate::holders::Holders;
use crate::intern::NONE;
use crate::keys::{Key, Names};
use crate::ledger::Ledger;
use crate::policy::Kept;
use crate::roster::{Roster, flag};
use crate::rows::{Day, Fen};
use crate::sweep::{Swept, sweep};
use crate::territory::{Forest, Territories, territories};
use crate::whole::{self, Dropped};

/// Counts what is kept.
pub fn finish(mut roster: Roster, ledger: Option<Ledger>, kept: Kept, terms: &Terms) -> Count {
    let mut ledger = ledger;
    let details = details(&mut roster, ledger.as_mut(), &kept);
    let dropped = dropped(&kept, ledger.as_ref());
    let reversed = ledger.as_ref().map(|ledger| {
        ledger.reversed(|account| kept.is_kept.as_ref().is_none_or(|is_kept| is_kept[account as usize]))
    });
    let order: Option<Vec<u32>> = kept
        .is_kept
        .as_ref()
        .map(|is_kept| (0..is_kept.len() as u32).filter(|&a| is_kept[a as usize]).collect());
    let order = order.as_deref();
    drop((std::mem::take(&mut roster.joined), std::mem::take(&mut roster.interner)));
    let parent = renumbered_parents(kept.parent, order);
    let joined = picked(kept.day, order);
    let system = systems(&roster.flags, order);
    let (person, persons) = numbered_persons(std::mem::take(&mut roster.holder), order);
    // Cleaning left no cycle, and hanging below kept ancestors makes none.
    let layout = || forest::layout(&parent).expect("cycles were opened by cleaning");
    let holders = || {
        let identities = identities(&roster, &person, persons, order);
        (identities, Holders::new(&person))
    };
    let (layout, (identities, held)) = rayon::join(layout, holders);
    let parts = Parts {
        policy: terms.policy.clone(),
        names: Names { keys: picked(roster.names.keys, order), texts: roster.names.texts },
        parent,
        person,
        joined,
        origin: Origin { ordinal: picked(roster.ordinal, order), file_start: roster.file_start },
        system,
        money: ledger.as_mut().map(|ledger| {
            [&mut ledger.paid_in, &mut ledger.bonus, &mut ledger.withdrawn]
                .map(|column| picked(std::mem::take(column), order))
        }),
        net_basis: ledger.as_ref().map_or(NetBasis::Out, |ledger| ledger.net_basis),
        identities,
        details,
    };
    drop((roster.identity, roster.flags));
    let mut count = added_up(parts, layout, held);
    let sums = ledger.map(|ledger| (ledger.sums, ledger.net_basis));
    let (floor_met_on, mut whole) = rayon::join(
        || floor::met_on(&floor::Question::of(&count, &terms.thresholds)),
        || whole::figures(&count, sums, reversed, dropped, terms),
    );
    whole.first_floor_met_on = floor_met_on.iter().map(|&(_, day)| day).min();
    count.persons.floor_met_on = floor_met_on;
    count.whole = whole;
    count
}

/// What a count is made of; by account, in the order of the numbers as text.
#[derive(Clone, Debug)]
pub struct Parts {
    /// As in [`Count`].
    pub policy: Policy,
    /// As in [`Count`].
    pub names: Names,
    /// As in [`Count`]; free of cycles.
    pub parent: Vec<u32>,
    /// As in [`Count`]; every number up to the greatest occurs.
    pub person: Vec<u32>,
    /// As in [`Count`].
    pub joined: Vec<Day>,
    /// As in [`Count`].
    pub origin: Origin,
    /// As in [`Count`].
    pub system: Vec<u32>,
    /// Own money: paid in, bonus, withdrawn.
    pub money: Option<[Vec<Fen>; 3]>,
    /// By what net is measured.
    pub net_basis: NetBasis,
    /// As in [`Count`].
    pub identities: Identities,
    /// As in [`Count`].
    pub details: Details,
}

impl Parts {
    /// A forest and its holders; no names, days, money or findings.
    pub fn bare(parent: Vec<u32>, person: Vec<u32>) -> Parts {
        Parts {
            policy: Policy {
                id: "main".to_owned(),
                tree: Tree::Referral,
                paid_only: false,
                with_system: true,
                with_consumers: true,
            },
            names: Names::default(),
            joined: vec![NO_DAY; parent.len()],
            origin: Origin::default(),
            system: Vec::new(),
            money: None,
            net_basis: NetBasis::Out,
            identities: Identities::default(),
            details: Details::default(),
            parent,
            person,
        }
    }
}

impl Count {
    /// Counts everything but the whole network; `None` if the parents hold a cycle.
    pub fn of(parts: Parts, thresholds: &Thresholds) -> Option<Count> {
        let (layout, held) = (forest::layout(&parts.parent)?, Holders::new(&parts.person));
        let mut count = added_up(parts, layout, held);
        count.persons.floor_met_on = floor::met_on(&floor::Question::of(&count, thresholds));
        Some(count)
    }
}

/// Subtrees and territories. Missing are the days of the floor and the whole.
fn added_up(parts: Parts, layout: Layout, held: Holders) -> Count {
    let Parts { policy, names, parent, person, joined, origin, system, money, .. } = parts;
    let paid_in = money.as_ref().map(|[paid_in, ..]| &paid_in[..]);
    let Swept { structure, several: places } = sweep(layout, &person, &held, paid_in);
    let money = money.map(|[paid_in, bonus, withdrawn]| AccountMoney { paid_in, bonus, withdrawn });
    let forest = Forest {
        parent: &parent,
        person: &person,
        joined: &joined,
        structure: &structure,
        money: money.as_ref(),
        held: &held,
    };
    let Territories { several, fewer_directs } = territories(&forest, &places);
    let is_net_by_bonus = parts.net_basis == NetBasis::Bonus;
    Count {
        policy,
        names,
        parent,
        person,
        joined,
        origin,
        system,
        structure,
        money,
        persons: Persons { held, several, fewer_directs, floor_met_on: Vec::new(), is_net_by_bonus },
        identities: parts.identities,
        whole: Whole::default(),
        findings: parts.details.counts(),
        details: parts.details,
    }
}

/// Declared system accounts among the kept.
fn systems(flags: &[u8], order: Option<&[u32]>) -> Vec<u32> {
    let is_system = |old: u32| flags[old as usize] & flag::SYSTEM != 0;
    match order {
        None => (0..flags.len() as u32).filter(|&account| is_system(account)).collect(),
        Some(order) => {
            (0u32..).zip(order).filter(|(_, old)| is_system(**old)).map(|(account, _)| account).collect()
        }
    }
}

/// All findings in one list, sorted.
fn details(roster: &mut Roster, ledger: Option<&mut Ledger>, kept: &Kept) -> Details {
    let mut details = std::mem::take(&mut roster.details);
    details.list.extend(kept.details.iter().copied());
    if let Some(ledger) = ledger {
        let texts = &mut roster.names.texts;
        for mut detail in std::mem::take(&mut ledger.details) {
            if detail.account.is_long() {
                detail.account = texts.key(&ledger.texts.text(detail.account));
            }
            details.list.push(detail);
        }
        details.orphan_amount = ledger.sums.orphan_amount;
    }
    details.texts = roster.names.texts.clone();
    details.origin = Origin { ordinal: Vec::new(), file_start: roster.file_start.clone() };
    details.sort();
    details
}

fn dropped(kept: &Kept, ledger: Option<&Ledger>) -> Dropped {
    let paid_in = ledger.map(|ledger| match &kept.is_kept {
        None => 0,
        Some(is_kept) => {
            let own = ledger.paid_in.iter().zip(is_kept).filter(|(_, is_kept)| !**is_kept);
            own.map(|(&paid, _)| i128::from(paid)).sum()
        }
    });
    Dropped { accounts: kept.dropped, after_cutoff: kept.after_cutoff, paid_in }
}

fn picked<T: Copy>(column: Vec<T>, order: Option<&[u32]>) -> Vec<T> {
    match order {
        None => column,
        Some(order) => order.iter().map(|&old| column[old as usize]).collect(),
    }
}

fn renumbered_parents(parent: Vec<u32>, order: Option<&[u32]>) -> Vec<u32> {
    let Some(order) = order else { return parent };
    let mut new = vec![NONE; parent.len()];
    order.iter().zip(0..).for_each(|(&old, number)| new[old as usize] = number);
    let up = |old: u32| match parent[old as usize] {
        ROOT => ROOT,
        up => new[up as usize],
    };
    order.iter().map(|&old| up(old)).collect()
}

/// Numbers persons in the order of their smallest account, which is the order of the accounts.
fn numbered_persons(holder: Vec<u32>, order: Option<&[u32]>) -> (Vec<u32>, usize) {
    let mut number = vec![NONE; holder.len()];
    let mut persons = 0u32;
    let mut numbered = |old: u32| {
        let own = &mut number[holder[old as usize] as usize];
        if *own == NONE {
            *own = persons;
            persons += 1;
        }
        *own
    };
    let person = match order {
        None => (0..holder.len() as u32).map(&mut numbered).collect(),
        Some(order) => order.iter().map(|&old| numbered(old)).collect(),
    };
    (person, persons as usize)
}

/// The numbers behind each person.
fn identities(roster: &Roster, person: &[u32], persons: usize, order: Option<&[u32]>) -> Identities {
    let mut first = vec![Key::default(); persons];
    let mut more: Vec<(u32, Key)> = Vec::new();
    for (i, &p) in person.iter().enumerate() {
        let old = order.map_or(i, |order| order[i] as usize);
        if roster.flags[old] & flag::USABLE == 0 {
            continue;
        }
        let (own, key) = (&mut first[p as usize], roster.identity[old]);
        if *own == Key::default() {
            *own = key;
        } else if *own != key {
            more.push((p, key));
        }
    }
    Identities::new(first, more, roster.names.texts.clone())
}
