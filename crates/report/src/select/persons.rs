//! Persons who meet the floor, by the size of their territory. An order of size, not of guilt.

use crate::report::{Law, PERSONS_MAX, Person, PersonMoney};
use mingjing_network::count::Count;
use mingjing_network::figures::Thresholds;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

/// The persons who meet the floor, at most [`PERSONS_MAX`]: most persons first, then most levels, then number.
pub fn meeting_floor(count: &Count, law: &Law) -> Vec<Person> {
    let limits = Thresholds {
        floor_persons: law.floor_persons,
        floor_levels: law.floor_levels,
        grave_persons: law.grave_persons,
        grave_amount: law.grave_amount,
    };
    let out = count.standing_out(&limits).into_iter().map(|p| (count.territory(p as usize), p));
    let mut chosen: Vec<(Reverse<u32>, Reverse<u32>, u32)> = out
        .filter(|(t, _)| t.meets_floor(&limits))
        .map(|(t, p)| (Reverse(t.persons), Reverse(t.levels), p))
        .collect();
    chosen.sort_unstable();
    chosen.truncate(PERSONS_MAX);
    let chosen: Vec<u32> = chosen.into_iter().map(|(.., p)| p).collect();
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
    count.system.iter().map(|&account| count.person[account as usize]).collect()
}

/// Does the person's territory meet the floor?
pub fn is_floor_met(count: &Count, law: &Law, person: u32) -> bool {
    let t = count.territory(person as usize);
    t.persons >= law.floor_persons && t.levels >= law.floor_levels
}

/// For each of the persons, the account with most accounts below; the first of equals.
fn widest_accounts(count: &Count, persons: &[u32]) -> Vec<u32> {
    let mut widest: HashMap<u32, (u32, u32)> = HashMap::new();
    // Only those with several accounts have to be looked for; a flag each spares the others the map.
    let mut is_sought = vec![false; count.persons()];
    persons.iter().for_each(|&p| is_sought[p as usize] = count.only_account(p).is_none());
    let held = (0u32..).zip(&count.person).filter(|(_, holder)| is_sought[**holder as usize]);
    for (account, &holder) in held {
        let size = count.structure.of(account).accounts;
        let own = widest.entry(holder).or_insert((size, account));
        if size > own.0 {
            *own = (size, account);
        }
    }
    persons.iter().map(|p| count.only_account(*p).unwrap_or_else(|| widest[p].1)).collect()
}

/// The figures of a person whose widest account is `account`; does he hold a system account?
pub fn person(count: &Count, law: &Law, person: u32, account: u32, system: bool) -> Person {
    let p = person as usize;
    let t = count.territory(p);
    Person {
        person: person + 1,
        account: count.names.text(account).to_string(),
        system,
        accounts: t.accounts,
        persons: t.persons,
        levels: t.levels,
        direct_persons: t.direct_persons,
        floor_met_on: count.floor_met_on(p),
        grave_persons: t.persons >= law.grave_persons,
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
