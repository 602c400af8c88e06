//! Summary, csv files, exports and outline: what a person reads.

use crate::all::build::{Dice, FLOOR, TOOL, count};
use mingjing_network::details::Details;
use mingjing_network::figures::{
    Boundary, DayFlow, FINDING_KEYS, Finding, NetBasis, Spread, Table, Terms, Whole,
};
use mingjing_network::forest::ROOT;
use mingjing_results::branches::{self, Branches};
use mingjing_results::findings::{self, Candidate, Files, FindingRow, REASONS, RowFinding};
use mingjing_results::outline::{Language, outline};
use mingjing_results::series::{self, Growth, Level};
use mingjing_results::stage::Stage;
use mingjing_results::summary::{About, Date, Grounds, Input, Share, Summary, Yuan};
use mingjing_results::{Error, export};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn made(dir: &Path, fill: impl FnOnce(&Stage) -> Result<(), Error>) -> PathBuf {
    let stage = Stage::begin(&dir.join("out"), true).unwrap();
    stage.create("made-for-a-test").unwrap();
    fill(&stage).unwrap();
    stage.commit().unwrap()
}

fn terms(count: &mingjing_network::count::Count) -> Terms {
    Terms {
        policy: count.policy.clone(),
        thresholds: FLOOR,
        cutoff: Some(18_443),
        boundary: None,
        system_accounts: vec!["M00000000".into()],
        confirmed: vec![("M00000001".into(), "甲".into())],
    }
}

fn whole() -> Whole {
    let flow = |joins, money_in, bonus, out| DayFlow { joins, money_in, bonus, out };
    Whole {
        accounts: 6,
        persons: 5,
        accounts_per_depth: vec![1, 3, 2],
        persons_per_depth: vec![1, 3, 1],
        days: BTreeMap::from([
            (None, flow(1, 700, 0, 0)),
            (Some(18_413), flow(1, 100, 10, 1)),
            (Some(18_442), flow(2, 200, 20, 2)),
            (Some(18_443), flow(2, 300, 30, 3)),
        ]),
        paid_in: Some(1_300),
        paid_in_within_30_days: Some(433),
        bonus: Some(60),
        bonus_top_percent: Some(40),
        bonus_gini_millionths: Some(612_345),
        net_basis: Some(NetBasis::Out),
        spread: Some(Spread {
            persons_at_loss: 4,
            sum_of_losses: -1_294,
            sum: -1_294,
            median: -100,
            deciles: [-700, -300, -200, -100, -100, -94, 0, 0, 0],
        }),
        first_floor_met_on: Some(18_443),
        ..Whole::default()
    }
}

#[test]
fn a_summary_comes_back_with_its_money_as_text() {
    let dir = tempfile::tempdir().unwrap();
    let mut count = Dice(11).count(30, true);
    count.whole = whole();
    count.findings.insert("orphan_amount", 123_456);
    count.findings.insert("self_referrals", 2);
    let terms = terms(&count);
    let input = Input {
        table: "members".into(),
        name: "会员.csv".into(),
        bytes: 10,
        sha256: "00".repeat(32),
        format: "csv".into(),
        encoding: Some("GB18030".into()),
        rows_read: 34,
        rows_accepted: 30,
        rows_rejected: 1,
        rows_duplicate: 2,
        rows_superseded: 1,
    };
    let about = About {
        tool: TOOL,
        grounds: Grounds::Case {
            number: "筑市监案〔2026〕1号".into(),
            basis: "《禁止传销条例》第十四条".into(),
            purpose: "查明层级与人数".into(),
            approver: "张*".into(),
            retain_until: Date(21_000),
        },
        terms: &terms,
        boundary: Some(Boundary::Cash),
        inputs: vec![input],
        reading: BTreeMap::from([("bad_amounts".to_owned(), 1)]),
    };
    let summary = Summary::of(&count, &about);
    let out = made(dir.path(), |stage| summary.write(stage));
    assert_eq!(Summary::read(&out).unwrap(), summary);
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out.join("summary.json")).unwrap()).unwrap();
    assert_eq!(json["figures"]["paid_in"], "13.00");
    assert_eq!(json["figures"]["paid_in_within_30_days_share"], "0.333077");
    assert_eq!(json["figures"]["bonus_gini"], "0.612345");
    assert_eq!(json["figures"]["spread"]["deciles"][0], "-7.00");
    assert_eq!(json["figures"]["first_floor_met_on"], "2020-06-30");
    assert_eq!(json["figures"]["withdrawn"], serde_json::Value::Null);
    assert_eq!(json["orphan_amount"], "1234.56");
    assert_eq!(json["terms"]["boundary"], "cash");
    assert_eq!(json["grounds"]["case"]["retain_until"], "2027-07-01");
    assert_eq!(json["findings"]["self_referrals"], 2);
    assert_eq!(json["findings"]["bad_amounts"], 1);
    assert_eq!(json["findings"]["cycles"], 0);
    assert_eq!(json["findings"].get("orphan_amount"), None);
    assert_eq!(summary.figures.bonus_top_percent_share, Some(Share(666_667)));
    assert_eq!(summary.thresholds.grave_amount, Yuan(250_000_000));
}

