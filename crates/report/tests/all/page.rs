//! What the page says and how it says it.

use crate::scheme::{Money, bare, facts, scheme};
use mingjing_network::forest::ROOT;
use mingjing_report::render_html;
use mingjing_report::report::{Facts, Grounds, Report, SubjectFacts};

fn page(money: Money) -> String {
    render_html(&Report::from_count(&scheme(money), facts()))
}

/// The texts of one language, without markup of the other.
fn spoken(page: &str, other: &str) -> String {
    let opening = format!("<span lang={other}>");
    let mut parts = page.split(&opening);
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        // No markup but <code>, <b>, <small> inside: the first closing span ends it.
        out += part.split_once("</span>").unwrap().1;
    }
    out
}

#[test]
fn the_page_is_one_file_that_asks_nothing_of_the_network() {
    let page = page(Money::Out);
    for outside in ["http://", "https://", "src=", "@import", "url(", "<link", "<iframe", "fetch("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.starts_with("<!doctype html>\n<html lang=zh-CN"));
    assert!(page.len() < 2_000_000, "{}", page.len());
}

#[test]
fn every_element_that_opens_is_closed() {
    let page = page(Money::Out);
    for name in ["details", "summary", "section", "table", "tr", "div", "span", "dl", "ul", "article", "svg"]
    {
        let open = page.matches(&format!("<{name}>")).count() + page.matches(&format!("<{name} ")).count();
        assert_eq!(open, page.matches(&format!("</{name}>")).count(), "{name}");
    }
}

#[test]
fn every_sentence_stands_in_both_languages_and_none_is_a_bare_key_or_blank() {
    for money in [Money::Out, Money::Bonus, Money::None] {
        let page = page(money);
        assert_eq!(page.matches("lang=zh>").count(), page.matches("lang=en>").count());
        let body = page.split_once("</style>").unwrap().1.split_once("<script>").unwrap().0;
        let body = body.replace("growth.csv", "");
        for group in
            ["page", "top", "figure", "test", "level", "growth", "money", "person", "finding", "must"]
        {
            assert!(!body.contains(&format!(">{group}.")), "{group}");
        }
        for blank in ["{n}", "{floor_", "{grave_", "{persons}", "{account}", "{policy}", "{day}", "{key}"] {
            assert!(!body.contains(blank), "{blank}");
        }
    }
}

#[test]
fn headline_figures_are_those_of_the_count() {
    let count = scheme(Money::Out);
    let page = page(Money::Out);
    let w = &count.whole;
    assert!(w.persons > 1_500 && w.accounts == 2_000 && w.person_levels > 5, "{w:?}");
    let grouped = |n: u64| format!("{},{:03}", n / 1_000, n % 1_000);
    assert!(page.contains(&format!("<b>{}</b>", grouped(w.persons))));
    assert!(page.contains(&format!("另按账号计 {} 个", grouped(w.accounts))));
    assert!(page.contains(&format!("{} 人的范围达到 30 人 3 级", w.persons_meeting_floor)));
    let row = format!("<span class=id>{}</span>", "M000001");
    assert!(page.contains(&row), "the widest account is listed");
}

#[test]
fn nobody_is_called_an_organiser_but_where_the_page_denies_or_quotes_it() {
    let page = spoken(&page(Money::Out), "en");
    for (at, _) in page.match_indices("领导") {
        let before: String =
            page[..at].chars().rev().take(24).collect::<Vec<_>>().into_iter().rev().collect();
        let said = ["不认定", "不表示", "应当对", "组织、", "《关于办理组织"]
            .iter()
            .any(|word| before.contains(word));
        assert!(said, "{before}");
    }
}

#[test]
fn by_credited_bonus_nothing_is_called_loss_or_gain() {
    let page = page(Money::Bonus);
    let zh = spoken(&page, "en");
    assert!(zh.contains("<h2><span lang=zh>按入账奖金"), "the section bears the name of its basis");
    let denied = zh.replace("不称亏损或者获利", "");
    for word in ["亏损", "获利", "净额为负", "个人净额"] {
        assert!(!denied.contains(word), "{word}");
    }
    assert!(!spoken(&page, "zh").contains("Net by person"));
}

#[test]
fn without_a_ledger_money_is_empty_and_never_zero() {
    let page = page(Money::None);
    assert!(page.contains("没有流水，资金数字一律为空"));
    assert!(!page.contains(".00<") && !page.contains(".00 元"));
    assert!(!page.contains("id=spread"));
}

#[test]
fn what_is_in_the_data_cannot_become_markup() {
    let evil = "<script>alert('x')</script>\"><img onerror=1>";
    let parent: Vec<u32> = std::iter::once(ROOT).chain([0; 3]).chain(vec![1; 40]).collect();
    let count = bare(parent, |i| format!("{evil}{i:04}"));
    let given = facts();
    let mut inputs = given.inputs.clone();
    inputs[0].name = evil.to_owned();
    let facts = Facts {
        title: evil.to_owned(),
        tool: evil.to_owned(),
        inputs,
        grounds: Grounds::Case {
            number: evil.to_owned(),
            basis: evil.to_owned(),
            purpose: evil.to_owned(),
            approver: evil.to_owned(),
            retain_until: evil.to_owned(),
        },
        subjects: vec![
            SubjectFacts { account: format!("{evil}0001"), ..SubjectFacts::default() },
            SubjectFacts { account: evil.to_owned(), ..SubjectFacts::default() },
        ],
        ..given
    };
    let page = render_html(&Report::from_count(&count, facts));
    assert_eq!(page.matches("<script").count(), 1, "only the page's own");
    assert!(!page.contains("<img"));
    assert!(page.matches("&lt;script&gt;alert(&#39;x&#39;)").count() > 40);
}

