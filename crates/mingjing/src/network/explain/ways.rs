//! Figures of the tree: the ways and accounts that give them.

use super::{Line, Opened};
use mingjing_network::forest::ROOT;
use std::collections::{HashMap, HashSet};

/// Rule in words, lines, how many lines there would be.
pub(super) type Told = (Vec<String>, Vec<Line>, u64);

fn cut(o: &Opened<'_>, all: Vec<Line>) -> (Vec<Line>, u64) {
    let total = all.len() as u64;
    (all.into_iter().take(o.limit).collect(), total)
}

pub(super) fn accounts_held(o: &Opened<'_>, held: &[u32]) -> Told {
    let lines = held.iter().take(o.limit).map(|&a| o.line(a, "本人账号。Own account.")).collect();
    (
        vec!["同一有效身份证件号码（或经确认）的账号为一人。Accounts with one usable identity number are one person.".into()],
        lines,
        held.len() as u64,
    )
}

pub(super) fn way_up(o: &Opened<'_>, account: u32) -> Told {
    let mut way = vec![account];
    let mut at = account;
    while o.count.parent[at as usize] != ROOT {
        at = o.count.parent[at as usize];
        way.push(at);
    }
    let lines =
        way.iter().rev().zip(1..).map(|(&a, level)| Line { level: Some(level), ..o.line(a, "") }).collect();
    let (lines, total) = cut(o, lines);
    (
        vec!["自顶层账号（第 1 级）逐级向下。The way down from the root, which is level 1.".into()],
        lines,
        total,
    )
}

pub(super) fn directs(o: &Opened<'_>, account: u32) -> Told {
    let children: Vec<u32> =
        (0..o.count.accounts() as u32).filter(|&a| o.count.parent[a as usize] == account).collect();
    let lines = children.iter().take(o.limit).map(|&a| o.line(a, "直接下线。Direct.")).collect();
    (
        vec!["推荐人（接点人）为该账号的账号。Accounts whose parent is this one.".into()],
        lines,
        children.len() as u64,
    )
}

/// Accounts of a subtree in pre-order, siblings by number.
pub(super) fn below(o: &Opened<'_>, account: u32) -> Vec<u32> {
    let s = &o.count.structure;
    let start = s.place(account) as usize;
    let mut own = s.at()[start..start + s.of(account).accounts as usize].to_vec();
    own.sort_unstable();
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    own.iter().rev().for_each(|&a| children.entry(o.count.parent[a as usize]).or_default().push(a));
    own.clear();
    let mut open = vec![account];
    while let Some(a) = open.pop() {
        own.push(a);
        open.append(children.get_mut(&a).unwrap_or(&mut Vec::new()));
    }
    own
}

pub(super) fn accounts_below(o: &Opened<'_>, account: u32) -> Told {
    let all = below(o, account);
    let depth = |account: u32| o.count.structure.of(account).depth;
    let top = depth(account);
    let lines = all
        .iter()
        .take(o.limit)
        .map(|&a| Line { level: Some(depth(a) - top + 1), ..o.line(a, "") })
        .collect();
    (vec!["该账号及其以下全部账号。The account and all below it.".into()], lines, all.len() as u64)
}

/// Distinct persons of the union of the subtrees: each at the first of his accounts that is met.
pub(super) fn persons(o: &Opened<'_>, tops: &[u32]) -> Told {
    let (mut met, mut seen, mut lines) = (HashSet::new(), HashSet::new(), Vec::new());
    for &top in tops {
        for a in below(o, top) {
            if seen.insert(a) && met.insert(o.count.person[a as usize]) && lines.len() < o.limit {
                lines.push(o.line(a, ""));
            }
        }
    }
    (
        vec![
            "本人及其全部账号以下的不同的人，每人计一次。Distinct persons in the territory, the person included, each once."
                .into(),
        ],
        lines,
        met.len() as u64,
    )
}

pub(super) fn direct_persons(o: &Opened<'_>, held: &[u32]) -> Told {
    let own: HashSet<u32> = held.iter().copied().collect();
    let (mut met, mut lines) = (HashSet::new(), Vec::new());
    for a in 0..o.count.accounts() as u32 {
        let (up, person) = (o.count.parent[a as usize], o.count.person[a as usize]);
        let is_own = own.contains(&a) || o.count.person[held[0] as usize] == person;
        if up != ROOT && own.contains(&up) && !is_own && met.insert(person) && lines.len() < o.limit {
            lines.push(o.line(a, format!("直属于 {}", &*o.count.names.text(up))));
        }
    }
    (
        vec![
            "直属于其任一账号的不同的人，本人除外。Distinct persons directly below any of the accounts."
                .into(),
        ],
        lines,
        met.len() as u64,
    )
}

/// The way down that gives the levels of an account, by accounts.
pub(super) fn levels(o: &Opened<'_>, account: u32) -> Told {
    let levels = |account: u32| o.count.structure.of(account).levels;
    let mut lines = Vec::new();
    let mut at = Some(account);
    let mut level = 1;
    while let Some(a) = at {
        lines.push(Line { level: Some(level), ..o.line(a, "") });
        level += 1;
        let need = levels(a).wrapping_sub(1);
        at = child(o, a, |c| levels(c) == need);
    }
    let (lines, total) = cut(o, lines);
    (
        vec!["最长的一条向下线路，本级计入。The longest way down, the account's own level included.".into()],
        lines,
        total,
    )
}

/// The first child for which something holds. Only a subtree's range is looked at.
fn child(o: &Opened<'_>, account: u32, holds: impl Fn(u32) -> bool) -> Option<u32> {
    let parent = &o.count.parent;
    (0..parent.len() as u32).find(|&c| parent[c as usize] == account && holds(c))
}

/// The way down that gives the levels of a person: a step counts only where the person changes.
pub(super) fn person_levels(o: &Opened<'_>, tops: &[u32]) -> Told {
    let (levels, person) = (|account: u32| o.count.structure.of(account).person_levels, &o.count.person);
    let Some(top) = tops.iter().copied().max_by_key(|&a| (levels(a), std::cmp::Reverse(a))) else {
        return (Vec::new(), Vec::new(), 0);
    };
    let (mut lines, mut at, mut level) = (Vec::new(), Some((top, true)), 1);
    while let Some((a, is_new)) = at {
        let note = if is_new { "" } else { "同一人，不另计级。Same person, no further level." };
        lines.push(Line { level: Some(level), ..o.line(a, note) });
        let own = levels(a);
        let step = |c: u32| u32::from(person[c as usize] != person[a as usize]);
        let next = child(o, a, |c| own > 1 && levels(c) + step(c) == own);
        at = next.map(|c| (c, step(c) == 1));
        level += next.map_or(0, step);
    }
    let (lines, total) = cut(o, lines);
    (
        vec![
            "上下线之间每换一人计一级，本级计入；头衔等级不计。A level for each change of person on the way down, \
             the own level included; ranks never count."
                .into(),
        ],
        lines,
        total,
    )
}
