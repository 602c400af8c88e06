//! The independent choices that a dirty network is drafted from.

use mingjing_network::rows::Class;
use proptest::prelude::*;

/// Points at something in a list of any length. One byte: it shrinks to the first in few steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Index(u8);

impl Index {
    /// A place in a list of `len`, which is not 0.
    pub(super) fn index(self, len: usize) -> usize {
        usize::from(self.0) % len
    }
}

/// Any place.
pub(super) fn index() -> impl Strategy<Value = Index> {
    any::<u8>().prop_map(Index)
}

/// What holds for a whole network.
#[derive(Clone, Debug)]
pub(super) struct Habits {
    pub has_placement: bool,
    pub has_identity: bool,
    pub first_file_has_no_identity: bool,
    pub has_paid_flag: bool,
    pub has_ledger: bool,
    /// No topups, so that no boundary need be named.
    pub one_class_in: bool,
    pub nothing_out: bool,
    pub zero_is_an_account: bool,
    /// All join times are known: those that are not drafted are day 2.
    pub is_dated: bool,
    /// Persons that share the pooled accounts.
    pub pool: usize,
    pub fingerprint_bits: Option<u32>,
}

/// Where a referrer column points.
#[derive(Clone, Debug)]
pub(super) enum Link {
    Before(Index),
    JustBefore,
    Anyone(Index),
    Blank(Index),
    Unknown,
    Oneself,
}

/// Whose account it is.
#[derive(Clone, Debug)]
pub(super) enum Who {
    Own,
    Pool(Index),
    AsReferrer,
    AsBefore,
}

/// One account.
#[derive(Clone, Debug)]
pub(super) struct AccountDraft {
    pub name_style: u8,
    pub referrer: Link,
    pub placement: Link,
    pub who: Who,
    /// How the identity number is written: see [`super::identities::written`].
    pub writing: u8,
    /// Day and slot of the day.
    pub joined: Option<(u8, u8)>,
    pub paid: Option<bool>,
    pub note: bool,
    pub file: u8,
}

/// A further row of an account.
#[derive(Clone, Debug)]
pub(super) struct Copy {
    pub of: Index,
    pub at: Index,
    pub to: Index,
    pub change: u8,
}

/// One ledger row.
#[derive(Clone, Debug)]
pub(super) struct EntryDraft {
    pub account: Index,
    pub is_orphan: bool,
    pub class: Class,
    pub amount: i64,
    pub time: Option<(u8, u8)>,
    pub serial: Option<u8>,
    pub is_foreign: bool,
    pub note: bool,
    pub file: u8,
}

pub(super) fn habits() -> impl Strategy<Value = Habits> {
    let columns = (
        prop::bool::weighted(0.5),
        prop::bool::weighted(0.85),
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.5),
        prop::bool::weighted(0.8),
    );
    let money = (prop::bool::weighted(0.6), prop::bool::weighted(0.3));
    let rest = (prop::bool::weighted(0.2), prop::bool::weighted(0.4), 1..=8_usize);
    (columns, money, rest, prop_oneof![Just(None), Just(Some(3)), Just(Some(0))]).prop_map(
        |(columns, money, rest, fingerprint_bits)| Habits {
            has_placement: columns.0,
            has_identity: columns.1,
            first_file_has_no_identity: columns.2,
            has_paid_flag: columns.3,
            has_ledger: columns.4,
            one_class_in: money.0,
            nothing_out: money.1,
            zero_is_an_account: rest.0,
            is_dated: rest.1,
            pool: rest.2,
            fingerprint_bits,
        },
    )
}

pub(super) fn account() -> impl Strategy<Value = AccountDraft> {
    let names = prop_oneof![6 => Just(0_u8), 2 => 1..=6_u8];
    let who = prop_oneof![
        4 => Just(Who::Own),
        3 => index().prop_map(Who::Pool),
        2 => Just(Who::AsReferrer),
        1 => Just(Who::AsBefore),
    ];
    let writing = prop_oneof![5 => Just(0_u8), 3 => 0..=14_u8];
    (
        (names, link(), link(), who, writing),
        prop::option::weighted(0.8, (0..=6_u8, 0..3_u8)),
        prop::option::weighted(0.8, any::<bool>()),
        prop::bool::weighted(0.1),
        prop_oneof![4 => Just(0_u8), 1 => 1..=2_u8],
    )
        .prop_map(|(first, joined, paid, note, file)| {
            let (name_style, referrer, placement, who, writing) = first;
            AccountDraft { name_style, referrer, placement, who, writing, joined, paid, note, file }
        })
}

fn link() -> impl Strategy<Value = Link> {
    prop_oneof![
        8 => index().prop_map(Link::Before),
        6 => Just(Link::JustBefore),
        1 => index().prop_map(Link::Anyone),
        1 => index().prop_map(Link::Blank),
        1 => prop_oneof![2 => Just(Link::Unknown), 1 => Just(Link::Oneself)],
    ]
}

pub(super) fn copy() -> impl Strategy<Value = Copy> {
    (index(), index(), index(), 0..=7_u8).prop_map(|(of, at, to, change)| Copy { of, at, to, change })
}

pub(super) fn entry() -> impl Strategy<Value = EntryDraft> {
    let class = prop_oneof![
        4 => Just(Class::Order),
        2 => Just(Class::Topup),
        4 => Just(Class::Bonus),
        2 => Just(Class::Out),
        1 => Just(Class::Internal),
        1 => Just(Class::Transfer),
        2 => Just(Class::Reversal),
    ];
    let amount = prop_oneof![
        1 => Just(0_i64),
        2 => Just(1),
        4 => Just(10_000),
        3 => 1..=500_000_i64,
        1 => -20_000..0_i64,
        1 => Just(-10_000),
    ];
    (
        (index(), prop::bool::weighted(0.08), class, amount),
        prop::option::weighted(0.9, (0..=9_u8, 0..=3_u8)),
        prop::option::weighted(0.6, 0..=8_u8),
        prop::bool::weighted(0.06),
        prop::bool::weighted(0.1),
        prop_oneof![3 => Just(0_u8), 1 => Just(1)],
    )
        .prop_map(|((account, is_orphan, class, amount), time, serial, is_foreign, note, file)| {
            EntryDraft { account, is_orphan, class, amount, time, serial, is_foreign, note, file }
        })
}
