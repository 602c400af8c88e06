//! What the fast engine gives: columns by account and by person. Shapes only; [`crate::figures`] says the same
//! as rows.

use crate::details::Details;
use crate::figures::{AccountFigures, Counted, PersonFigures, Policy, Thresholds, Whole};
use crate::forest::{ROOT, Structure};
use crate::keys::{Key, Names, Text, Texts};
use crate::rows::{Day, Fen};
use crate::territory::Territories;
use std::collections::BTreeMap;

/// In a column of days: no day (unknown, or never).
pub const NO_DAY: Day = Day::MIN;

/// A finished count. Accounts are the kept ones in the order of their numbers as text; persons are numbered
/// from 0 here and from 1 (`P1`) in every output, in the order of their smallest account numbers.
#[derive(Clone, Debug)]
pub struct Count {
    /// The policy.
    pub policy: Policy,
    /// Account numbers.
    pub names: Names,
    /// Parent in the counted tree, or [`ROOT`].
    pub parent: Vec<u32>,
    /// Person of each account.
    pub person: Vec<u32>,
    /// Day of joining in Asia/Shanghai, or [`NO_DAY`].
    pub joined: Vec<Day>,
    /// Input (file, row) that was kept for the account.
    pub origin: Origin,
    /// Is the account a declared system account?
    pub system: Vec<bool>,
    /// Children of each account.
    pub directs: Vec<u32>,
    /// Depth, accounts, persons, levels, person levels, pre-order places.
    pub structure: Structure,
    /// Money of accounts; `None` without a ledger.
    pub money: Option<AccountMoney>,
    /// Structural figures of persons.
    pub territories: Territories,
    /// Money of persons; `None` without a ledger.
    pub person_money: Option<PersonMoney>,
    /// First day on which the floor was met, or [`NO_DAY`]; by person.
    pub floor_met_on: Vec<Day>,
    /// Normalised identity numbers behind the persons.
    pub identities: Identities,
    /// Whole-network figures.
    pub whole: Whole,
    /// Counts of findings, every key of [`crate::figures::FINDING_KEYS`].
    pub findings: BTreeMap<&'static str, i128>,
    /// Each finding with its row, sorted.
    pub details: Details,
}

/// The identity numbers behind each person: one, none, or (for a confirmed person) several.
#[derive(Clone, Debug, Default)]
pub struct Identities {
    first: Vec<Key>,
    more: Vec<(u32, Key)>,
    texts: Texts,
}

impl Identities {
    pub(crate) fn new(first: Vec<Key>, mut more: Vec<(u32, Key)>, texts: Texts) -> Identities {
        more.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| texts.compare(a.1, b.1)));
        more.dedup();
        Identities { first, more, texts }
    }

    /// From (person, number) pairs, for `persons` persons.
    pub fn from_pairs(persons: usize, pairs: &[(u32, &str)]) -> Identities {
        let (mut texts, mut first, mut more) = (Texts::default(), vec![Key::default(); persons], Vec::new());
        for &(p, number) in pairs {
            let key = texts.key(number);
            match first[p as usize] == Key::default() {
                true => first[p as usize] = key,
                false => more.push((p, key)),
            }
        }
        Identities::new(first, more, texts)
    }

    /// The numbers of a person, sorted as text.
    pub fn of(&self, person: u32) -> Vec<Text<'_>> {
        let own = self.first[person as usize];
        if own == Key::default() {
            return Vec::new();
        }
        let mut keys = vec![own];
        let start = self.more.partition_point(|more| more.0 < person);
        keys.extend(self.more[start..].iter().take_while(|more| more.0 == person).map(|more| more.1));
        keys.sort_unstable_by(|&a, &b| self.texts.compare(a, b));
        keys.into_iter().map(|key| self.texts.text(key)).collect()
    }

    /// How many numbers in all.
    pub fn len(&self) -> usize {
        self.first.iter().filter(|&&key| key != Key::default()).count() + self.more.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Money of accounts, fen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct AccountMoney {
    pub paid_in: Vec<Fen>,
    pub bonus: Vec<Fen>,
    pub withdrawn: Vec<Fen>,
    pub team_paid_in: Vec<Fen>,
}

/// Money of one person, fen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct PersonSums {
    pub paid_in: Fen,
    pub bonus: Fen,
    pub withdrawn: Fen,
    pub team_paid_in: Fen,
    pub team_paid_in_others: Fen,
    pub net: Fen,
}

/// Money of persons, kept only where it is not that of a single account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonMoney {
    /// By person his only account, or [`ROOT`].
    pub(crate) only: Vec<u32>,
    /// Persons with several accounts, rising, and their sums.
    pub(crate) several: Vec<(u32, PersonSums)>,
    pub(crate) is_net_by_bonus: bool,
}

impl PersonMoney {
    /// From sums by person.
    pub fn from_sums(sums: &[PersonSums]) -> PersonMoney {
        PersonMoney {
            only: vec![ROOT; sums.len()],
            several: (0..).zip(sums.iter().copied()).collect(),
            is_net_by_bonus: false,
        }
    }

