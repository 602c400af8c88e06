//! What both documents say alike: the sentences of a report that depend on its policy, its law and its basis.

use crate::report::{Law, Person, PersonMoney, Report, Role, SubjectFigures};
use crate::show::{self, number};
use crate::words::{Both, find, say};

/// A sentence with the thresholds of the law filled in.
pub fn law(key: &str, law: &Law) -> Both {
    let amount = show::money(law.grave_amount);
    let round = |text: &str| text.replace(".00 ", " ").replacen("0 million", " million", 1);
    let english = if amount.en.contains(".50 ") { round(&amount.en) } else { amount.en.replace(".00 ", " ") };
    say(key)
        .with("floor_persons", show::number(law.floor_persons))
        .with("floor_levels", show::number(law.floor_levels))
        .with("grave_persons", show::number(law.grave_persons))
        .with("grave_amount", Both::new(round(&amount.zh), english))
}

/// What money out is called on the basis of the run.
pub fn out_name(report: &Report) -> &'static str {
    if report.whole.basis_out == Some(true) { "figure.out_withdrawn" } else { "figure.out_bonus" }
}

/// Money that the growth curve does not show, if there is any.
pub fn money_beside(report: &Report) -> Option<Both> {
    let g = &report.growth;
    let is_any = report.whole.paid_in.is_some() && (g.money_in_beside, g.money_out_beside) != (0, 0);
    let text = say("growth.money_beside")
        .with("in", show::money(g.money_in_beside))
        .with("out", say(out_name(report)))
        .with("n", show::money(g.money_out_beside));
    is_any.then_some(text)
}

/// The policy and the last day counted, in one line: what every figure below depends on.
pub fn scope(report: &Report) -> Both {
    let policy = &report.policy;
    let comma = || Both::new("，", ",");
    let mut rules = say(if policy.placement { "policy.placement" } else { "policy.referral" });
    rules = rules.and_close(comma()).and(say(if policy.paid_only {
        "policy.accounts_paid"
    } else {
        "policy.accounts_all"
    }));
    for (kept, key) in [(policy.with_system, "policy.system"), (policy.with_consumers, "policy.consumers")] {
        if !kept {
            rules = rules.and_close(comma()).and(say("policy.dropped_of").with("what", say(key)));
        }
    }
    let cutoff = match policy.cutoff {
        Some(day) => say("top.cutoff").with("day", show::day(Some(day))),
        None => say("top.no_cutoff"),
    };
    say("top.scope").with("policy", &policy.id).with("rules", rules).and(cutoff)
}

/// A source as a reader can look it up, without the notes of whoever keeps the rules (`domain.md 1.5`, `[W1]`).
pub fn source(text: &str) -> String {
    let text = text.split("domain.md").next().unwrap_or(text);
    let mut out = String::new();
    for (i, part) in text.split('[').enumerate() {
        match part.split_once(']') {
            Some((mark, rest)) if i > 0 && is_note(mark) => out = out.trim_end().to_owned() + rest,
            _ if i > 0 => out = out + "[" + part,
            _ => out += part,
        }
    }
    out.trim_end_matches(['。', '；', ' ', ',']).to_owned()
}

/// `W1`, `R`, `L12`.
fn is_note(mark: &str) -> bool {
    let mut chars = mark.chars();
    chars.next().is_some_and(|c| c.is_ascii_uppercase()) && chars.all(|c| c.is_ascii_digit())
}

/// Which numbers of the law the position of a subject reaches, by person: name, and is it reached?
pub fn subject_tests(report: &Report, f: &SubjectFigures) -> Vec<(Both, bool)> {
    let test = |key: &str, met: bool| (law(key, &report.law), met);
    let mut tests = vec![test("test.floor", f.floor_met), test("test.grave_persons", f.person.grave_persons)];
    if let Some(money) = &f.person.money {
        tests.push(test("subject.grave_own", money.grave_amount));
        tests.push(test("subject.grave_others", money.grave_amount_others));
    }
    tests
}

/// Money withdrawn, where the ledger records withdrawals at all; without such rows it is not known, and never 0.
pub fn withdrawn(report: &Report, fen: Option<i64>) -> Option<i64> {
    fen.filter(|_| report.whole.basis_out == Some(true))
}

/// Where money in was measured.
pub fn boundary_name(report: &Report) -> &'static str {
    match report.policy.orders {
        Some(true) => "figure.boundary_order",
        Some(false) => "figure.boundary_cash",
        None => "figure.boundary_none",
    }
}

/// What net is called on the basis of the run.
pub fn net_name(report: &Report) -> &'static str {
    if report.whole.basis_out == Some(true) { "person.net" } else { "person.net_bonus" }
}

/// Which of the grave numbers the territory reaches.
pub fn grave(report: &Report, person: &Person) -> Vec<Both> {
    let amount = match &person.money {
        Some(PersonMoney { grave_amount_others: true, .. }) => Some("person.grave_amount"),
        Some(PersonMoney { grave_amount: true, .. }) => Some("person.grave_amount_own"),
        _ => None,
    };
    let persons = person.grave_persons.then_some("person.grave_persons");
    persons.into_iter().chain(amount).map(|key| law(key, &report.law)).collect()
}

/// Name, meaning and treatment of a finding.
pub fn finding_words(key: &str) -> [Both; 3] {
    let other = [Both::same(key), say("finding.other"), say("finding.other_does")];
    let known = ["", "_means", "_does"].map(|part| find(&format!("found.{key}{part}")));
    let [Some(name), Some(means), Some(does)] = known else { return other };
    [name, means, does]
}

