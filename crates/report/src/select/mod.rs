//! From a finished count to what the documents can show: the one place where something is left out, and where
//! it is said how much.

mod branches;
mod growth;
mod levels;
mod persons;
mod subjects;

use crate::report::{
    Boundary, FINDING_ROWS_MAX, Facts, Figures, Finding, FindingRow, Input, NetBasis, Policy, Report, Role,
    RowAt, Spread, Subtree, Table, Tree,
};
use mingjing_network::count::Count;
use mingjing_network::figures::{FINDING_KEYS, Whole};
use mingjing_network::forest::Node;

impl Report {
    /// Picks what the documents show. Linear in accounts and persons; memory four bytes for each of both.
    ///
    /// Requires that `count` is of the inputs in `facts`; every list is cut at a bound that the page names.
    pub fn from_count(count: &Count, facts: Facts) -> Report {
        let finding_rows_total = count.details.len() as u64 + facts.read_rows.len() as u64;
        let names = FileNames::of(&facts.inputs);
        Report {
            widest_tree: widest_tree(count),
            levels: levels::pyramid(&count.whole),
            growth: growth::growth(&count.whole),
            persons: persons::meeting_floor(count, &facts.law),
            systems_meeting_floor: persons::systems_meeting_floor(count, &facts.law),
            branches: branches::widest(count),
            findings: findings(count, &facts),
            finding_rows: finding_rows(count, &facts, &names),
            finding_rows_total,
            subjects: subjects::subjects(count, &facts, &names),
            policy: policy(count, &facts),
            whole: figures(&count.whole),
            title: facts.title,
            tool: facts.tool,
            timezone: facts.timezone,
            grounds: facts.grounds,
            inputs: facts.inputs,
            law: facts.law,
        }
    }
}

/// File names by table and number.
struct FileNames<'a> {
    members: Vec<&'a str>,
    ledger: Vec<&'a str>,
}

impl<'a> FileNames<'a> {
    fn of(inputs: &'a [Input]) -> FileNames<'a> {
        let of = |role| inputs.iter().filter(|i| i.role == role).map(|i| i.name.as_str()).collect();
        FileNames { members: of(Role::Members), ledger: of(Role::Ledger) }
    }

    fn at(&self, table: Table, file: u32, row: u64) -> RowAt {
        let list = if table == Table::Members { &self.members } else { &self.ledger };
        let file =
            list.get(file as usize).map_or_else(|| format!("#{}", file + 1), |name| (*name).to_owned());
        RowAt { file, row }
    }
}

fn policy(count: &Count, facts: &Facts) -> Policy {
    let p = &count.policy;
    Policy {
        id: p.id.clone(),
        placement: p.tree == Tree::Placement,
        paid_only: p.paid_only,
        with_system: p.with_system,
        with_consumers: p.with_consumers,
        cutoff: facts.cutoff,
        orders: facts.boundary.map(|b| b == Boundary::Order),
    }
}

fn figures(w: &Whole) -> Figures {
    Figures {
        persons: w.persons,
        accounts: w.accounts,
        roots: w.roots,
        levels: w.levels,
        person_levels: w.person_levels,
        paid_in: w.paid_in,
        paid_in_net: w.paid_in_net,
        bonus: w.bonus,
        bonus_net: w.bonus_net,
        withdrawn: w.withdrawn,
        withdrawn_net: w.withdrawn_net,
        retained: w.retained,
        basis_out: w.net_basis.map(|b| b == NetBasis::Out),
        paid_in_within_30_days: w.paid_in_within_30_days,
        spread: w.spread.as_ref().map(|s| Spread {
            persons_at_loss: s.persons_at_loss,
            sum_of_losses: s.sum_of_losses,
            sum: s.sum,
            median: s.median,
            deciles: s.deciles,
        }),
        bonus_gini_millionths: w.bonus_gini_millionths,
        bonus_top_percent: w.bonus_top_percent,
        first_floor_met_on: w.first_floor_met_on,
        floor_persons_reached_on: w.floor_persons_reached_on,
        grave_persons_reached_on: w.grave_persons_reached_on,
        persons_meeting_floor: w.persons_meeting_floor,
        persons_meeting_grave_persons: w.persons_meeting_grave_persons,
        persons_meeting_grave_amount: w.persons_meeting_grave_amount,
        persons_meeting_grave_amount_others: w.persons_meeting_grave_amount_others,
        accounts_meeting_floor: w.accounts_meeting_floor,
        accounts_meeting_grave_persons: w.accounts_meeting_grave_persons,
        dropped_accounts: w.dropped_accounts,
        accounts_after_cutoff: w.accounts_after_cutoff,
        dropped_paid_in: w.dropped_paid_in,
        system_accounts: w.system_accounts,
        persons_without_system: w.persons_without_system,
        accounts_without_system: w.accounts_without_system,
        paid_in_without_system: w.paid_in_without_system,
    }
}

/// The root with the most persons below; the first of equals. `None` when there is one tree only.
fn widest_tree(count: &Count) -> Option<Subtree> {
    if count.whole.roots < 2 {
        return None;
    }
    // In pre-order the next root stands behind the subtree of the one before.
    let (s, all) = (&count.structure, count.accounts() as u32);
    let after = |&place: &u32| Some(place + s.at_place(place).accounts).filter(|&next| next < all);
    let roots =
        std::iter::successors(Some(0), after).map(|place| (s.at()[place as usize], s.at_place(place)));
    let key = |(account, own): &(u32, Node)| (own.persons, own.accounts, std::cmp::Reverse(*account));
    let (root, own) = roots.max_by_key(key)?;
    Some(Subtree {
        root: count.names.text(root).to_string(),
        accounts: own.accounts,
        persons: own.persons,
        levels: own.levels,
        person_levels: own.person_levels,
        team_paid_in: count.team_paid_in(root),
    })
}

fn findings(count: &Count, facts: &Facts) -> Vec<Finding> {
    let counted = FINDING_KEYS
        .iter()
        .map(|&key| Finding { key: key.to_owned(), count: count.findings.get(key).copied().unwrap_or(0) });
    let read = facts.read_findings.iter().map(|(key, &count)| Finding { key: key.clone(), count });
    counted.chain(read).collect()
}

fn finding_rows(count: &Count, facts: &Facts, names: &FileNames<'_>) -> Vec<FindingRow> {
    let counted = count.details.iter().map(|d| FindingRow {
        key: d.key.to_owned(),
        at: names.at(d.table, d.file, d.row),
        account: d.account,
        reason: String::new(),
    });
    facts.read_rows.iter().cloned().chain(counted).take(FINDING_ROWS_MAX).collect()
}
