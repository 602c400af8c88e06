//! Small nasty networks for proptest: every dirty kind of the specification's cleaning table, every policy, few
//! days and low thresholds, so that ties occur and floors are met often.
//!
//! A network is drafted account by account from independent choices, so that it shrinks well; choices that point at
//! other accounts are places in the final list.

mod drafts;
mod identities;

use crate::rows::{Entry, Fingerprint, Member, Rows};
use crate::scenario::Scenario;
use drafts::{AccountDraft, Copy, EntryDraft, Habits, Index, Link, Who, index};
use mingjing_model::time::{Day, Micros};
use mingjing_network::figures::{Boundary, Policy, Terms, Thresholds, Tree};
use mingjing_network::rows::Class;
use proptest::prelude::*;

const SECOND: Micros = 1_000_000;
const DAY: Micros = 86_400 * SECOND;
/// 2020-01-01 in Shanghai.
const FIRST_DAY: Day = 18_262;
const FIRST_MIDNIGHT: Micros = FIRST_DAY as Micros * DAY - 8 * 3_600 * SECOND;

/// Networks of 1 to 60 accounts.
///
/// Lists stand before what is true of the whole, and nothing is drawn for the sake of something else, so that
/// shrinking first takes away rows.
pub fn dirty_network() -> impl Strategy<Value = Scenario> {
    let accounts = prop_oneof![
        1 => prop::collection::vec(drafts::account(), 1..=4),
        3 => prop::collection::vec(drafts::account(), 1..=20),
        3 => prop::collection::vec(drafts::account(), 1..=60),
    ];
    let entries = prop::collection::vec(drafts::entry(), 0..=50);
    let again = prop::collection::vec((index(), index(), any::<bool>()), 0..=6);
    let copies = prop::collection::vec(drafts::copy(), 0..=8);
    (entries, again, copies, accounts, terms(), drafts::habits()).prop_map(
        |(entries, again, copies, accounts, terms, habits)| {
            compose(&accounts, &copies, &entries, &again, terms, &habits)
        },
    )
}

/// Terms whose accounts are still indexes.
type LooseTerms = (Terms, Vec<Index>, Vec<(Index, u8)>);

fn terms() -> impl Strategy<Value = LooseTerms> {
    let policy = prop_oneof![
        3 => Just((false, false, true, true)),
        5 => (prop::bool::weighted(0.3), prop::bool::weighted(0.3), prop::bool::weighted(0.7), prop::bool::weighted(0.7)),
    ];
    let thresholds = (2..=6_u32, prop_oneof![6 => Just(3_u32), 1 => Just(2)], 3..=15_u32, 0..=3_000_i64);
    (
        policy,
        thresholds,
        prop::option::weighted(0.35, -1..=7_i32),
        prop_oneof![Just(None), Just(Some(Boundary::Cash)), Just(Some(Boundary::Order))],
        prop::collection::vec(index(), 0..=3),
        prop::collection::vec((index(), 0..3_u8), 0..=6),
    )
        .prop_map(|(policy, thresholds, cutoff, boundary, system, confirmed)| {
            let (placement, paid_only, with_system, with_consumers) = policy;
            let (floor_persons, floor_levels, grave_persons, yuan) = thresholds;
            let tree = if placement { Tree::Placement } else { Tree::Referral };
            let terms = Terms {
                policy: Policy { id: "main".to_owned(), tree, paid_only, with_system, with_consumers },
                thresholds: Thresholds {
                    floor_persons,
                    floor_levels,
                    grave_persons,
                    grave_amount: yuan * 100,
                },
                cutoff: cutoff.map(|day| FIRST_DAY + day),
                boundary,
                system_accounts: Vec::new(),
                confirmed: Vec::new(),
            };
            (terms, system, confirmed)
        })
}

fn compose(
    accounts: &[AccountDraft],
    copies: &[Copy],
    entries: &[EntryDraft],
    again: &[(Index, Index, bool)],
    (mut terms, system, confirmed): LooseTerms,
    habits: &Habits,
) -> Scenario {
    let names: Vec<String> = (0..accounts.len()).map(|i| name(i, &accounts[i], habits)).collect();
    let mut members = members(accounts, &names, habits);
    let joined: Vec<Option<Micros>> = members.iter().map(|member| member.joined).collect();
    for copy in copies {
        add_copy(&mut members, copy, &names);
    }
    members.sort_by_key(|member| member.file);
    for member in &mut members {
        if habits.first_file_has_no_identity && member.file == 0 {
            member.identity = None;
        }
    }
    let ledger = habits.has_ledger.then(|| ledger(entries, again, &names, &joined, habits));
    // One index in four points at a number that no row bears.
    let pick = |index: &Index| match index.index(4) {
        3 => "nobody".to_owned(),
        _ => names[index.index(names.len())].clone(),
    };
    terms.system_accounts = system.iter().map(pick).collect();
    terms.confirmed =
        confirmed.iter().map(|(index, label)| (pick(index), format!("label {label}"))).collect();
    let fingerprint = habits.fingerprint_bits.map_or(Fingerprint::Wide, Fingerprint::Bits);
    Scenario { rows: Rows { members, ledger, fingerprint }, terms }
}

