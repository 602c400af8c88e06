//! A made-up scheme of some 2,000 accounts with dirty rows, counted by the engine; and bare trees built by hand.

use mingjing_network::count::{Count, Identities, Origin, Parts};
use mingjing_network::figures::{Boundary, Policy, Terms, Thresholds, Tree, Whole};
use mingjing_network::forest::ROOT;
use mingjing_network::keys::Names;
use mingjing_network::rows::{Class, LedgerRow, MemberRow};
use mingjing_network::run::{self, Source, WantsEntry, WantsMember};
use mingjing_report::report::{
    Facts, FindingRow, Grounds, Input, Law, Role, RowAt, Rows as RowCounts, Rule, SubjectFacts,
};
use mingjing_testkit::{Entry, Member, Rows};
use std::collections::BTreeMap;
use std::convert::Infallible;

const DAY: i64 = 86_400_000_000;
/// 2019-03-01 in days.
const START: i64 = 17_956;

/// Rolls from a fixed seed (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides.max(1)
    }
}

struct Table<'a>(&'a Rows);

impl Source for Table<'_> {
    type Error = Infallible;

    fn members<T: Default + Send>(
        &self,
        wants: Option<&WantsMember<'_>>,
        fill: impl Fn(&mut T, &[MemberRow<'_>]) + Sync,
        mut absorb: impl FnMut(T),
    ) -> Result<(), Infallible> {
        self.0.lend(|members, _| {
            let mut chunk = T::default();
            let wanted = members.iter().filter(|row| wants.is_none_or(|wants| wants(row)));
            fill(&mut chunk, &wanted.copied().collect::<Vec<_>>());
            absorb(chunk);
        });
        Ok(())
    }

    fn has_ledger(&self) -> bool {
        self.0.ledger.is_some()
    }

    fn ledger<T: Default + Send>(
        &self,
        wants: Option<&WantsEntry<'_>>,
        fill: impl Fn(&mut T, &[LedgerRow<'_>]) + Sync,
        mut absorb: impl FnMut(T),
    ) -> Result<(), Infallible> {
        self.0.lend(|_, ledger| {
            let mut chunk = T::default();
            let wanted = ledger.unwrap_or_default().iter();
            let wanted = wanted.filter(|row| wants.is_none_or(|wants| (wants.row)(row)));
            fill(&mut chunk, &wanted.copied().collect::<Vec<_>>());
            absorb(chunk);
        });
        Ok(())
    }
}

/// What money the scheme's ledger shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Money {
    /// Orders, bonus and withdrawals.
    Out,
    /// Orders and bonus only.
    Bonus,
    /// No ledger.
    None,
}

fn number(i: usize) -> String {
    format!("M{:06}", i + 1)
}

fn members(dice: &mut Dice) -> Vec<Member> {
    let mut list: Vec<Member> = Vec::new();
    for i in 0..2_000usize {
        // Slow start, rush, decline.
        let x = (i as f64 + 0.5) / 2_000.0;
        let day = START + (400.0 + 130.0 * (x / (1.0 - x)).ln()).clamp(0.0, 860.0) as i64;
        let wide = dice.roll(10) < 7;
        let above =
            if i == 0 { 0 } else { dice.roll(if wide { (i as u64 / 12).max(1) } else { i as u64 }) as usize };
        // One in eight is another account of the person who recruits it.
        let own = i > 3 && dice.roll(8) == 0;
        let identity = if own { list[above].identity.clone() } else { Some(format!("ID{:08}", i * 37 + 11)) };
        let referrer = match i {
            0 => String::new(),
            700 => "M999999".to_owned(),
            900 => number(900),
            _ => number(above),
        };
        let joined =
            (i % 167 != 5).then(|| (day * DAY) + 8 * 3_600_000_000 + dice.roll(30_000) as i64 * 1_000_000);
        list.push(Member { account: number(i), referrer, identity, joined, ..Member::default() });
    }
    list[1_200].referrer = number(1_201);
    list[1_201].referrer = number(1_200);
    list[1_500].identity = Some("1111111111".to_owned());
    let twice = list[40].clone();
    list.push(twice);
    let other = Member { note: "other".to_owned(), ..list[41].clone() };
    list.push(other);
    list
}

fn ledger(members: &[Member], money: Money, dice: &mut Dice) -> Vec<Entry> {
    let mut list = Vec::new();
    let entry = |account: &str, class, yuan: i64, time: Option<i64>, n: usize| Entry {
        account: account.to_owned(),
        class,
        amount: yuan * 100,
        time,
        serial: format!("S{n:07}"),
        foreign: false,
        note: String::new(),
        file: 0,
    };
    for (i, m) in members.iter().take(2_000).enumerate() {
        let shares = [1, 1, 3, 11, 21][dice.roll(5) as usize];
        let paid = 3_800 + (shares - 1) * 3_300;
        let at = m.joined.map(|t| t + 3_600_000_000);
        let later = |days: u64| at.map(|t| t + days as i64 * DAY);
        list.push(entry(&m.account, Class::Order, paid, at, list.len()));
        if dice.roll(12) == 0 {
            list.push(entry(&m.account, Class::Order, 3_300, later(40 + dice.roll(60)), list.len()));
        }
        let bonus = if m.referrer.starts_with('M') { paid * 42 / 100 } else { 0 };
        if bonus > 0 && m.referrer != "M999999" {
            list.push(entry(&m.referrer, Class::Bonus, bonus, later(3), list.len()));
            if money == Money::Out && i % 5 < 3 {
                list.push(entry(
                    &m.referrer,
                    Class::Out,
                    bonus * 9 / 10,
                    later(10 + dice.roll(20)),
                    list.len(),
                ));
            }
        }
    }
    let again = list[10].clone();
    list.push(again);
    let back = Entry { class: Class::Reversal, ..list[20].clone() };
    list.push(back);
    list.push(entry("X000404", Class::Order, 69_800, None, list.len()));
    list.push(entry("M000009", Class::Order, -500, None, list.len()));
    list
}

/// The thresholds of the law.
pub fn thresholds() -> Thresholds {
    Thresholds { floor_persons: 30, floor_levels: 3, grave_persons: 120, grave_amount: 250_000_000 }
}

fn main_policy() -> Policy {
    Policy {
        id: "main".to_owned(),
        tree: Tree::Referral,
        paid_only: false,
        with_system: true,
        with_consumers: true,
    }
}

/// The scheme, counted.
pub fn scheme(money: Money) -> Count {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let members = members(&mut dice);
    let ledger = (money != Money::None).then(|| ledger(&members, money, &mut dice));
    let rows = Rows { members, ledger, ..Rows::default() };
    let terms = Terms {
        policy: main_policy(),
        thresholds: thresholds(),
        cutoff: None,
        boundary: None,
        system_accounts: vec!["M000001".to_owned()],
        confirmed: vec![],
    };
    run::count(&Table(&rows), &terms, &mut |_| ()).expect("the scheme can be counted")
}

/// Facts as a case has them.
pub fn facts() -> Facts {
    let rule = |id: &str, zh: &str, en: &str| Rule {
        id: id.to_owned(),
        zh: zh.to_owned(),
        en: en.to_owned(),
        source: "公通字〔2013〕37号".to_owned(),
        date: "2013-11-14".to_owned(),
    };
    let input = |role, name: &str, bytes, sha: &str, rows| Input {
        role,
        name: name.to_owned(),
        format: "csv (GB18030)".to_owned(),
        bytes,
        sha256: sha.repeat(8),
        rows,
    };
    let rows = |read, duplicate, superseded| {
        Some(RowCounts {
            read,
            accepted: read - duplicate - superseded - 1,
            rejected: 1,
            duplicate,
            superseded,
        })
    };
    Facts {
        title: "“阳光工程”专案 会员库与资金库".to_owned(),
        tool: "mingjing 0.1.0".to_owned(),
        grounds: Grounds::Case {
            number: "(2021)示例字第0042号".to_owned(),
            basis: "刑事诉讼法第五十四条".to_owned(),
            purpose: "查明层级与人数".to_owned(),
            approver: "示例批准人".to_owned(),
            retain_until: "2027-12-31".to_owned(),
        },
        inputs: vec![
            input(Role::Members, "members.csv", 412_034, "0a1b2c3d", rows(2_003, 1, 1)),
            input(Role::Ledger, "ledger.csv", 982_113, "4e5f6071", rows(5_424, 1, 0)),
            input(Role::Mapping, "mapping.yaml", 412, "8293a4b5", None),
        ],
        law: Law::new(
            &thresholds(),
            vec![
                rule(
                    "floor",
                    "组织内部参与传销活动人员在三十人以上且层级在三级以上的，应当对组织者、领导者追究刑事责任。",
                    "Where an organisation has thirty or more participants and three or more levels, its organisers and leaders are held liable.",
                ),
                rule(
                    "grave-persons",
                    "组织、领导的参与传销活动人员累计达一百二十人以上的，属于情节严重。",
                    "One hundred and twenty or more participants in all are grave circumstances.",
                ),
                rule(
                    "grave-amount",
                    "直接或者间接收取参与传销活动人员缴纳的传销资金数额累计达二百五十万元以上的，属于情节严重。",
                    "Two and a half million yuan or more taken from participants are grave circumstances.",
                ),
            ],
        ),
        timezone: "Asia/Shanghai".to_owned(),
        cutoff: None,
        boundary: Some(Boundary::Order),
        subjects: vec![
            SubjectFacts {
                account: "M000003".to_owned(),
                ledger_rows: 57,
                ledger_at: (0..57)
                    .map(|i| RowAt { file: "ledger.csv".to_owned(), row: 12 + i * 7 })
                    .collect(),
            },
            SubjectFacts { account: "M77".to_owned(), ..SubjectFacts::default() },
        ],
        read_findings: BTreeMap::from([("bad_times".to_owned(), 12), ("rejected_rows".to_owned(), 2)]),
        read_rows: vec![FindingRow {
            key: "rejected_rows".to_owned(),
            at: RowAt { file: "members.csv".to_owned(), row: 1_044 },
            account: String::new(),
            reason: "会员编号为空".to_owned(),
        }],
    }
}

/// A bare tree without money: parents by number, each account its own person, names given.
pub fn bare(parent: Vec<u32>, name: impl Fn(usize) -> String) -> Count {
    let n = parent.len();
    let names: Vec<String> = (0..n).map(name).collect();
    let parts = Parts {
        policy: main_policy(),
        names: Names::from_texts(names.iter().map(String::as_str)),
        origin: Origin { ordinal: (1..=n as u32).collect(), file_start: vec![0] },
        identities: Identities::from_pairs(n, &[]),
        ..Parts::bare(parent, (0..n as u32).collect())
    };
    let mut count = Count::of(parts, &thresholds()).expect("no cycle");
    let nodes = || (0..n as u32).map(|account| count.structure.of(account));
    let mut per_depth = vec![0u64; nodes().map(|node| node.depth).max().unwrap_or(0) as usize];
    nodes().for_each(|node| per_depth[node.depth as usize - 1] += 1);
    count.whole = Whole {
        persons: n as u64,
        accounts: n as u64,
        roots: count.parent.iter().filter(|&&up| up == ROOT).count() as u64,
        levels: per_depth.len() as u32,
        person_levels: per_depth.len() as u32,
        accounts_per_depth: per_depth.clone(),
        persons_per_depth: per_depth,
        persons_meeting_floor: nodes().filter(|node| node.persons >= 30 && node.levels >= 3).count() as u64,
        ..Whole::default()
    };
    count
}
