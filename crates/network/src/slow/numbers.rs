//! Figures of accounts and of persons, each from walks up to the root.

use super::floor;
use super::policy::{Kept, Money};
use super::tree::upward;
use crate::figures::{AccountFigures, NetBasis, PersonFigures, Thresholds};
use crate::rows::Fen;
use std::collections::HashSet;

/// Figures of every kept account.
pub(super) fn accounts(kept: &Kept<'_>) -> Vec<AccountFigures> {
    let money = |amount: Fen| kept.basis.map(|_| amount);
    let mut figures: Vec<AccountFigures> = kept
        .accounts
        .iter()
        .map(|account| AccountFigures {
            account: account.account.to_owned(),
            person: account.person as u32 + 1,
            depth: 0,
            directs: 0,
            accounts: 0,
            persons: 0,
            levels: 0,
            person_levels: 0,
            paid_in: money(account.money.paid_in),
            bonus: money(account.money.bonus),
            withdrawn: money(account.money.withdrawn),
            team_paid_in: money(0),
        })
        .collect();
    for (account, own) in kept.accounts.iter().enumerate() {
        if let Some(parent) = kept.parents[account] {
            figures[parent].directs += 1;
        }
        figures[account].depth = upward(&kept.parents, account).count() as u32;
        let mut person_levels = 1;
        let mut below = own.person;
        for (levels, above) in (1..).zip(upward(&kept.parents, account)) {
            let person = kept.accounts[above].person;
            person_levels += u32::from(person != below);
            below = person;
            let figure = &mut figures[above];
            figure.accounts += 1;
            figure.levels = figure.levels.max(levels);
            figure.person_levels = figure.person_levels.max(person_levels);
            figure.team_paid_in = figure.team_paid_in.map(|sum| sum + own.money.paid_in);
        }
    }
    for accounts in accounts_of_persons(kept) {
        // A person counts once in each account at or above one of his own.
        let above: HashSet<usize> =
            accounts.iter().flat_map(|&account| upward(&kept.parents, account)).collect();
        above.into_iter().for_each(|account| figures[account].persons += 1);
    }
    figures
}

/// Figures of every person.
pub(super) fn persons(
    kept: &Kept<'_>,
    accounts: &[AccountFigures],
    thresholds: &Thresholds,
) -> Vec<PersonFigures> {
    let held = accounts_of_persons(kept);
    let counts = territories(kept, &held);
    let mut figures = Vec::new();
    for (person, (held, territory)) in held.iter().zip(counts).enumerate() {
        let own = held.iter().fold(Money::default(), |sum, &account| {
            let money = kept.accounts[account].money;
            Money {
                paid_in: sum.paid_in + money.paid_in,
                bonus: sum.bonus + money.bonus,
                withdrawn: sum.withdrawn + money.withdrawn,
            }
        });
        let money = |amount: Fen| kept.basis.map(|_| amount);
        let is_grave = |amount: Fen| kept.basis.map(|_| amount >= thresholds.grave_amount);
        let net = kept.basis.map(|basis| match basis {
            NetBasis::Out => own.withdrawn - own.paid_in,
            NetBasis::Bonus => own.bonus - own.paid_in,
        });
        let levels = held.iter().map(|&account| accounts[account].person_levels).max().unwrap_or(0);
        let floor_met = territory.persons >= thresholds.floor_persons && levels >= thresholds.floor_levels;
        figures.push(PersonFigures {
            person: person as u32 + 1,
            accounts: held.len() as u32,
            persons: territory.persons,
            levels,
            direct_persons: territory.direct.len() as u32,
            paid_in: money(own.paid_in),
            bonus: money(own.bonus),
            withdrawn: money(own.withdrawn),
            team_paid_in: money(territory.paid_in),
            team_paid_in_others: money(territory.paid_in_others),
            net,
            floor_met,
            floor_met_on: None,
            grave_persons: territory.persons >= thresholds.grave_persons,
            grave_amount: is_grave(territory.paid_in),
            grave_amount_others: is_grave(territory.paid_in_others),
        });
    }
    floor::date(kept, &held, thresholds, &mut figures);
    figures
}

/// The accounts of each person.
fn accounts_of_persons(kept: &Kept<'_>) -> Vec<Vec<usize>> {
    let mut held = vec![Vec::new(); kept.persons];
    for (account, own) in kept.accounts.iter().enumerate() {
        held[own.person].push(account);
    }
    held
}

/// What lies in a person's territory.
#[derive(Clone, Default)]
struct Territory {
    persons: u32,
    paid_in: Fen,
    paid_in_others: Fen,
    /// Other persons directly below.
    direct: HashSet<usize>,
}

/// The territory of each person: an account lies in the territory of whoever holds an account at or above it.
fn territories(kept: &Kept<'_>, held: &[Vec<usize>]) -> Vec<Territory> {
    let mut territories = vec![Territory::default(); kept.persons];
    for (person, accounts) in held.iter().enumerate() {
        let mut in_territory_of: HashSet<usize> = HashSet::new();
        for &account in accounts {
            let holders: HashSet<usize> =
                upward(&kept.parents, account).map(|above| kept.accounts[above].person).collect();
            let paid_in = kept.accounts[account].money.paid_in;
            for &holder in &holders {
                territories[holder].paid_in += paid_in;
                if holder != person {
                    territories[holder].paid_in_others += paid_in;
                }
            }
            let parent = kept.parents[account].map(|parent| kept.accounts[parent].person);
            if let Some(parent) = parent.filter(|&parent| parent != person) {
                territories[parent].direct.insert(person);
            }
            in_territory_of.extend(holders);
        }
        in_territory_of.into_iter().for_each(|holder| territories[holder].persons += 1);
    }
    territories
}