#[test]
fn a_summary_of_another_version_or_cut_short_is_called_so() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("summary.json"), "{\"format\": 2}").unwrap();
    let error = Summary::read(dir.path()).unwrap_err();
    assert!(error.to_string().contains("version 2, not 1") && !error.is_users(), "{error}");
    fs::write(dir.path().join("summary.json"), "{\"format\": 1,").unwrap();
    let error = Summary::read(dir.path()).unwrap_err();
    assert!(error.to_string().contains("summary.json"), "{error}");
    let error = Summary::read(&dir.path().join("none")).unwrap_err();
    assert!(matches!(error, Error::Missing(..)) && error.is_users(), "{error}");
}

#[test]
fn levels_and_growth_come_back_and_unknown_times_stand_last() {
    let dir = tempfile::tempdir().unwrap();
    let out = made(dir.path(), |stage| series::write(stage, &whole()));
    let levels = series::read_levels(&out).unwrap();
    assert_eq!(levels[1], Level { depth: 2, accounts: 3, persons: 3 });
    assert_eq!(levels, series::levels(&whole()));
    let text = fs::read_to_string(out.join("growth.csv")).unwrap();
    let expected = "\u{feff}day,joins,money_in,bonus,out,accounts_cumulative\n\
        2020-05-31,1,1.00,0.10,0.01,1\n2020-06-29,2,2.00,0.20,0.02,3\n2020-06-30,2,3.00,0.30,0.03,5\n\
        ,1,7.00,0.00,0.00,6\n";
    assert_eq!(text, expected);
    assert_eq!(series::read_growth(&out, false).unwrap(), series::days(&whole()));
    let months = series::read_growth(&out, true).unwrap();
    let june =
        Growth { period: "2020-06".into(), joins: 4, money: Some([500, 50, 5]), accounts_cumulative: 5 };
    assert_eq!((months.len(), &months[1]), (3, &june));
    let without = Whole { paid_in: None, ..whole() };
    fs::remove_dir_all(out).unwrap();
    let out = made(dir.path(), |stage| series::write(stage, &without));
    assert_eq!(series::read_growth(&out, false).unwrap()[0].money, None);
}

#[test]
fn findings_name_file_row_and_reason_and_mask_what_is_personal() {
    let dir = tempfile::tempdir().unwrap();
    let mut count = Dice(11).count(30, true);
    let found =
        |key, table, row, account: &str| Finding { key, table, file: 0, row, account: account.into() };
    count.details = Details::from_findings(&[
        found("self_referrals", Table::Members, 7, "M,\"1\"\n"),
        found("negative_amounts", Table::Ledger, 9, "会员甲"),
    ]);
    let reading = |key, field, value, reason| RowFinding {
        key,
        table: Table::Ledger,
        file: "流水.xlsx",
        row: 12,
        account: "M2",
        field,
        value,
        reason_zh: if key == "rejected_rows" { "栏数不符" } else { "" },
        reason,
    };
    let rows = [
        reading("bad_amounts", "amount", "一千", "not an amount"),
        reading("rejected_rows", "", "", "ragged_row"),
        reading("odd_rows", "identity", "52011519900101001X", "too many fields"),
    ];
    let files = Files { members: vec!["会员.csv".into()], ledger: vec!["流水.xlsx".into()] };
    let out = made(dir.path(), |stage| findings::write(stage, &count, &files, rows));
    let read: Vec<FindingRow> = findings::read(&out).unwrap().map(Result::unwrap).collect();
    let brief: Vec<_> = read
        .iter()
        .map(|f| (&*f.finding, &*f.table, &*f.file, f.row, &*f.account, &*f.value, &*f.reason_zh))
        .collect();
    let expected = [
        ("negative_amounts", "ledger", "流水.xlsx", 9, "会员甲", "", "非冲正流水的金额为负，单列不计"),
        ("self_referrals", "members", "会员.csv", 7, "M,\"1\"\n", "", "推荐人是账号本身，按顶层账号计"),
        ("bad_amounts", "ledger", "流水.xlsx", 12, "M2", "一千", "金额无法识别，该行不计"),
        ("rejected_rows", "ledger", "流水.xlsx", 12, "M2", "", "栏数不符"),
        ("odd_rows", "ledger", "流水.xlsx", 12, "M2", "****001X", "too many fields"),
    ];
    assert_eq!(brief, expected);
    assert_eq!(read[2].reason_en, "not an amount");
    assert!(!fs::read_to_string(out.join("findings.csv")).unwrap().contains("52011519900101001X"));
}

