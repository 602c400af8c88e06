//! `floor_met_on`: the row that decided, by the definition, for one person.

use super::ways::Told;
use super::{Line, Opened, day, ways};
use mingjing_network::count::NO_DAY;
use mingjing_network::forest::ROOT;
use mingjing_network::rows::Day;
use std::collections::{BTreeSet, HashMap, HashSet};

/// When each account of the territory counts for the person: the latest known join day on the way from his nearest
/// account above, that and its own included. Unknown own times are left out.
fn counts_from(o: &Opened<'_>, held: &[u32]) -> HashMap<u32, Day> {
    let own: HashSet<u32> = held.iter().copied().collect();
    let mut from = HashMap::new();
    for &top in held {
        // The latest day from `top` down to each account of its subtree: parents stand before children.
        let mut latest: HashMap<u32, Day> = HashMap::new();
        for a in ways::below(o, top) {
            let above = match latest.get(&o.count.parent[a as usize]) {
                Some(&day) if a != top => day,
                _ => NO_DAY,
            };
            let joined = o.count.joined[a as usize];
            // The day before all days stands for "unknown", so the later one is the greater.
            latest.insert(a, above.max(joined));
            if joined != NO_DAY {
                let entry = from.entry(a).or_insert(Day::MAX);
                *entry = (*entry).min(above.max(joined));
            }
        }
    }
    from.retain(|a, _| !own.contains(a) || o.count.joined[*a as usize] != NO_DAY);
    from
}

/// The first account (of the widest level) that gives `levels` on a day, with the counting accounts above it.
fn way_on(o: &Opened<'_>, held: &[u32], from: &HashMap<u32, Day>, on: Day, levels: u32) -> Option<Vec<u32>> {
    let person = &o.count.person;
    for &top in held {
        // Person and level of the nearest counting account at or above each account.
        let mut standing: HashMap<u32, (u32, u32)> = HashMap::new();
        for a in ways::below(o, top) {
            let (above, level) = match standing.get(&o.count.parent[a as usize]) {
                Some(&standing) if a != top => standing,
                _ => (person[top as usize], 1),
            };
            let counts = a == top || from.get(&a).is_some_and(|&day| day <= on);
            let own = match counts {
                true => (person[a as usize], level + u32::from(person[a as usize] != above)),
                false => (above, level),
            };
            standing.insert(a, own);
            if counts && own.1 >= levels {
                let mut way = vec![a];
                let mut up = o.count.parent[a as usize];
                while a != top && up != ROOT {
                    if up == top || from.get(&up).is_some_and(|&day| day <= on) {
                        way.push(up);
                    }
                    if up == top {
                        break;
                    }
                    up = o.count.parent[up as usize];
                }
                way.reverse();
                return Some(way);
            }
        }
    }
    None
}

pub(super) fn floor(o: &Opened<'_>, held: &[u32]) -> Told {
    let own = o.count.person[held[0] as usize];
    let (need, levels) = (o.thresholds.floor_persons, o.thresholds.floor_levels);
    let from = counts_from(o, held);
    let mut others: Vec<(Day, u32)> =
        from.iter().filter(|(a, _)| o.count.person[**a as usize] != own).map(|(&a, &day)| (day, a)).collect();
    others.sort_unstable();
    // The account that brings the last person needed.
    let mut met = HashSet::new();
    let mut lines: Vec<Line> = Vec::new();
    let mut persons_on = None;
    for &(on, a) in &others {
        if met.insert(o.count.person[a as usize]) {
            let n = met.len() + 1;
            let note = format!("第 {n} 人，自 {} 起计。Counts from then.", day(on).unwrap_or_default());
            lines.push(o.line(a, note));
            if met.len() as u32 + 1 == need {
                persons_on = Some((on, a));
                break;
            }
        }
    }
    let mut days: BTreeSet<Day> = from.values().copied().collect();
    let levels_on = loop {
        let Some(on) = days.pop_first() else { break None };
        if let Some(way) = way_on(o, held, &from, on, levels) {
            break Some((on, way));
        }
    };
    let mut rule = vec![format!(
        "{need} 人以上且 {levels} 级以上，均含本人；一个账号自其与本人账号之间最晚的加入日起计入。\
         At least {need} persons and {levels} levels, the person included; an account counts from the latest join \
         day on the way from his account to it."
    )];
    rule.push(match persons_on {
        Some((on, a)) => format!(
            "人数：第 {need} 人（账号 {}）自 {} 起计。Persons: reached with account {}.",
            &*o.count.names.text(a),
            day(on).unwrap_or_default(),
            &*o.count.names.text(a)
        ),
        None => format!("人数：在已知日期内从未达到 {need} 人。Persons: never reached on a known day."),
    });
    match &levels_on {
        Some((on, way)) => {
            rule.push(format!(
                "层级：自 {} 起达到 {levels} 级，线路如下（最后各行）。Levels: reached with the way below (last lines).",
                day(*on).unwrap_or_default()
            ));
            lines.extend(way.iter().map(|&a| o.line(a, "层级线路。Way of the levels.")));
        }
        None => rule
            .push(format!("层级：在已知日期内从未达到 {levels} 级。Levels: never reached on a known day.")),
    }
    if let (Some((persons, _)), Some((levels, _))) = (persons_on, &levels_on) {
        let by = if persons >= *levels { ["人数", "persons"] } else { ["层级", "levels"] };
        rule.push(format!("后到者为准，由{}决定。The later of the two decides: the {}.", by[0], by[1]));
    }
    let total = lines.len() as u64;
    let keep = lines.len().saturating_sub(o.limit);
    (rule, lines.split_off(keep), total)
}
