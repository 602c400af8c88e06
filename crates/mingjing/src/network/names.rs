//! The Chinese names of figures, as the glossary has them, and texts in columns on a terminal.

use mingjing_model::money::yuan_text;
use mingjing_network::figures::Thresholds;
use mingjing_results::outline::columns;

/// Figures of an account or a person: column and name.
const FIGURES: [(&str, &str); 19] = [
    ("person", "所属人"),
    ("depth", "所在级"),
    ("directs", "直接下线账号数"),
    ("accounts", "账号数"),
    ("persons", "人数"),
    ("levels", "层级"),
    ("person_levels", "按人层级"),
    ("direct_persons", "直接发展人数"),
    ("paid_in", "缴纳金额"),
    ("bonus", "奖金"),
    ("withdrawn", "提现金额"),
    ("team_paid_in", "范围入金"),
    ("team_paid_in_others", "范围入金中他人缴纳"),
    ("net", "净额"),
    ("floor_met", "是否达到{floor_persons}人{floor_levels}级"),
    ("floor_met_on", "达到{floor_persons}人{floor_levels}级之日"),
    ("grave_persons", "是否达到{grave_persons}人"),
    ("grave_amount", "范围入金是否达到{grave_amount}元"),
    ("grave_amount_others", "他人缴纳是否达到{grave_amount}元"),
];

/// Figures of a whole network in the order in which they are told: key and name.
const WHOLE: [(&str, &str); 48] = [
    ("persons", "人数"),
    ("person_levels", "按人层级"),
    ("levels", "按账号层级"),
    ("accounts", "账号数"),
    ("roots", "顶层账号数"),
    ("persons_meeting_floor", "范围达到{floor_persons}人{floor_levels}级的人数"),
    ("accounts_meeting_floor", "范围达到{floor_persons}人{floor_levels}级的账号数"),
    ("first_floor_met_on", "首次有人的范围达到之日"),
    ("floor_persons_reached_on", "全部数据达到{floor_persons}人之日"),
    ("persons_meeting_grave_persons", "范围达到{grave_persons}人的人数"),
    ("accounts_meeting_grave_persons", "范围达到{grave_persons}人的账号数"),
    ("grave_persons_reached_on", "全部数据达到{grave_persons}人之日"),
    ("persons_meeting_grave_amount", "范围入金达到{grave_amount}元的人数"),
    ("persons_meeting_grave_amount_others", "不计本人缴纳仍达到的人数"),
    ("paid_in", "入金（元）"),
    ("paid_in_net", "入金，扣除已冲正原行（元）"),
    ("bonus", "入账奖金（元）"),
    ("bonus_net", "入账奖金，扣除已冲正原行（元）"),
    ("withdrawn", "提现（元）"),
    ("withdrawn_net", "提现，扣除已冲正原行（元）"),
    ("net_basis", "净额依据"),
    ("retained", "留存（元）"),
    ("paid_in_within_30_days", "加入后30日内的入金（元）"),
    ("paid_in_within_30_days_share", "加入后30日内的入金占比"),
    ("spread", "个人净额"),
    ("spread.persons_at_loss", "净额为负的人数"),
    ("spread.sum_of_losses", "负净额合计（元）"),
    ("spread.sum", "全部净额合计（元）"),
    ("spread.median", "净额中位数（元）"),
    ("spread.deciles.10", "净额第1十分位（元）"),
    ("spread.deciles.20", "净额第2十分位（元）"),
    ("spread.deciles.30", "净额第3十分位（元）"),
    ("spread.deciles.40", "净额第4十分位（元）"),
    ("spread.deciles.50", "净额第5十分位（元）"),
    ("spread.deciles.60", "净额第6十分位（元）"),
    ("spread.deciles.70", "净额第7十分位（元）"),
    ("spread.deciles.80", "净额第8十分位（元）"),
    ("spread.deciles.90", "净额第9十分位（元）"),
    ("bonus_gini", "奖金集中度（基尼系数）"),
    ("bonus_top_percent", "得奖金最多的百分之一人员所得（元）"),
    ("bonus_top_percent_share", "得奖金最多的百分之一人员所得占比"),
    ("dropped_accounts", "被政策排除的账号数"),
    ("dropped_paid_in", "被排除账号的入金（元）"),
    ("accounts_after_cutoff", "截止日后加入的账号数"),
    ("system_accounts", "系统账号数"),
    ("persons_without_system", "人数，不含系统账号"),
    ("accounts_without_system", "账号数，不含系统账号"),
    ("paid_in_without_system", "入金，不含系统账号（元）"),
];

fn filled(text: &str, t: &Thresholds) -> String {
    text.replace("{floor_persons}", &t.floor_persons.to_string())
        .replace("{floor_levels}", &t.floor_levels.to_string())
        .replace("{grave_persons}", &t.grave_persons.to_string())
        .replace("{grave_amount}", &round(t.grave_amount.into()))
}

/// Yuan of an amount in fen, in 万 where it is a whole number of those.
pub fn round(fen: i128) -> String {
    match fen % 1_000_000 {
        0 if fen > 0 => format!("{}万", fen / 1_000_000),
        _ => yuan_text(fen),
    }
}

/// The name of a figure of an account or a person; its key if it has none.
pub fn figure(key: &str, thresholds: &Thresholds) -> String {
    FIGURES.iter().find(|(own, _)| *own == key).map_or(key.to_owned(), |(_, name)| filled(name, thresholds))
}

/// Place in the order of telling, and name, of a figure of a whole network.
pub fn whole(key: &str, thresholds: &Thresholds) -> (usize, String) {
    match WHOLE.iter().position(|(own, _)| *own == key) {
        Some(at) => (at, filled(WHOLE[at].1, thresholds)),
        None => (WHOLE.len(), key.to_owned()),
    }
}

/// A text filled up with blanks behind.
pub fn left(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// A text filled up with blanks before.
pub fn right(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(columns(text))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law;

    #[test]
    fn the_names_are_those_of_the_glossary() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/glossary.md");
        let glossary = std::fs::read_to_string(path).unwrap();
        for (key, _) in FIGURES.iter().filter(|(key, _)| *key != "person") {
            let line = format!("| `{key}` | {} |", figure(key, &law::thresholds()));
            assert!(glossary.contains(&line), "{line}");
        }
    }

    #[test]
    fn amounts_are_round_only_where_they_are() {
        assert_eq!(round(250_000_000), "250万");
        assert_eq!(round(250_000_001), "2500000.01");
        assert_eq!(round(0), "0.00");
    }

    #[test]
    fn columns_count_wide_characters_twice() {
        assert_eq!((left("人数", 6), right("人", 3)), ("人数  ".to_owned(), " 人".to_owned()));
    }
}