#[test]
fn identity_numbers_are_nowhere_in_the_page() {
    assert!(!page(Money::Out).contains("ID000"));
}

#[test]
fn a_subject_has_figures_rows_or_the_reason_why_not() {
    let page = page(Money::Out);
    assert!(page.contains("账号 M000003（编号 P3）"));
    assert!(page.contains("<code>members.csv</code> 4"));
    assert!(page.contains("流水：57 行"));
    assert!(page.contains("计数后的账号中没有 M77"));
}

#[test]
fn the_same_count_gives_the_same_page() {
    assert_eq!(page(Money::Out), page(Money::Out));
}

#[test]
fn a_report_survives_being_written_and_read_as_json() {
    let report = Report::from_count(&scheme(Money::Out), facts());
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
}

#[test]
fn a_subject_has_all_that_an_expert_opinion_states_of_one_account() {
    let count = scheme(Money::Out);
    let report = Report::from_count(&count, facts());
    let found = report.subjects[0].found.as_ref().unwrap();
    let page = spoken(&render_html(&report), "en");
    let part = page.split_once("id=subjects").unwrap().1.split_once("</article>").unwrap().0;
    let names = [
        "人数（含本人）",
        "级数（含本级）",
        "持有账号",
        "直接下线",
        "加入日期",
        "上线账号",
        "会员行",
        "范围入金（元）",
        "其中他人缴纳",
        "范围入金，不含本账号",
        "本人缴纳（元）",
        "本人奖金（元）",
        "本人提现（元）",
        "净额：提现 − 缴纳金额（元）",
        "250 万元（含本人缴纳）",
        "250 万元（不计本人缴纳）",
        "均为总额",
        "流水：57 行",
    ];
    names.into_iter().for_each(|name| assert!(part.contains(name), "{name}"));
    let own = &found.own;
    let account = count.names.find("M000003").unwrap() as usize;
    assert_eq!(own.joined, Some(count.joined[account]));
    assert_eq!(own.team_paid_in, count.team_paid_in(account as u32));
    assert!(own.team_paid_in.is_some());
    assert!(found.first_joined <= own.joined);
}

#[test]
fn a_position_held_by_a_system_account_is_marked_and_counted() {
    let count = scheme(Money::Out);
    let report = Report::from_count(&count, facts());
    assert_eq!(report.systems_meeting_floor, 1);
    let marked: Vec<&str> = report.persons.iter().filter(|p| p.system).map(|p| p.account.as_str()).collect();
    assert_eq!(marked, ["M000001"]);
    let page = spoken(&render_html(&report), "en");
    assert!(page.contains("其中 1 个位置由声明的系统账号"));
    assert_eq!(page.matches("<small class=system>").count(), 1);
    assert!(page.contains(&format!("不含系统账号 {},", count.whole.persons_without_system / 1_000)));
}

#[test]
fn the_top_names_policy_and_last_day_counted() {
    assert!(page(Money::Out).contains("计数政策 main：推荐关系，全部账号。计入全部日期。"));
    let mut count = scheme(Money::Out);
    count.policy.with_consumers = false;
    let facts = Facts { cutoff: Some(18_262), ..facts() };
    let page = render_html(&Report::from_count(&count, facts));
    assert!(page.contains("全部账号，排除纯消费者。截至 2020-01-01（含当日，北京时间）。"));
}

#[test]
fn commands_name_persons_and_accounts_of_this_report() {
    let page = spoken(&page(Money::Out), "en");
    for command in [
        "network verify --out DIR --inputs INPUTS",
        "network explain --out DIR --inputs INPUTS --person P3 --figure persons",
        "network branch --out DIR --account M000003 --levels 3",
        "network compare --out DIR --inputs INPUTS --policy main --policy strict",
    ] {
        assert!(page.contains(&format!("<code>mingjing {command}</code>")), "{command}");
    }
}

#[test]
fn where_only_accounts_reach_the_floor_the_page_says_that_the_conclusions_differ() {
    // The whole reaches it by both ways of counting; a single position by accounts alone.
    let parent: Vec<u32> = std::iter::once(ROOT).chain(0..9).chain(vec![9; 28]).collect();
    let mut count = bare(parent, |i| format!("A{i:02}"));
    count.whole.accounts_meeting_floor = 8;
    count.whole.persons_meeting_floor = 0;
    let page = render_html(&Report::from_count(&count, facts()));
    let part = page.split_once("id=tests").unwrap().1.split_once("</article>").unwrap().0;
    assert!(part.contains("按人与按账号的结论不同"));
    assert!(
        part.contains("列 <code>accounts, levels</code>"),
        "the floor by accounts rests on these columns"
    );
}
