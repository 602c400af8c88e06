//! Networks of any shape give a page that a browser can open.

use crate::scheme::{bare, facts};
use mingjing_network::forest::ROOT;
use mingjing_report::render_html;
use mingjing_report::report::{BRANCHES_MAX, Facts, Report, RowAt, SubjectFacts};

fn report(parent: Vec<u32>) -> Report {
    let width = parent.len().to_string().len();
    Report::from_count(&bare(parent, |i| format!("A{i:0width$}")), facts())
}

/// Deepest nesting of the page's `<details>`.
fn nesting(page: &str) -> usize {
    let (mut now, mut most) = (0usize, 0);
    for part in page.split("<details").skip(1) {
        now += 1;
        most = most.max(now);
        now -= part.matches("</details>").count();
    }
    most
}

/// Every account is on a line or counted as "more" or "skipped".
fn check_whole(report: &Report, accounts: u64) {
    let b = &report.branches;
    let drawn = b.lines.len() as u64;
    let more: u64 = b.lines.iter().map(|l| l.more.accounts).sum::<u64>() + b.more_roots.accounts;
    let skipped: u64 = b.lines.iter().map(|l| u64::from(l.skipped)).sum();
    assert_eq!(drawn + more + skipped, accounts);
    assert!(b.lines.len() <= BRANCHES_MAX);
    let page = render_html(report);
    assert!(page.len() < 2_000_000, "{}", page.len());
    assert!(nesting(&page) <= 60, "{}", nesting(&page));
}

#[test]
fn a_star_of_a_million_shows_its_root_and_fifty_leaves() {
    let report = report(std::iter::once(ROOT).chain(std::iter::repeat_n(0, 1_000_000)).collect());
    check_whole(&report, 1_000_001);
    assert_eq!(report.branches.lines.len(), 51);
    assert_eq!(report.branches.lines[0].more.directs, 999_950);
}

#[test]
fn a_chain_of_a_hundred_thousand_is_passed_in_one_step() {
    let report = report(std::iter::once(ROOT).chain(0..99_999).collect());
    check_whole(&report, 100_000);
    assert_eq!(report.branches.lines[1].skipped, 99_998);
    assert!(report.levels.len() <= 60);
    assert_eq!(report.whole.person_levels, 100_000);
}

#[test]
fn a_caterpillar_of_a_hundred_thousand_does_not_nest_without_end() {
    // A spine on which every account has one leaf more: no single line to pass.
    let parent = (0..100_000u32).map(|i| if i == 0 { ROOT } else { (i - 1) / 2 * 2 }).collect();
    check_whole(&report(parent), 100_000);
}

#[test]
fn a_wide_tree_fills_its_lines_with_the_largest_branches() {
    let parent = (0..100_000u32).map(|i| if i == 0 { ROOT } else { (i - 1) / 30 }).collect();
    let report = report(parent);
    check_whole(&report, 100_000);
    assert_eq!(report.branches.lines.len(), BRANCHES_MAX);
    let smallest = report.branches.lines.iter().map(|l| l.accounts).min().unwrap();
    assert!(smallest >= 31, "no leaf is drawn before a branch: {smallest}");
}

#[test]
fn a_hundred_thousand_trees_are_counted_beside_the_ones_drawn() {
    let report = report(vec![ROOT; 100_000]);
    check_whole(&report, 100_000);
    assert_eq!(report.branches.more_roots.directs, 99_950);
}

#[test]
fn the_smallest_network_has_a_page_too() {
    let report = report(vec![ROOT]);
    check_whole(&report, 1);
    assert!(report.persons.is_empty());
}

#[test]
fn names_made_to_swell_the_page_do_not() {
    let name = |i: usize| format!("{i:06}{}", "\"".repeat(400));
    let parent = (0..20_000u32).map(|i| if i == 0 { ROOT } else { (i - 1) / 3 }).collect();
    let given = facts();
    let mut inputs = vec![given.inputs[0].clone(); 500];
    inputs.iter_mut().for_each(|input| input.name = name(0));
    let ledger_at: Vec<RowAt> = (0..500).map(|row| RowAt { file: name(0), row }).collect();
    let subjects: Vec<SubjectFacts> = (0..100)
        .map(|i| SubjectFacts { account: name(i), ledger_rows: 500, ledger_at: ledger_at.clone() })
        .collect();
    let report = Report::from_count(&bare(parent, name), Facts { inputs, subjects, ..given });
    let page = render_html(&report);
    assert!(page.len() < 2_000_000, "{}", page.len());
}
