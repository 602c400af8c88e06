//! Pages of persons, what a person holds, and steps down the tree: each against a slow twin.

use crate::all::build::{Dice, FLOOR, TOOL};
use mingjing_network::count::Count;
use mingjing_network::figures::PersonFigures;
use mingjing_results::branches::{self, Branches};
use mingjing_results::lookup::{Accounts, Identities, PersonColumn, PersonFilter, PersonQuery, Persons};
use mingjing_results::stage::Stage;
use mingjing_results::tables;
use std::cmp::Reverse;
use std::path::{Path, PathBuf};

fn written(dir: &Path, count: &Count) -> PathBuf {
    let stage = Stage::begin(&dir.join("r"), true).unwrap();
    tables::write(&stage, count, &FLOOR, TOOL).unwrap();
    branches::write(&stage, count).unwrap();
    std::fs::write(stage.path().join("summary.json"), "{}").unwrap();
    stage.commit().unwrap()
}

fn value(f: &PersonFigures, column: PersonColumn) -> Option<i64> {
    let count = |n: u32| Some(i64::from(n));
    match column {
        PersonColumn::Person => count(f.person),
        PersonColumn::Accounts => count(f.accounts),
        PersonColumn::Persons => count(f.persons),
        PersonColumn::Levels => count(f.levels),
        PersonColumn::DirectPersons => count(f.direct_persons),
        PersonColumn::PaidIn => f.paid_in,
        PersonColumn::Bonus => f.bonus,
        PersonColumn::Withdrawn => f.withdrawn,
        PersonColumn::TeamPaidIn => f.team_paid_in,
        PersonColumn::TeamPaidInOthers => f.team_paid_in_others,
        PersonColumn::Net => f.net,
        PersonColumn::FloorMetOn => f.floor_met_on.map(i64::from),
    }
}

#[test]
fn pages_one_after_the_other_give_every_person_once_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let mut dice = Dice(0x5EED_0001);
    for with_money in [true, false] {
        let count = dice.count(700, with_money);
        let persons = Persons::open(&written(dir.path(), &count)).unwrap();
        let all: Vec<PersonFigures> = persons.rows(0..persons.len()).unwrap().map(Result::unwrap).collect();
        for (sort, falling) in PersonColumn::ALL.into_iter().flat_map(|c| [(c, true), (c, false)]) {
            let filter = PersonFilter {
                persons_min: (dice.roll(2) == 0).then_some(3),
                floor_met: [None, Some(true), Some(false)][dice.roll(3)],
                grave_amount: [None, Some(true)][dice.roll(2)],
                ..PersonFilter::default()
            };
            let mut expected: Vec<&PersonFigures> = all
                .iter()
                .filter(|f| filter.persons_min.is_none_or(|min| i64::from(f.persons) >= min))
                .filter(|f| filter.floor_met.is_none_or(|is| f.floor_met == is))
                .filter(|f| filter.grave_amount.is_none_or(|is| f.grave_amount == Some(is)))
                .collect();
            expected.sort_by_key(|f| {
                let own = value(f, sort);
                let rising = own.filter(|_| !falling);
                (own.is_none(), Reverse(own.filter(|_| falling)), rising, f.person)
            });
            let (mut given, mut after) = (Vec::new(), None);
            loop {
                let page = persons.page(&PersonQuery { filter, sort, falling, after, rows: 37 }).unwrap();
                assert_eq!(page.matching, expected.len() as u64);
                given.extend(page.rows.iter().map(|f| f.person));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            let expected: Vec<u32> = expected.iter().map(|f| f.person).collect();
            assert_eq!(given, expected, "{sort:?} falling {falling} {filter:?}");
        }
    }
}

#[test]
fn a_person_is_found_with_his_accounts_and_his_identity_numbers() {
    let dir = tempfile::tempdir().unwrap();
    let count = Dice(0x5EED_0002).count(300, true);
    let out = written(dir.path(), &count);
    let (accounts, identities) = (Accounts::open(&out).unwrap(), Identities::open(&out).unwrap());
    for person in 1..=count.persons() as u32 {
        let (held, total) = accounts.held(person, usize::MAX).unwrap();
        let expected: Vec<String> = (0..count.accounts() as u32)
            .filter(|&a| count.person[a as usize] == person - 1)
            .map(|a| count.names.text(a).to_string())
            .collect();
        assert_eq!(held.iter().map(|f| f.account.clone()).collect::<Vec<_>>(), expected);
        assert_eq!(total, expected.len() as u64);
        let numbers: Vec<String> = count.identities.of(person - 1).iter().map(|n| n.to_string()).collect();
        assert_eq!(identities.of(person).unwrap(), numbers);
    }
    assert!(identities.of(count.persons() as u32 + 1).unwrap().is_empty());
    assert_eq!(accounts.held(1, 0).unwrap().0, []);
}

#[test]
fn steps_down_the_tree_give_every_child_once_widest_first() {
    let dir = tempfile::tempdir().unwrap();
    let count = Dice(0x5EED_0003).count(400, true);
    let index = Branches::open(&written(dir.path(), &count)).unwrap();
    let mut parents: Vec<Option<u32>> = (0..count.accounts() as u32).map(Some).collect();
    parents.push(None);
    for parent in parents {
        let own = |a: &u32| match parent {
            Some(parent) => count.parent[*a as usize] == parent,
            None => count.parent[*a as usize] == u32::MAX,
        };
        let mut children: Vec<u32> = (0..count.accounts() as u32).filter(own).collect();
        children.sort_by_key(|&a| (Reverse(count.structure.of(a).accounts), a));
        // A line of single children shows its far end.
        let end = |mut a: u32| {
            let mut passed = 0;
            while count.structure.of(a).directs == 1 {
                a = (0..count.accounts() as u32).find(|&c| count.parent[c as usize] == a).unwrap();
                passed += 1;
            }
            (count.names.text(a).to_string(), passed)
        };
        let expected: Vec<(String, u32)> = children.iter().map(|&a| end(a)).collect();
        let name = parent.map(|parent| count.names.text(parent).to_string());
        let (mut given, mut after): (Vec<(String, u32)>, Option<String>) = (Vec::new(), None);
        loop {
            let page = index.steps(name.as_deref(), after.as_deref(), 3).unwrap();
            given.extend(page.steps.iter().map(|step| (step.node.account.clone(), step.passed)));
            assert_eq!(page.left as usize, expected.len() - given.len());
            after = page.last;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(given, expected, "{name:?}");
    }
    assert!(index.steps(Some("nobody"), None, 5).is_err());
}