#[test]
fn every_finding_has_words_in_both_languages_and_none_calls_anyone_guilty() {
    for key in FINDING_KEYS {
        assert!(findings::reason(key).is_some(), "{key}");
    }
    for reason in &REASONS {
        assert!(!reason.zh.is_empty() && reason.en.is_ascii(), "{}", reason.key);
        for word in ["组织者", "领导者", "罪", "骗"] {
            assert!(!reason.zh.contains(word), "{}", reason.key);
        }
    }
}

#[test]
fn candidates_are_masked_and_written_only_if_there_are_any() {
    let dir = tempfile::tempdir().unwrap();
    let out = made(dir.path(), |stage| findings::write_candidates(stage, []));
    assert!(!out.join("candidates.csv").exists());
    assert!(findings::read_candidates(&out).unwrap().is_empty());
    fs::remove_dir_all(out).unwrap();
    let candidate = Candidate { kind: "mobile", group: 1, account: "M1", person: 3, number: "13800001234" };
    let out = made(dir.path(), |stage| findings::write_candidates(stage, [candidate]));
    let text = fs::read_to_string(out.join("candidates.csv")).unwrap();
    assert_eq!(text, "\u{feff}kind,group,account,person,number\nmobile,1,M1,P3,****1234\n");
    assert_eq!(findings::read_candidates(&out).unwrap()[0].number, "****1234");
}

/// A top with three children, the first of which has two.
fn small(dir: &Path) -> Branches {
    let texts: Vec<String> = ["A<&\">", "B会员", "C", "D", "E", "F"].map(String::from).to_vec();
    let paid = [0, 100, 1_000_000, 0, 0, 69_800];
    let count = count(&texts, &[ROOT, 0, 0, 0, 1, 1], &[0, 1, 2, 3, 4, 5], Some(&paid));
    Branches::open(&made(dir, |stage| branches::write(stage, &count))).unwrap()
}

#[test]
fn exports_are_as_the_formats_want_them() {
    let dir = tempfile::tempdir().unwrap();
    let branch = small(dir.path()).branch("A<&\">", 2, 3).unwrap();
    let gexf = export::gexf(&branch);
    assert!(gexf.contains("<node id=\"n0\" label=\"A&lt;&amp;&quot;&gt;\"><attvalues>"), "{gexf}");
    assert!(
        gexf.contains("<attvalue for=\"7\" value=\"10699.00\"/><attvalue for=\"8\" value=\"1\"/>"),
        "{gexf}"
    );
    assert!(gexf.contains("<edge id=\"e1\" source=\"n0\" target=\"n1\"/>"), "{gexf}");
    let graphml = export::graphml(&branch);
    assert!(graphml.contains("<data key=\"account\">A&lt;&amp;&quot;&gt;</data>"), "{graphml}");
    assert!(graphml.contains("<edge id=\"e2\" source=\"n0\" target=\"n2\"/>"), "{graphml}");
}

#[test]
fn an_outline_is_aligned_and_tells_what_it_leaves_out() {
    let dir = tempfile::tempdir().unwrap();
    let branch = small(dir.path()).branch("A<&\">", 2, 3).unwrap();
    let expected = "\
账号        相对级（起点为1）  人数（含本人）             范围入金（元）
A<&\">                       1               6 ██████████        10699.00 ██████████
  B会员 +2                  2               3 ███████▏            699.00 ████████
  C                         2               1 ███▌              10000.00 ██████████
  … 另有 1 个较窄分支
";
    assert_eq!(outline(&branch, Language::Zh), expected);
    let english = outline(&branch, Language::En);
    assert!(english.contains("  … and 1 more narrower branch\n"), "{english}");
}
