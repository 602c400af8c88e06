//! What `analyze` says on the terminal when it is done: the main figures in words and what to look at next.

use super::analyze::Args;
use super::names::round;
use mingjing_model::money::yuan_text;
use mingjing_model::time::day_text;
use mingjing_network::figures::FINDING_KEYS;
use mingjing_results::findings;
use mingjing_results::summary::{Date, Summary};
use std::collections::BTreeSet;
use std::path::Path;

/// The lines, each ended by a line feed.
pub fn said(summary: &Summary, args: &Args, report: &Path) -> String {
    let mut lines = places(summary);
    lines.extend(money(summary));
    let found = found(summary);
    lines.push(match found.is_empty() {
        true => "清洗没有发现问题行".to_owned(),
        false => format!("清洗发现（逐行见 findings.csv）：\n{}", found.join("\n")),
    });
    lines.push("以上是对所处位置的陈述，不是对任何人组织、领导的认定。".to_owned());
    lines.push(format!(
        "下一步：先看 findings.csv；再运行 mingjing network verify --out {} --inputs {}",
        quoted(&args.out),
        folders(args)
    ));
    lines.push(format!("报告：{}", report.display()));
    lines.join("\n") + "\n"
}

fn day(day: &Date) -> String {
    day_text(day.0).unwrap_or_default()
}

fn places(summary: &Summary) -> Vec<String> {
    let (f, t) = (&summary.figures, &summary.thresholds);
    let cutoff = summary.terms.cutoff.as_ref().map_or(String::new(), |on| format!("，截至 {}", day(on)));
    let first = f.first_floor_met_on.as_ref().map_or(String::new(), |on| format!("；最早 {}", day(on)));
    vec![
        format!(
            "计数政策 {}：{} 人（{} 个账号），按人 {} 级（按账号 {} 级），{} 个顶层账号{cutoff}",
            summary.policy.id, f.persons, f.accounts, f.person_levels, f.levels, f.roots
        ),
        format!(
            "范围达到 {} 人且 {} 级的：按人 {} 人，按账号 {} 个{first}",
            t.floor_persons, t.floor_levels, f.persons_meeting_floor, f.accounts_meeting_floor
        ),
        format!(
            "范围达到 {} 人的：{} 人（按账号 {} 个）",
            t.grave_persons, f.persons_meeting_grave_persons, f.accounts_meeting_grave_persons
        ),
    ]
}

/// Nothing without a ledger.
fn money(summary: &Summary) -> Vec<String> {
    let f = &summary.figures;
    let mut lines = Vec::new();
    if let (Some(all), Some(others)) = (f.persons_meeting_grave_amount, f.persons_meeting_grave_amount_others)
    {
        let amount = format!("{}元", round(summary.thresholds.grave_amount.0)).replace("万元", " 万元");
        lines.push(format!("范围入金达到 {amount}的：{all} 人；不计本人缴纳：{others} 人"));
    }
    let (out, name) = match f.net_basis.as_deref() {
        Some("bonus") => (&f.bonus, "入账奖金"),
        _ => (&f.withdrawn, "提现"),
    };
    if let (Some(paid), Some(net), Some(out), Some(kept)) = (&f.paid_in, &f.paid_in_net, out, &f.retained) {
        let [paid, net, out, kept] = [paid, net, out, kept].map(|yuan| yuan_text(yuan.0));
        lines.push(format!(
            "入金 {paid} 元（总额；扣除已冲正原行后 {net} 元），{name} {out} 元，留存 {kept} 元"
        ));
    }
    if let Some(spread) = &f.spread {
        lines.push(format!(
            "净额（提现 − 缴纳金额）为负的 {} 人，合计 {} 元",
            spread.persons_at_loss,
            yuan_text(spread.sum_of_losses.0)
        ));
    }
    lines
}

/// Counts and words of the findings; the key stands last.
fn found(summary: &Summary) -> Vec<String> {
    let words = |key: &'static str| match key {
        // The words of the table of reasons are about one row; this is about the account.
        "conflicting_accounts" => "同号异行账号：同一账号有内容不同的多行，已整行取一",
        key => findings::reason(key).map_or(key, |reason| reason.zh),
    };
    let keys = FINDING_KEYS.iter().copied().chain(["bad_amounts", "bad_times", "rejected_rows"]);
    keys.filter_map(|key| {
        let count = summary.findings.get(key).filter(|count| **count > 0)?;
        Some(format!("  {count:>9}  {}（{key}）", words(key)))
    })
    .collect()
}

/// The folders of the inputs, that of the first member table first.
fn folders(args: &Args) -> String {
    let mut met = BTreeSet::new();
    let all = args.members.iter().chain(&args.ledger).map(|file| match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    });
    let all: Vec<String> = all.filter(|folder| met.insert(folder.to_owned())).map(quoted).collect();
    all.join(" ")
}

/// A path as it can be typed into a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+:=@%\\".contains(c);
    match text.chars().all(is_plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_blanks_or_quotes_can_be_typed() {
        assert_eq!(quoted(Path::new("案件/结果.1")), "案件/结果.1");
        assert_eq!(quoted(Path::new("a b's")), "'a b'\\''s'");
    }
}
