//! What the fast engine gives: columns by account and by person. Shapes only; [`crate::figures`] says the same
//! as rows.

use crate::details::Details;
use crate::figures::{AccountFigures, Counted, PersonFigures, Policy, Thresholds, Whole};
use crate::forest::{ROOT, Structure};
use crate::holders::Holders;
use crate::keys::{Key, Names, Text, Texts};
use crate::rows::{Day, Fen};
use crate::territory::{Several, Territory};
use std::collections::BTreeMap;

pub use crate::finish::Parts;

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
    /// Declared system accounts, rising.
    pub system: Vec<u32>,
    /// Depth, directs, accounts, persons, levels, person levels, pre-order places.
    pub structure: Structure,
    /// Money of accounts; `None` without a ledger.
    pub money: Option<AccountMoney>,
    /// What persons have that is not that of their only account.
    pub(crate) persons: Persons,
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
}

impl AccountMoney {
    /// Money in of the subtree at a place.
    #[inline]
    pub fn team_at(&self, s: &Structure, place: u32) -> Fen {
        match s.is_inner.of(place) {
            Some(rank) => s.inner[rank as usize].team_paid_in,
            None => self.paid_in[s.at[place as usize] as usize],
        }
    }

    /// Money in of the subtree of an account.
    #[inline]
    pub fn team(&self, s: &Structure, account: u32) -> Fen {
        match s.is_inner.of(s.place(account)) {
            Some(rank) => s.inner[rank as usize].team_paid_in,
            None => self.paid_in[account as usize],
        }
    }
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

/// Figures of persons, kept only where they are not those of a single account.
#[derive(Clone, Debug, Default)]
pub(crate) struct Persons {
    pub held: Holders,
    /// Persons with several accounts, by rank.
    pub several: Vec<Several>,
    /// Other persons some of whose directs are accounts of one person: how many too many. Rising.
    pub fewer_directs: Vec<(u32, u32)>,
    /// Persons who met the floor and the first day of that, as far as it is known. Rising.
    pub floor_met_on: Vec<(u32, Day)>,
    pub is_net_by_bonus: bool,
}

impl Persons {
    fn sums(&self, [paid_in, bonus, withdrawn]: [Fen; 3], team_paid_in: Fen) -> PersonSums {
        let received = if self.is_net_by_bonus { bonus } else { withdrawn };
        PersonSums {
            paid_in,
            bonus,
            withdrawn,
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
    /// Structural figures of the person numbered `p` from 0.
    #[inline]
    pub fn territory(&self, p: usize) -> Territory {
        self.person(p).0
    }

    /// Structural figures and money of the person numbered `p` from 0; no money without a ledger.
    #[inline]
    pub fn person(&self, p: usize) -> (Territory, Option<PersonSums>) {
        let all = &self.persons;
        if let Some(rank) = all.held.is_several.of(p as u32) {
            let own = &all.several[rank as usize];
            let sums = [own.paid_in, own.bonus, own.withdrawn];
            return (own.territory, self.money.is_some().then(|| all.sums(sums, own.team_paid_in)));
        }
        let account = all.held.first[p];
        let own = self.structure.below(self.structure.place(account));
        let fewer = match own.directs {
            0 | 1 => 0,
            _ => looked_up(&all.fewer_directs, p).unwrap_or(0),
        };
        let territory = Territory {
            accounts: 1,
            persons: own.persons,
            levels: own.person_levels,
            direct_persons: own.directs - fewer,
        };
        let sums = self.money.as_ref().map(|money| {
            let a = account as usize;
            let team = if own.directs > 0 { own.team_paid_in } else { money.paid_in[a] };
            all.sums([money.paid_in[a], money.bonus[a], money.withdrawn[a]], team)
        });
        (territory, sums)
    }

    /// Persons, rising, among whom are all who pass a test of the law: whoever is left out has one account, and too
    /// few persons and too little money below it.
    pub fn standing_out(&self, limits: &Thresholds) -> Vec<u32> {
        let (all, s) = (&self.persons, &self.structure);
        let stands_out = |persons: u32, team: Fen| {
            persons >= limits.floor_persons.min(limits.grave_persons) || team >= limits.grave_amount
        };
        if stands_out(1, 0) {
            return (0..self.persons() as u32).collect();
        }
        let several = all.held.is_several.iter().zip(&all.several);
        let several = several.filter(|(_, own)| stands_out(own.territory.persons, own.team_paid_in));
        let inner = s.is_inner.iter().zip(&s.inner);
        let inner = inner.filter(|(_, own)| stands_out(own.persons, own.team_paid_in));
        let inner = inner.map(|(place, _)| self.person[s.at[place as usize] as usize]);
        let paid = self.money.iter().flat_map(|money| money.paid_in.iter().zip(&self.person));
        let paid = paid.filter(|(paid, _)| **paid >= limits.grave_amount).map(|(_, &p)| p);
        let single = inner.chain(paid).filter(|&p| !all.held.is_several.has(p));
        let mut found: Vec<u32> = several.map(|(p, _)| p).chain(single).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The only account of the person numbered `p` from 0; `None` if he holds several.
    #[inline]
    pub fn only_account(&self, p: u32) -> Option<u32> {
        let held = &self.persons.held;
        (!held.is_several.has(p)).then(|| held.first[p as usize])
    }

    /// Money of the person numbered `p` from 0; `None` without a ledger.
    #[inline]
    pub fn person_sums(&self, p: usize) -> Option<PersonSums> {
        self.person(p).1
    }

    /// Paid in, bonus and withdrawn of the person himself.
    #[inline]
    pub(crate) fn person_own(&self, p: usize) -> Option<[Fen; 3]> {
        let (all, money) = (&self.persons, self.money.as_ref()?);
        Some(match all.held.is_several.of(p as u32) {
            Some(rank) => {
                let own = &all.several[rank as usize];
                [own.paid_in, own.bonus, own.withdrawn]
            }
            None => {
                let a = all.held.first[p] as usize;
                [money.paid_in[a], money.bonus[a], money.withdrawn[a]]
            }
        })
    }

    /// The first day on which the person numbered `p` from 0 met the floor; `None` if never or not known.
    #[inline]
    pub fn floor_met_on(&self, p: usize) -> Option<Day> {
        looked_up(&self.persons.floor_met_on, p)
    }

    /// Money in of the subtree of an account; `None` without a ledger.
    pub fn team_paid_in(&self, account: u32) -> Option<Fen> {
        self.money.as_ref().map(|money| money.team(&self.structure, account))
    }

    /// Is it a declared system account?
    pub fn is_system(&self, account: u32) -> bool {
        self.system.binary_search(&account).is_ok()
    }

    /// Calls `each` for accounts with the text of each and the number of its person; what is known of them is
    /// fetched together, so that the waits for memory overlap.
    pub fn each_name(&self, accounts: &[u32], mut each: impl FnMut(usize, Text<'_>, u32)) {
        const BLOCK: usize = 256;
        let (mut keys, mut persons) = ([Key::default(); BLOCK], [0u32; BLOCK]);
        for (start, block) in (0..).step_by(BLOCK).zip(accounts.chunks(BLOCK)) {
            keys.iter_mut().zip(block).for_each(|(key, &a)| *key = self.names.keys[a as usize]);
            persons.iter_mut().zip(block).for_each(|(p, &a)| *p = self.person[a as usize]);
            for (i, (&key, &p)) in keys.iter().zip(&persons).enumerate().take(block.len()) {
                each(start + i, self.names.texts.text(key), p);
            }
        }
    }

    /// How many accounts.
    pub fn accounts(&self) -> usize {
        self.parent.len()
    }

    /// How many persons.
    pub fn persons(&self) -> usize {
        self.persons.held.len()
    }

    /// How many roots.
    pub fn roots(&self) -> usize {
        self.structure.depth.iter().filter(|&&depth| depth == 1).count()
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
        let (own, money) = (self.structure.of(a as u32), self.money.as_ref());
        AccountFigures {
            account: (*self.names.text(a as u32)).to_owned(),
            person: self.person[a] + 1,
            depth: own.depth,
            directs: own.directs,
            accounts: own.accounts,
            persons: own.persons,
            levels: own.levels,
            person_levels: own.person_levels,
            paid_in: money.map(|money| money.paid_in[a]),
            bonus: money.map(|money| money.bonus[a]),
            withdrawn: money.map(|money| money.withdrawn[a]),
            team_paid_in: money.map(|money| money.team(&self.structure, a as u32)),
        }
    }

    /// Figures of the person numbered `p` from 0.
    pub fn person_figures(&self, p: usize, thresholds: &Thresholds) -> PersonFigures {
        let (t, money) = self.person(p);
        PersonFigures {
            person: p as u32 + 1,
            accounts: t.accounts,
            persons: t.persons,
            levels: t.levels,
            direct_persons: t.direct_persons,
            paid_in: money.map(|money| money.paid_in),
            bonus: money.map(|money| money.bonus),
            withdrawn: money.map(|money| money.withdrawn),
            team_paid_in: money.map(|money| money.team_paid_in),
            team_paid_in_others: money.map(|money| money.team_paid_in_others),
            net: money.map(|money| money.net),
            floor_met: t.meets_floor(thresholds),
            floor_met_on: self.floor_met_on(p),
            grave_persons: t.persons >= thresholds.grave_persons,
            grave_amount: money.map(|money| money.team_paid_in >= thresholds.grave_amount),
            grave_amount_others: money.map(|money| money.team_paid_in_others >= thresholds.grave_amount),
        }
    }
}

/// What a rising list has for a person.
fn looked_up<T: Copy>(list: &[(u32, T)], p: usize) -> Option<T> {
    list.binary_search_by_key(&(p as u32), |own| own.0).ok().map(|i| list[i].1)
}
