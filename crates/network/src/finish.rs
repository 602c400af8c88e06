//! The last step of a count: kept accounts are laid together, persons numbered, everything added up.

use crate::count::{AccountMoney, Count, Identities, Origin, PersonMoney, PersonSums};
use crate::details::Details;
use crate::figures::{NetBasis, Terms};
use crate::floor;
use crate::forest::{self, ROOT, Structure};
use crate::intern::NONE;
use crate::keys::{Key, Names};
use crate::ledger::Ledger;
use crate::policy::Kept;
use crate::roster::{Roster, flag};
use crate::rows::Fen;
use crate::territory;
use crate::whole::{self, Dropped};

/// Counts what is kept.
pub fn finish(mut roster: Roster, ledger: Option<Ledger>, kept: Kept, terms: &Terms) -> Count {
    let mut ledger = ledger;
    let details = details(&mut roster, ledger.as_mut(), &kept);
    let dropped = dropped(&kept, ledger.as_ref());
    let order: Option<Vec<u32>> = kept
        .is_kept
        .as_ref()
        .map(|is_kept| (0..is_kept.len() as u32).filter(|&a| is_kept[a as usize]).collect());
    let parent = renumbered_parents(kept.parent, order.as_deref());
    let joined = picked(kept.day, order.as_deref());
    let (person, persons) = numbered_persons(&roster.holder, order.as_deref());
    let identities = identities(&roster, &person, persons, order.as_deref());
    let system: Vec<bool> =
        picked(roster.flags.iter().map(|flags| flags & flag::SYSTEM != 0).collect(), order.as_deref());
    let names = Names { keys: picked(roster.names.keys, order.as_deref()), texts: roster.names.texts };
    let origin = Origin { ordinal: picked(roster.ordinal, order.as_deref()), file_start: roster.file_start };
    drop((roster.interner, roster.holder, roster.identity, roster.joined, roster.flags));
    // Cleaning left no cycle, and hanging below kept ancestors makes none.
    let structure = forest::structure(&parent, &person).expect("cycles were opened by cleaning");
    let account_money = || {
        ledger.as_mut().map(|ledger| {
            let paid_in = picked(std::mem::take(&mut ledger.paid_in), order.as_deref());
            AccountMoney {
                team_paid_in: team(&parent, &structure, &paid_in),
                paid_in,
                bonus: picked(std::mem::take(&mut ledger.bonus), order.as_deref()),
                withdrawn: picked(std::mem::take(&mut ledger.withdrawn), order.as_deref()),
            }
        })
    };
    // What does not look at each other goes side by side: territories and money, then dates and persons' money.
    let (territories, money) =
        rayon::join(|| territory::territories(&parent, &person, persons, &structure), account_money);
    let met = |p: usize| {
        territories.persons[p] >= terms.thresholds.floor_persons
            && territories.levels[p] >= terms.thresholds.floor_levels
    };
    let is_met: Vec<bool> = (0..persons).map(met).collect();
    let question = floor::Question {
        parent: &parent,
        person: &person,
        joined: &joined,
        structure: &structure,
        held: &territories.accounts,
        is_met: &is_met,
        thresholds: &terms.thresholds,
    };
    let basis = ledger.as_ref().map(|ledger| ledger.net_basis);
    let persons_money = || {
        let (money, basis) = money.as_ref().zip(basis)?;
        Some(person_money(money, &AccountsOf::new(&person, persons), &structure, basis))
    };
    let (floor_met_on, person_money) = rayon::join(|| floor::met_on(&question), persons_money);
    let mut directs = vec![0u32; parent.len()];
    parent.iter().filter(|&&up| up != ROOT).for_each(|&up| directs[up as usize] += 1);
    let mut count = Count {
        policy: terms.policy.clone(),
        names,
        parent,
        person,
        joined,
        origin,
        system,
        directs,
        structure,
        money,
        territories,
        person_money,
        floor_met_on,
        identities,
        whole: Default::default(),
        findings: details.counts(),
        details,
    };
    let reversed = ledger.as_ref().map(|ledger| {
        ledger.reversed(|account| kept.is_kept.as_ref().is_none_or(|is_kept| is_kept[account as usize]))
    });
    count.whole = whole::figures(
        &count,
        ledger.map(|ledger| (ledger.sums, ledger.net_basis)),
        reversed,
        dropped,
        terms,
    );
    count
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
fn numbered_persons(holder: &[u32], order: Option<&[u32]>) -> (Vec<u32>, usize) {
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

/// Accounts of each person, rising.
pub(crate) struct AccountsOf {
    start: Vec<u32>,
    accounts: Vec<u32>,
}

impl AccountsOf {
    pub(crate) fn new(person: &[u32], persons: usize) -> AccountsOf {
        let mut start = vec![0u32; persons + 1];
        person.iter().for_each(|&p| start[p as usize + 1] += 1);
        (0..persons).for_each(|p| start[p + 1] += start[p]);
        let (mut next, mut accounts) = (start.clone(), vec![0u32; person.len()]);
        for (account, &p) in person.iter().enumerate() {
            accounts[next[p as usize] as usize] = account as u32;
            next[p as usize] += 1;
        }
        AccountsOf { start, accounts }
    }

    pub(crate) fn of(&self, p: usize) -> &[u32] {
        &self.accounts[self.start[p] as usize..self.start[p + 1] as usize]
    }
}

/// Money of each subtree.
fn team(parent: &[u32], s: &Structure, paid_in: &[Fen]) -> Vec<Fen> {
    let mut team = paid_in.to_vec();
    for account in s.at().into_iter().rev() {
        let up = parent[account as usize];
        if up != ROOT {
            team[up as usize] += team[account as usize];
        }
    }
    team
}

fn person_money(money: &AccountMoney, held: &AccountsOf, s: &Structure, basis: NetBasis) -> PersonMoney {
    let persons = held.start.len() - 1;
    let is_net_by_bonus = basis == NetBasis::Bonus;
    let mut out = PersonMoney { only: Vec::with_capacity(persons), several: Vec::new(), is_net_by_bonus };
    let at = s.at();
    let mut places: Vec<u32> = Vec::new();
    for p in 0..persons {
        let own = held.of(p);
        if let [only] = own {
            out.only.push(*only);
            continue;
        }
        out.only.push(ROOT);
        let sum = |column: &[Fen]| own.iter().map(|&a| column[a as usize]).sum::<Fen>();
        let (paid_in, bonus, withdrawn) = (sum(&money.paid_in), sum(&money.bonus), sum(&money.withdrawn));
        places.clear();
        places.extend(own.iter().map(|&a| s.position[a as usize]));
        places.sort_unstable();
        let team_paid_in: Fen =
            territory::tops(&places, &at, s).iter().map(|&a| money.team_paid_in[a as usize]).sum();
        let sums = PersonSums {
            paid_in,
            bonus,
            withdrawn,
            team_paid_in,
            team_paid_in_others: team_paid_in - paid_in,
            net: if is_net_by_bonus { bonus } else { withdrawn } - paid_in,
        };
        out.several.push((p as u32, sums));
    }
    out
}