/// Account numbers whose order as text is not that of the drafts, of every length class.
fn name(i: usize, draft: &AccountDraft, habits: &Habits) -> String {
    if habits.zero_is_an_account && i == 0 {
        return "0".to_owned();
    }
    let scrambled = (i * 37 + 11) % 101;
    match draft.name_style {
        0 => format!("M{scrambled:03}"),
        1 => format!("{scrambled}"),
        2 => format!("0{scrambled}"),
        3 => format!("会员{scrambled}"),
        4 => format!("6222021234{scrambled:07}"),
        5 => format!("a-rather-long-account-number-{scrambled}"),
        _ => format!("m{scrambled}X"),
    }
}

fn members(drafts: &[AccountDraft], names: &[String], habits: &Habits) -> Vec<Member> {
    let mut holders: Vec<usize> = Vec::new();
    let mut members = Vec::new();
    for (i, draft) in drafts.iter().enumerate() {
        let referrer = link(&draft.referrer, i, names);
        let parent = names.iter().position(|name| *name == referrer).filter(|&parent| parent < i);
        let holder = match draft.who {
            Who::Own => i,
            Who::Pool(index) => index.index(habits.pool),
            Who::AsReferrer => parent.map_or(i, |parent| holders[parent]),
            Who::AsBefore => holders.last().copied().unwrap_or(i),
        };
        holders.push(holder);
        members.push(Member {
            account: names[i].clone(),
            referrer,
            placement: if habits.has_placement { link(&draft.placement, i, names) } else { String::new() },
            identity: habits.has_identity.then(|| identities::written(holder, draft.writing)),
            joined: draft.joined.or(habits.is_dated.then_some((2, 0))).map(moment),
            mobile: if draft.note { "13800000000".to_owned() } else { String::new() },
            bank_card: String::new(),
            paid: draft.paid.filter(|_| habits.has_paid_flag),
            note: if draft.note { "金卡".to_owned() } else { String::new() },
            file: u32::from(draft.file),
        });
    }
    members
}

/// The text in a referrer column.
fn link(link: &Link, own: usize, names: &[String]) -> String {
    const BLANKS: [&str; 8] = ["", "0", "-", "NULL", "None", "nil", "\\N", "无"];
    match link {
        Link::Before(index) if own > 0 => names[index.index(own)].clone(),
        Link::JustBefore if own > 0 => names[own - 1].clone(),
        Link::Before(_) | Link::JustBefore => String::new(),
        Link::Anyone(index) => names[index.index(names.len())].clone(),
        Link::Blank(index) => BLANKS[index.index(BLANKS.len())].to_owned(),
        Link::Unknown => "X-unknown".to_owned(),
        Link::Oneself => names[own].clone(),
    }
}

/// Adds a second row of an account: the same, or the same account with other content.
fn add_copy(members: &mut Vec<Member>, copy: &Copy, names: &[String]) {
    let mut row = members[copy.of.index(members.len())].clone();
    match copy.change {
        0 => {}
        1 => row.referrer = row.account.clone(),
        2 => row.referrer = names[copy.to.index(names.len())].clone(),
        3 => row.joined = None,
        4 => row.joined = Some(moment((copy.to.index(8) as u8, 1))),
        5 => row.note.push('x'),
        6 => row.placement = if row.placement.is_empty() { String::new() } else { row.account.clone() },
        _ => row.identity = row.identity.map(|_| identities::written(copy.to.index(5), 0)),
    }
    row.file = if copy.change == 0 && copy.to.index(2) == 0 { row.file } else { copy.to.index(3) as u32 };
    members.insert(copy.at.index(members.len() + 1), row);
}

/// A moment of a day, counted from the first; the slots of a day touch both its ends.
fn moment((day, slot): (u8, u8)) -> Micros {
    let seconds = [0, 86_399, 43_200][usize::from(slot) % 3];
    FIRST_MIDNIGHT + Micros::from(day) * DAY + seconds * SECOND
}

fn ledger(
    drafts: &[EntryDraft],
    again: &[(Index, Index, bool)],
    names: &[String],
    joined: &[Option<Micros>],
    habits: &Habits,
) -> Vec<Entry> {
    let mut entries: Vec<Entry> = drafts
        .iter()
        .map(|draft| {
            let holder = draft.account.index(names.len());
            let class = match draft.class {
                Class::Topup if habits.one_class_in => Class::Order,
                Class::Out if habits.nothing_out => Class::Bonus,
                class => class,
            };
            // Payments at the very end of the thirty days, and just behind it.
            let time = match (draft.time, joined[holder]) {
                (Some((day, 3)), Some(joined)) => Some(joined + 30 * DAY + Micros::from(day % 2) * SECOND),
                (time, _) => time.map(moment),
            };
            Entry {
                account: if draft.is_orphan { "Q-orphan".to_owned() } else { names[holder].clone() },
                class,
                amount: draft.amount,
                time,
                serial: draft.serial.map_or(String::new(), |serial| format!("S{serial}")),
                foreign: draft.is_foreign,
                note: if draft.note { "x".to_owned() } else { String::new() },
                file: u32::from(draft.file),
            }
        })
        .collect();
    for (of, at, in_other_file) in again {
        if !entries.is_empty() {
            let mut row = entries[of.index(entries.len())].clone();
            row.file = if *in_other_file { 1 - row.file } else { row.file };
            entries.insert(at.index(entries.len() + 1), row);
        }
    }
    entries.sort_by_key(|entry| entry.file);
    entries
}

#[cfg(test)]
mod tests;
