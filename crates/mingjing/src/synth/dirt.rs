//! Which accounts get which kind of dirt, and what the dirt does to the truth.
//!
//! A dirty row is made so that what must come out is known: an account whose referrer is made unusable becomes a
//! root of the true tree, an account whose identity is made unusable becomes a person of its own. One account
//! takes at most one kind.

use super::dice::Dice;
use super::growth::DAY;
use super::scheme::{ROOT, Scheme};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A kind of dirt in the member table; the name is the key in `truth.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Member {
    Duplicate,
    ConflictLater,
    ConflictSelf,
    ConflictSecond,
    BlankReferrer,
    UnknownReferrer,
    SelfReferral,
    Cycle,
    JoinedBefore,
    UnusableIdentity,
    BadCheck,
    FifteenDigits,
    FullWidth,
    Spaced,
    BadTime,
    OtherTimeForm,
    NoAccount,
    UnknownPlacement,
    SelfPlacement,
}

/// All kinds with their keys. The last two need a placement column of its own.
pub const MEMBER: [(Member, &str); 19] = [
    (Member::BadCheck, "persons_with_bad_check"),
    (Member::Duplicate, "duplicate_rows"),
    (Member::ConflictLater, "conflict_rows_joined_later"),
    (Member::ConflictSelf, "conflict_rows_self_referral"),
    (Member::ConflictSecond, "conflict_rows_same_time"),
    (Member::BlankReferrer, "blank_referrers"),
    (Member::UnknownReferrer, "unknown_referrers"),
    (Member::SelfReferral, "self_referrals"),
    (Member::Cycle, "cycles"),
    (Member::JoinedBefore, "joined_before_referrer"),
    (Member::UnusableIdentity, "unusable_identities"),
    (Member::FifteenDigits, "fifteen_digit_identities"),
    (Member::FullWidth, "full_width_identities"),
    (Member::Spaced, "spaced_or_lower_case_identities"),
    (Member::BadTime, "bad_times_members"),
    (Member::OtherTimeForm, "other_time_forms_members"),
    (Member::NoAccount, "rows_without_account"),
    (Member::UnknownPlacement, "unknown_placements"),
    (Member::SelfPlacement, "self_placements"),
];

/// The dirt of a member table.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What each touched account gets, with a running number that varies the form.
    pub of: HashMap<u32, (Member, u32)>,
    /// For the account at which a cycle will be opened: whom its row names as referrer.
    pub cycle_back: HashMap<u32, u32>,
    /// Persons whose accounts all carry one wrong check character.
    pub bad_check: HashSet<u32>,
    /// How many of each kind were injected.
    pub injected: BTreeMap<&'static str, u64>,
    /// Accounts in cycles.
    pub in_cycles: u64,
    /// Placement findings: accounts whose placement is made unusable.
    pub cut_places: HashSet<u32>,
}

impl Plan {
    /// Plans `wanted` pieces of dirt, the kinds by turns, and bends `scheme` to what must come out of it.
    pub fn make(scheme: &mut Scheme, wanted: u32, seed: u64) -> Plan {
        let mut plan = Plan::default();
        if wanted == 0 {
            return plan;
        }
        let own_places = scheme.plan != super::Plan::Sunline;
        let kinds = if own_places { &MEMBER[..] } else { &MEMBER[..MEMBER.len() - 2] };
        plan.injected.extend(kinds.iter().map(|(_, key)| (*key, 0)));
        let dice = &mut Dice::new(seed, 3);
        // Bad checks first: they concern all accounts of a person.
        let mut turns: Vec<u32> = (0..wanted).collect();
        turns.sort_by_key(|turn| (!(*turn as usize).is_multiple_of(kinds.len()), *turn));
        for turn in turns {
            let (kind, key) = kinds[turn as usize % kinds.len()];
            let form = turn / kinds.len() as u32;
            for _ in 0..100 {
                let account = scheme.system + dice.below(scheme.len() - scheme.system);
                if plan.place(scheme, kind, form, account, dice) {
                    *plan.injected.entry(key).or_default() += 1;
                    break;
                }
            }
        }
        plan
    }

    fn place(&mut self, s: &mut Scheme, kind: Member, form: u32, account: u32, dice: &mut Dice) -> bool {
        let a = account as usize;
        let (parent, person) = (s.parent[a], s.person[a]);
        let top = parent == ROOT || s.is_system(parent);
        if self.of.contains_key(&account) || self.bad_check.contains(&person) || top {
            return false;
        }
        match kind {
            Member::BlankReferrer | Member::UnknownReferrer | Member::SelfReferral => s.parent[a] = ROOT,
            Member::Cycle => return self.place_cycle(s, form, account),
            Member::JoinedBefore => {
                let above = s.joined[parent as usize];
                if self.of.contains_key(&parent) || above < DAY {
                    return false;
                }
                s.joined[a] = above - 60 - dice.below(DAY / 2);
            }
            Member::UnusableIdentity => {
                s.person[a] = s.persons;
                s.persons += 1;
            }
            Member::BadCheck => {
                self.bad_check.insert(person);
                return true;
            }
            Member::UnknownPlacement | Member::SelfPlacement => {
                self.cut_places.insert(account);
            }
            _ => {}
        }
        self.of.insert(account, (kind, form));
        true
    }

    /// Closes a cycle of two or three: an account names one that stands below it. It joined first, so that the
    /// cycle is opened there and the true tree has a root there.
    fn place_cycle(&mut self, s: &mut Scheme, form: u32, low: u32) -> bool {
        let mut way = vec![low];
        for _ in 0..1 + form % 2 {
            let up = s.parent[way[way.len() - 1] as usize];
            if up == ROOT || s.is_system(up) || self.of.contains_key(&up) {
                return false;
            }
            way.push(up);
        }
        let first = way[way.len() - 1];
        let is_top = s.parent[first as usize] == ROOT || s.is_system(s.parent[first as usize]);
        let is_first = way[..way.len() - 1].iter().all(|&a| s.joined[a as usize] > s.joined[first as usize]);
        if is_top || !is_first {
            return false;
        }
        self.in_cycles += way.len() as u64;
        s.parent[first as usize] = ROOT;
        self.cycle_back.insert(first, low);
        self.of.extend(way.iter().map(|&account| (account, (Member::Cycle, form))));
        true
    }

    /// Placement parent in the true tree.
    pub fn placement(&self, scheme: &Scheme, account: u32) -> u32 {
        if self.cut_places.contains(&account) { ROOT } else { scheme.placement(account) }
    }
}

/// Referrers that stand for none.
pub const BLANKS: [&str; 10] = ["", "0", "-", "null", "NULL", "None", "nil", "\\N", "无", "  "];
/// Identities that identify nobody.
pub const UNUSABLE: [&str; 9] = [
    "",
    "0",
    "无",
    "NULL",
    "111111111111111111",
    "123456789012345678",
    "000000000000000000",
    "-",
    "９９９９９９９９９９９９９９９９９９",
];
/// Texts that are no time.
pub const BAD_TIMES: [&str; 4] =
    ["0000-00-00 00:00:00", "2019-02-30 10:00:00", "昨天下午", "2019-06-31 25:61:00"];
/// Texts that are no amount.
pub const BAD_AMOUNTS: [&str; 5] = ["3.8e3", "一千", "12,34", "100.005", "#N/A"];
