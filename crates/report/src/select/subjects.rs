//! Subjects: the accounts asked for, each with the person who holds it and the rows behind.

use super::{FileNames, persons};
use crate::report::{AccountLine, Facts, Subject, SubjectFigures, Table};
use mingjing_network::count::{Count, NO_DAY};
use std::cmp::Reverse;
use std::collections::HashMap;

/// Most accounts of one person that are listed.
const HELD_MAX: usize = 1_000;

/// One subject for each account asked for, in that order.
pub fn subjects(count: &Count, facts: &Facts, names: &FileNames<'_>) -> Vec<Subject> {
    let found: Vec<Option<u32>> = facts.subjects.iter().map(|s| count.names.find(&s.account)).collect();
    let mut held: HashMap<u32, Vec<u32>> =
        found.iter().flatten().map(|&account| (count.person[account as usize], vec![])).collect();
    if !held.is_empty() {
        for (account, holder) in (0u32..).zip(&count.person) {
            if let Some(list) = held.get_mut(holder) {
                list.push(account);
            }
        }
    }
    let wide_first = |&a: &u32| (Reverse(count.structure.of(a).accounts), a);
    held.values_mut().for_each(|list| list.sort_unstable_by_key(wide_first));
    let systems = persons::system_holders(count);
    let one = |(asked, account): (&crate::report::SubjectFacts, Option<u32>)| Subject {
        account: asked.account.clone(),
        found: account.map(|a| {
            let holder = count.person[a as usize];
            let list = &held[&holder];
            let up = count.parent[a as usize];
            Box::new(SubjectFigures {
                person: persons::person(count, &facts.law, holder, list[0], systems.contains(&holder)),
                floor_met: persons::is_floor_met(count, &facts.law, holder),
                own: account_line(count, names, a),
                first_joined: list.iter().filter_map(|&a| joined(count, a)).min(),
                referrer: (!count.is_root(a)).then(|| count.names.text(up).to_string()),
                system: count.is_system(a),
                held: list.iter().take(HELD_MAX).map(|&a| account_line(count, names, a)).collect(),
                ledger_rows: asked.ledger_rows,
                ledger_at: asked.ledger_at.clone(),
            })
        }),
    };
    facts.subjects.iter().zip(found).map(one).collect()
}

/// Day on which an account joined.
fn joined(count: &Count, account: u32) -> Option<i32> {
    Some(count.joined[account as usize]).filter(|&day| day != NO_DAY)
}

fn account_line(count: &Count, names: &FileNames<'_>, account: u32) -> AccountLine {
    let (own, m, i) = (count.structure.of(account), count.money.as_ref(), account as usize);
    let (file, row) = count.origin.of(account);
    AccountLine {
        account: count.names.text(account).to_string(),
        joined: joined(count, account),
        depth: own.depth,
        directs: own.directs,
        accounts: own.accounts,
        persons: own.persons,
        levels: own.levels,
        person_levels: own.person_levels,
        paid_in: m.map(|m| m.paid_in[i]),
        bonus: m.map(|m| m.bonus[i]),
        withdrawn: m.map(|m| m.withdrawn[i]),
        team_paid_in: count.team_paid_in(account),
        member_at: names.at(Table::Members, file, row),
    }
}