    fn of(&self, p: usize, money: &AccountMoney) -> PersonSums {
        let a = match self.only[p] {
            ROOT => {
                let found = self.several.binary_search_by_key(&(p as u32), |own| own.0);
                return found.map(|i| self.several[i].1).unwrap_or_default();
            }
            a => a as usize,
        };
        let (paid_in, team_paid_in) = (money.paid_in[a], money.team_paid_in[a]);
        let received = if self.is_net_by_bonus { money.bonus[a] } else { money.withdrawn[a] };
        PersonSums {
            paid_in,
            bonus: money.bonus[a],
            withdrawn: money.withdrawn[a],
            team_paid_in,
            team_paid_in_others: team_paid_in - paid_in,
            net: received - paid_in,
        }
    }
}

/// Where rows came from: one running number over all files of the member table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// For each account, the running number of its row.
    pub ordinal: Vec<u32>,
    /// For each file, the running number of its row 0 (row numbers are the reader's).
    pub file_start: Vec<u64>,
}

impl Origin {
    /// (file, row) of an account.
    pub fn of(&self, account: u32) -> (u32, u64) {
        self.place(self.ordinal[account as usize])
    }

    /// (file, row) of a running number.
    pub(crate) fn place(&self, ordinal: u32) -> (u32, u64) {
        place(&self.file_start, ordinal)
    }
}

/// (file, row) of a running number over files. Rows are numbered from 1 within a file.
pub(crate) fn place(file_start: &[u64], ordinal: u32) -> (u32, u64) {
    let ordinal = u64::from(ordinal);
    let file = file_start.partition_point(|&start| start < ordinal) - 1;
    (file as u32, ordinal - file_start[file])
}

impl Count {
    /// Money of the person numbered `p` from 0; `None` without a ledger.
    #[inline]
    pub fn person_sums(&self, p: usize) -> Option<PersonSums> {
        Some(self.person_money.as_ref()?.of(p, self.money.as_ref()?))
    }

    /// How many accounts.
    pub fn accounts(&self) -> usize {
        self.parent.len()
    }

    /// How many persons.
    pub fn persons(&self) -> usize {
        self.territories.persons.len()
    }

    /// Is the account a root of the counted tree?
    pub fn is_root(&self, account: u32) -> bool {
        self.parent[account as usize] == ROOT
    }

    /// The same as rows, for comparing with the slow way; `thresholds` are those of the run.
    pub fn to_counted(&self, thresholds: &Thresholds) -> Counted {
        Counted {
            accounts: (0..self.accounts()).map(|a| self.account_figures(a)).collect(),
            persons: (0..self.persons()).map(|p| self.person_figures(p, thresholds)).collect(),
            whole: self.whole.clone(),
            findings: self.findings.clone(),
            details: self.details.iter().collect(),
        }
    }

    /// Figures of the account numbered `a`.
    pub fn account_figures(&self, a: usize) -> AccountFigures {
        let (s, money) = (&self.structure, self.money.as_ref());
        AccountFigures {
            account: (*self.names.text(a as u32)).to_owned(),
            person: self.person[a] + 1,
            depth: s.depth[a],
            directs: self.directs[a],
            accounts: s.accounts[a],
            persons: s.persons[a],
            levels: s.levels[a],
            person_levels: s.person_levels[a],
            paid_in: money.map(|money| money.paid_in[a]),
            bonus: money.map(|money| money.bonus[a]),
            withdrawn: money.map(|money| money.withdrawn[a]),
            team_paid_in: money.map(|money| money.team_paid_in[a]),
        }
    }

    /// Figures of the person numbered `p` from 0.
    pub fn person_figures(&self, p: usize, thresholds: &Thresholds) -> PersonFigures {
        let (t, money) = (&self.territories, self.person_sums(p));
        let (persons, levels) = (t.persons[p], t.levels[p]);
        PersonFigures {
            person: p as u32 + 1,
            accounts: t.accounts[p],
            persons,
            levels,
            direct_persons: t.direct_persons[p],
            paid_in: money.map(|money| money.paid_in),
            bonus: money.map(|money| money.bonus),
            withdrawn: money.map(|money| money.withdrawn),
            team_paid_in: money.map(|money| money.team_paid_in),
            team_paid_in_others: money.map(|money| money.team_paid_in_others),
            net: money.map(|money| money.net),
            floor_met: persons >= thresholds.floor_persons && levels >= thresholds.floor_levels,
            floor_met_on: (self.floor_met_on[p] != NO_DAY).then_some(self.floor_met_on[p]),
            grave_persons: persons >= thresholds.grave_persons,
            grave_amount: money.map(|money| money.team_paid_in >= thresholds.grave_amount),
            grave_amount_others: money.map(|money| money.team_paid_in_others >= thresholds.grave_amount),
        }
    }
}
