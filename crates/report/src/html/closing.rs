//! What stands behind the figures: findings, contested questions, method, inputs, limits, how to verify.

use super::ROWS_MAX;
use super::markup::{ask, both, data, due, fold, number as column, p, t, table, text};
use crate::content::{
    LIMITS, MUST, STEPS, commands, contested_rows, finding_words, other_policy, policy_rows, role, source,
};
use crate::report::{Finding, Report, Role, Rows};
use crate::show::{self, bytes, number, yuan_or};
use crate::words::{Both, say};

/// Longest sentence of a rule that is shown whole.
const RULE_MAX: usize = 1_000;

/// The findings of cleaning.
pub fn findings(report: &Report) -> String {
    let (found, zero): (Vec<&Finding>, Vec<&Finding>) = report.findings.iter().partition(|f| f.count != 0);
    let counted = || found.iter().filter(|f| f.key != "orphan_amount");
    let title = if found.is_empty() {
        say("finding.title_none")
    } else {
        say("finding.title")
            .with("kinds", number(counted().count() as i128))
            .with("rows", number(counted().map(|f| f.count).sum::<i128>()))
    };
    let columns = || {
        [
            text("finding.name"),
            text("finding.means"),
            text("finding.does"),
            column("finding.count"),
            text("finding.rows"),
        ]
    };
    let rows = |list: &[&Finding]| list.iter().map(|f| finding_row(report, f)).collect::<Vec<_>>();
    let mut out = format!("<h3 class=claim>{}</h3>", ask(&both(&title), &say("finding.note")));
    if !found.is_empty() {
        out += &table(&columns(), &rows(&found));
    }
    let none = both(&say("finding.zero").with("n", number(zero.len() as i128)));
    out + &fold(&format!("{none} · {}", t("finding.zero_open")), &table(&columns(), &rows(&zero)))
}

fn finding_row(report: &Report, f: &Finding) -> Vec<String> {
    let [name, means, does] = finding_words(&f.key);
    let is_amount = f.key == "orphan_amount";
    let listed =
        if is_amount { say("finding.rows_none") } else { say("finding.rows_text").with("key", &f.key) };
    let amount = report.whole.paid_in.map(|_| f.count);
    let count = if is_amount { yuan_or(amount) } else { number(f.count) };
    vec![both(&name), both(&means), both(&does), count, both(&listed)]
}

/// The contested questions.
pub fn contested(report: &Report) -> String {
    let rows: Vec<Vec<String>> =
        contested_rows(report).iter().map(|row| row.iter().map(both).collect()).collect();
    let columns = [text("contested.question"), text("contested.practice"), text("contested.here")];
    let other = say("contested.other").with("policy", &report.policy.id).with("other", other_policy(report));
    p("", &say("contested.intro")) + &table(&columns, &rows) + &p("soft", &other)
}

/// Method, policy, law, and what an expert opinion has to state.
pub fn method(report: &Report) -> String {
    let steps: String = STEPS.iter().map(|key| format!("<li>{}</li>", t(key))).collect();
    let policy: String = policy_rows(report)
        .iter()
        .map(|(name, value)| format!("<dt>{}</dt><dd>{}</dd>", both(name), both(value)))
        .collect();
    let rules: Vec<Vec<String>> = report
        .law
        .rules
        .iter()
        .take(ROWS_MAX)
        .map(|r| {
            vec![
                format!(
                    "{}<small class=rule>{}</small>",
                    both(&Both::new(show::short(&r.zh, RULE_MAX), show::short(&r.en, RULE_MAX))),
                    data(&r.id)
                ),
                data(&source(&r.source)),
                format!("<span class=day>{}</span>", data(&r.date)),
            ]
        })
        .collect();
    let columns = [text("method.sentence"), text("method.source"), text("method.date")];
    let must: Vec<Vec<String>> =
        MUST.iter().map(|key| vec![t(&format!("must.{key}")), t(&format!("must.{key}_where"))]).collect();
    format!(
        "<h3>{}</h3><ol>{steps}</ol><h3>{}</h3><dl class=facts>{policy}</dl><h3>{}</h3>{}{}{}",
        t("method.steps"),
        both(&say("policy.title").with("policy", &report.policy.id)),
        t("method.law"),
        p("soft", &say("method.law_note")),
        table(&columns, &rules),
        fold(&t("method.must"), &table(&[text("method.must_item"), text("method.must_where")], &must)),
    )
}

