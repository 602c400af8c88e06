//! Duty lists (责任清单): what an office answers for, who is on duty for it since when and in whose stead, and posts
//! without anyone, which are faults.
//!
//! Days are days in Shanghai, both ends included. A holder whose account is disabled is on duty for nothing.

mod change;

use crate::people::Error;
use crate::permission::{Action, Actor, Gate, Kind, Resource};
use mingjing_model::time::{Day, day_text, parse_day};
use mingjing_store::Db;
use mingjing_store::duty::{self, Holder, Post};
use std::collections::BTreeMap;

pub use change::NewDuty;

/// A post with those who are on duty for it on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnDuty {
    /// The post.
    pub post: Post,
    /// Who is on duty; nobody: a fault.
    pub holders: Vec<Holder>,
}

/// A post for which nobody is on duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vacancy {
    /// The post.
    pub post: Post,
    /// The last day somebody was, if ever.
    pub since: Option<String>,
    /// The first day somebody will be, if planned.
    pub until: Option<String>,
}

/// Days on which nobody is on duty for a post, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// First day.
    pub from: String,
    /// Last day; none: without end.
    pub to: Option<String>,
}

/// A post as the policies see it.
pub fn resource(post: &Post) -> Resource {
    Resource::new(Kind::Duty, post.id).held_by(&post.agency, &post.division)
}

/// The posts somebody may see, each with those on duty on a day, from the city down.
///
/// # Errors
/// The database cannot be read.
pub async fn board(
    db: &Db,
    gate: &Gate,
    actor: &Actor,
    day: &str,
) -> Result<Vec<OnDuty>, mingjing_store::Error> {
    let scope = gate.scope(actor, Action::List, Kind::Duty);
    let mut of: BTreeMap<i64, Vec<Holder>> = BTreeMap::new();
    for holder in duty::on_duty(db, day).await? {
        of.entry(holder.post_id).or_default().push(holder);
    }
    let seen = duty::posts(db).await?.into_iter().filter(|post| scope.holds(&resource(post)));
    Ok(seen.map(|post| OnDuty { holders: of.remove(&post.id).unwrap_or_default(), post }).collect())
}

/// Posts without anyone on a day: all there are, whoever may see them.
///
/// # Errors
/// The database cannot be read.
pub async fn faults(db: &Db, day: &str) -> Result<Vec<Vacancy>, mingjing_store::Error> {
    let held: Vec<i64> = duty::on_duty(db, day).await?.into_iter().map(|holder| holder.post_id).collect();
    let mut vacancies = Vec::new();
    for post in duty::posts(db).await?.into_iter().filter(|post| !held.contains(&post.id)) {
        let holders = duty::holders(db, post.id).await?;
        let able = || holders.iter().filter(|holder| holder.disabled_at.is_none());
        let until =
            able().map(|holder| &holder.since_day).filter(|since| since.as_str() > day).min().cloned();
        let last = holders.iter().filter(|holder| holder.since_day.as_str() <= day);
        // Whose account is disabled left at an unknown day before its last.
        let since =
            last.filter_map(|holder| holder.until_day.clone()).filter(|until| until.as_str() < day).max();
        vacancies.push(Vacancy { post, since, until });
    }
    Ok(vacancies)
}

/// The days from one to another on which none of the holders is on duty.
pub fn gaps(holders: &[Holder], from: &str, to: Option<&str>) -> Vec<Gap> {
    let next = |day: &str, by: Day| parse_day(day).and_then(|day| day_text(day + by));
    let mut held: Vec<&Holder> = holders.iter().filter(|holder| holder.disabled_at.is_none()).collect();
    held.sort_by(|a, b| a.since_day.cmp(&b.since_day));
    let mut gaps = Vec::new();
    // The first day not yet known to be held.
    let mut open = Some(from.to_owned());
    for holder in held {
        let Some(day) = open.clone().filter(|day| to.is_none_or(|to| day.as_str() <= to)) else { break };
        if holder.since_day > day {
            let before = next(&holder.since_day, -1);
            let end = match (before, to) {
                (Some(before), Some(to)) if before.as_str() > to => Some(to.to_owned()),
                (before, _) => before,
            };
            gaps.push(Gap { from: day.clone(), to: end });
        }
        open = match &holder.until_day {
            None => None,
            Some(until) if *until >= day => next(until, 1),
            Some(_) => Some(day),
        };
    }
    if let Some(day) = open.filter(|day| to.is_none_or(|to| day.as_str() <= to)) {
        gaps.push(Gap { from: day, to: to.map(str::to_owned) });
    }
    gaps
}

impl OnDuty {
    /// Is nobody on duty?
    pub fn is_vacant(&self) -> bool {
        self.holders.is_empty()
    }
}

pub(crate) fn missing(id: i64) -> Error {
    Error::missing(Kind::Duty, id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(since: &str, until: Option<&str>, is_disabled: bool) -> Holder {
        Holder {
            id: 1,
            post_id: 1,
            account_id: 1,
            account_name: String::new(),
            disabled_at: is_disabled.then_some(1),
            stands_in_for: None,
            stands_in_for_name: None,
            since_day: since.to_owned(),
            until_day: until.map(str::to_owned),
            version: 1,
        }
    }

    fn shown(holders: &[Holder], to: Option<&str>) -> Vec<String> {
        let gaps = gaps(holders, "2026-01-01", to);
        gaps.into_iter().map(|gap| format!("{}..{}", gap.from, gap.to.unwrap_or_default())).collect()
    }

    #[test]
    fn gaps_lie_before_between_and_behind_holders() {
        let two = [
            holder("2026-03-01", Some("2026-03-31"), false),
            holder("2026-01-10", Some("2026-02-10"), false),
            holder("2026-02-01", Some("2026-02-20"), false),
        ];
        assert_eq!(shown(&two, None), ["2026-01-01..2026-01-09", "2026-02-21..2026-02-28", "2026-04-01.."]);
        assert_eq!(shown(&two, Some("2026-01-05")), ["2026-01-01..2026-01-05"]);
        assert_eq!(shown(&two, Some("2026-02-25")), ["2026-01-01..2026-01-09", "2026-02-21..2026-02-25"]);
    }

    #[test]
    fn a_disabled_holder_fills_no_gap_and_an_endless_one_all() {
        assert_eq!(shown(&[holder("2025-01-01", None, true)], None), ["2026-01-01.."]);
        assert_eq!(shown(&[holder("2025-01-01", None, false)], None), Vec::<String>::new());
        let before = holder("2025-01-01", Some("2025-12-31"), false);
        assert_eq!(shown(std::slice::from_ref(&before), None), ["2026-01-01.."]);
        assert_eq!(shown(&[before, holder("2026-01-01", None, false)], None), Vec::<String>::new());
    }
}