/// (question, practice, what this run did) of the contested questions.
pub fn contested_rows(report: &Report) -> Vec<[Both; 3]> {
    let (w, policy) = (&report.whole, &report.policy);
    let row = |key: &str, here: Both| {
        [say(&format!("contested.{key}")), say(&format!("contested.{key}_practice")), here]
    };
    let either = |test: bool, yes: &str, no: &str| say(if test { yes } else { no });
    vec![
        row(
            "many",
            say("contested.many_here")
                .with("persons", number(w.persons))
                .with("accounts", number(w.accounts)),
        ),
        row(
            "inactive",
            either(policy.paid_only, "contested.inactive_paid", "contested.inactive_all")
                .with("n", number(w.dropped_accounts)),
        ),
        row("relatives", say("contested.relatives_here")),
        row(
            "consumers",
            either(policy.with_consumers, "contested.consumers_kept", "contested.consumers_dropped"),
        ),
        row("rebate", say("contested.rebate_here")),
        row("tree", either(policy.placement, "contested.tree_placement", "contested.tree_referral")),
    ]
}

/// (name, value) of the counting policy.
pub fn policy_rows(report: &Report) -> Vec<(Both, Both)> {
    let (w, policy) = (&report.whole, &report.policy);
    let kept = |kept: bool| say(if kept { "policy.kept" } else { "policy.dropped" });
    vec![
        (say("policy.tree"), say(if policy.placement { "policy.placement" } else { "policy.referral" })),
        (
            say("policy.accounts"),
            say(if policy.paid_only { "policy.accounts_paid" } else { "policy.accounts_all" }),
        ),
        (say("policy.system"), kept(policy.with_system)),
        (say("policy.consumers"), kept(policy.with_consumers)),
        (
            say("policy.cutoff"),
            policy.cutoff.map_or_else(|| say("policy.no_cutoff"), |day| show::day(Some(day)).into()),
        ),
        (say("policy.boundary"), say(boundary_name(report))),
        (say("policy.dropped_accounts"), number(w.dropped_accounts).into()),
        (say("policy.after_cutoff"), number(w.accounts_after_cutoff).into()),
        (say("policy.effective"), say("policy.effective_text")),
    ]
}

/// Keys of the steps of the method.
pub const STEPS: [&str; 6] =
    ["method.step1", "method.step2", "method.step3", "method.step4", "method.step5", "method.step6"];

/// What an expert opinion has to state, with where it stands: keys below `must`.
pub const MUST: [&str; 18] = [
    "structure",
    "grades",
    "cutoff",
    "persons",
    "relations",
    "both_trees",
    "effective",
    "money",
    "income",
    "join",
    "hashes",
    "tool",
    "filters",
    "dedupe",
    "subjects",
    "bank",
    "differences",
    "limits",
];

/// What a file was read as, in words.
pub fn role(role: Role) -> Both {
    say(match role {
        Role::Members => "input.members",
        Role::Ledger => "input.ledger",
        Role::Mapping => "input.mapping",
        Role::Persons => "input.persons",
    })
}

/// Keys of what the data cannot show.
pub const LIMITS: [&str; 7] = [
    "limit.person",
    "limit.role",
    "limit.plan",
    "limit.money",
    "limit.deleted",
    "limit.times",
    "limit.earlier",
];

/// Commands that check this report, with what each does. They name persons and accounts of this report, so that
/// they run once the two folders are put in.
pub fn commands(report: &Report) -> [(String, &'static str); 4] {
    let subject = report.subjects.iter().find_map(|s| s.found.as_deref());
    let person = subject.map(|s| &s.person).or(report.persons.first()).map_or(1, |p| p.person);
    let account = subject.map(|s| &s.own.account).or(report.branches.lines.first().map(|l| &l.account));
    let account = shell_word(account.map_or("", String::as_str));
    let (policy, other) = (&report.policy.id, other_policy(report));
    let command = |rest: String| format!("mingjing network {rest}");
    [
        (command("verify --out DIR --inputs INPUTS".to_owned()), "verify.verify"),
        (
            command(format!("explain --out DIR --inputs INPUTS --person P{person} --figure persons")),
            "verify.explain",
        ),
        (command(format!("branch --out DIR --account {account} --levels 3")), "verify.branch"),
        (
            command(format!("compare --out DIR --inputs INPUTS --policy {policy} --policy {other}")),
            "verify.compare",
        ),
    ]
}

/// A policy to set beside that of the report: one that can be counted on the same tables.
pub fn other_policy(report: &Report) -> &'static str {
    match report.policy.id.as_str() {
        "main" if report.whole.paid_in.is_some() => "strict",
        "main" => "no-system",
        _ => "main",
    }
}

/// A word for a shell: bare where that is safe, else in single quotes.
fn shell_word(text: &str) -> String {
    if !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c)) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_shown_without_the_notes_of_its_keeper() {
        let cases = [
            ("2013年意见第七条。domain.md 1.5，计算规则6 [W1]", "2013年意见第七条"),
            ("第四条第二项 [W3]；按总额计 [R]。domain.md 1.5", "第四条第二项；按总额计"),
            ("公通字[2013]37号", "公通字[2013]37号"),
        ];
        cases.into_iter().for_each(|(text, shown)| assert_eq!(source(text), shown));
    }

    #[test]
    fn an_account_number_in_a_command_is_one_word() {
        assert_eq!(shell_word("公司号"), "公司号");
        assert_eq!(shell_word("a b'c"), "'a b'\\''c'");
        assert_eq!(shell_word(""), "''");
    }

    #[test]
    fn thresholds_are_said_in_round_words() {
        let rule = Law {
            floor_persons: 30,
            floor_levels: 3,
            grave_persons: 120,
            grave_amount: 250_000_000,
            rules: vec![],
        };
        assert_eq!(law("test.grave_amount", &rule), Both::new("250 万元", "2.5 million yuan"));
    }
}
