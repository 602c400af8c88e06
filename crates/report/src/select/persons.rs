//! Persons who meet the floor, by the size of their territory. An order of size, not of guilt.

use crate::report::{Law, PERSONS_MAX, Person, PersonMoney};
use mingjing_network::count::{Count, NO_DAY};
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

/// The persons who meet the floor, at most [`PERSONS_MAX`]: most persons first, then most levels, then number.
pub fn meeting_floor(count: &Count, law: &Law) -> Vec<Person> {
    let t = &count.territories;
    let mut chosen: Vec<u32> = (0..count.persons() as u32).filter(|&p| is_floor_met(count, law, p)).collect();
    chosen.sort_unstable_by_key(|&p| (Reverse(t.persons[p as usize]), Reverse(t.levels[p as usize]), p));
    chosen.truncate(PERSONS_MAX);
    let (widest, systems) = (widest_accounts(count, &chosen), system_holders(count));
    let one = |(&p, account): (&u32, u32)| person(count, law, p, account, systems.contains(&p));
    chosen.iter().zip(widest).map(one).collect()
}

/// How many persons who meet the floor hold a declared system account.
pub fn systems_meeting_floor(count: &Count, law: &Law) -> u64 {
    system_holders(count).iter().filter(|&&p| is_floor_met(count, law, p)).count() as u64
}

/// Persons who hold a declared system account.
pub fn system_holders(count: &Count) -> HashSet<u32> {
    count.system.iter().zip(&count.person).filter(|(system, _)| **system).map(|(_, &p)| p).collect()
}

/// Does the person's territory meet the floor?
pub fn is_floor_met(count: &Count, law: &Law, person: u32) -> bool {
    let (t, p) = (&count.territories, person as usize);
    t.persons[p] >= law.floor_persons && t.levels[p] >= law.floor_levels
}

/// For each of the persons, the account with most accounts below; the first of equals.
fn widest_accounts(count: &Count, persons: &[u32]) -> Vec<u32> {
    let place: HashMap<u32, usize> = persons.iter().enumerate().map(|(i, &p)| (p, i)).collect();
    let mut widest: Vec<Option<u32>> = vec![None; persons.len()];
    let size = |account: u32| count.structure.accounts[account as usize];
    for (account, holder) in (0u32..).zip(&count.person) {
        if let Some(&i) = place.get(holder)
            && widest[i].is_none_or(|before| size(account) > size(before))
        {
            widest[i] = Some(account);
        }
    }
    widest.into_iter().map(|account| account.expect("every person holds an account")).collect()
}

/// The figures of a person whose widest account is `account`; does he hold a system account?
pub fn person(count: &Count, law: &Law, person: u32, account: u32, system: bool) -> Person {
    let (t, p) = (&count.territories, person as usize);
    let met_on = count.floor_met_on.get(p).copied().unwrap_or(NO_DAY);
    Person {
        person: person + 1,
        account: count.names.text(account).to_string(),
        system,
        accounts: t.accounts[p],
        persons: t.persons[p],
        levels: t.levels[p],
        direct_persons: t.direct_persons[p],
        floor_met_on: (met_on != NO_DAY).then_some(met_on),
        grave_persons: t.persons[p] >= law.grave_persons,
        money: count.person_sums(p).map(|m| PersonMoney {
            paid_in: m.paid_in,
            bonus: m.bonus,
            withdrawn: m.withdrawn,
            team_paid_in: m.team_paid_in,
            team_paid_in_others: m.team_paid_in_others,
            net: m.net,
            grave_amount: m.team_paid_in >= law.grave_amount,
            grave_amount_others: m.team_paid_in_others >= law.grave_amount,
        }),
    }
}