/// All rows of a table: their sum, and whether it is what it must be.
fn sums(report: &Report) -> String {
    let mut out = String::new();
    for role in [Role::Members, Role::Ledger] {
        let rows: Vec<&Rows> =
            report.inputs.iter().filter(|i| i.role == role).filter_map(|i| i.rows.as_ref()).collect();
        if rows.is_empty() {
            continue;
        }
        let sum = |pick: fn(&Rows) -> u64| rows.iter().map(|r| pick(r)).sum::<u64>();
        let (read, accepted, rejected) = (sum(|r| r.read), sum(|r| r.accepted), sum(|r| r.rejected));
        let (duplicate, superseded) = (sum(|r| r.duplicate), sum(|r| r.superseded));
        let text = self::role(role).and(Both::new("：", "–")).and(
            say("input.sum")
                .with("read", number(read))
                .with("accepted", number(accepted))
                .with("rejected", number(rejected))
                .with("duplicate", number(duplicate))
                .with("superseded", number(superseded)),
        );
        out += &p("", &text);
        if accepted + rejected + duplicate + superseded != read {
            out += &due(&say("input.sum_bad"));
        }
    }
    out
}

/// The input files with their hashes.
pub fn inputs(report: &Report) -> String {
    let rows: Vec<Vec<String>> = report
        .inputs
        .iter()
        .take(2 * ROWS_MAX)
        .map(|i| {
            let of = |pick: fn(&Rows) -> u64| i.rows.as_ref().map_or_else(String::new, |r| number(pick(r)));
            vec![
                both(&role(i.role)),
                format!("<span class=id>{}</span><code class=sha>{}</code>", data(&i.name), data(&i.sha256)),
                data(&i.format),
                bytes(i.bytes),
                of(|r| r.read),
                of(|r| r.accepted),
                of(|r| r.rejected),
                of(|r| r.duplicate),
                of(|r| r.superseded),
            ]
        })
        .collect();
    let mut name = text("input.name").means(say("input.from"));
    name.head = name.head.and(Both::new("、", "and")).and(say("input.sha"));
    let columns = [
        text("input.role"),
        name,
        text("input.format"),
        column("input.size"),
        column("input.read"),
        column("input.accepted"),
        column("input.rejected"),
        column("input.duplicate"),
        column("input.superseded"),
    ];
    let mut out = sums(report) + &table(&columns, &rows);
    if report.inputs.len() > rows.len() {
        let more = say("page.more")
            .with("shown", number(rows.len() as i128))
            .with("all", number(report.inputs.len() as i128))
            .with("file", "`report.xlsx`");
        out += &p("soft", &more);
    }
    out
}

/// What the data cannot show.
pub fn limits(report: &Report) -> String {
    let item = |key: &&str| format!("<li>{}</li>", both(&say(key).with("zone", &report.timezone)));
    p("", &say("limit.intro")) + "<ul>" + &LIMITS.iter().map(item).collect::<String>() + "</ul>"
}

/// How to verify.
pub fn verify(report: &Report) -> String {
    let commands: String = commands(report)
        .iter()
        .map(|(command, key)| format!("<dt><code>{}</code></dt><dd>{}</dd>", data(command), t(key)))
        .collect();
    format!("{}<dl class=commands>{commands}</dl>{}", p("", &say("verify.intro")), p("", &say("verify.hash")))
}
