//! The workbook, read back.

use crate::scheme::{Money, facts, scheme};
use calamine::{Data, Reader, Xlsx, open_workbook};
use mingjing_report::report::Report;
use mingjing_report::write_xlsx;
use std::path::Path;

fn written(report: &Report, path: &Path) -> Xlsx<std::io::BufReader<std::fs::File>> {
    write_xlsx(report, path).unwrap();
    open_workbook(path).unwrap()
}

/// Rows of a sheet.
fn rows(book: &mut Xlsx<std::io::BufReader<std::fs::File>>, name: &str) -> Vec<Vec<Data>> {
    book.worksheet_range(name).unwrap().rows().map(<[Data]>::to_vec).collect()
}

/// The first row that begins with `start`.
fn row_of<'a>(rows: &'a [Vec<Data>], start: &str) -> &'a [Data] {
    rows.iter().find(|row| row[0].to_string().starts_with(start)).unwrap_or_else(|| panic!("no row {start}"))
}

#[test]
fn the_book_has_its_sheets_and_says_what_the_count_says() {
    let folder = tempfile::tempdir().unwrap();
    let count = scheme(Money::Out);
    let report = Report::from_count(&count, facts());
    let mut book = written(&report, &folder.path().join("report.xlsx"));
    let names = [
        "概要",
        "层级",
        "增长",
        "达标人员",
        "清洗发现",
        "方法与限制",
        "输入文件",
        "发现逐行",
        "对象 M000003",
        "对象 M77",
    ];
    assert_eq!(book.sheet_names(), names);

    let summary = rows(&mut book, "概要");
    let people = row_of(&summary, "参与人员");
    assert_eq!(people[1], Data::Float(count.whole.persons as f64));
    assert_eq!(people[2], Data::Float(2_000.0));
    let paid = row_of(&summary, "入金（总额）");
    assert_eq!(paid[1], Data::Float(count.whole.paid_in.unwrap() as f64 / 100.0));

    let levels = rows(&mut book, "层级");
    let by_level: f64 =
        levels.iter().filter_map(|row| Some((row.first()?, row.get(3)?))).fold(0.0, |sum, row| match row {
            (Data::Float(_), Data::Float(n)) => sum + n,
            _ => sum,
        });
    assert_eq!(by_level, 2_000.0);

    let persons = rows(&mut book, "达标人员");
    let first = row_of(&persons, "P");
    assert!(matches!(&first[1], Data::String(account) if account.starts_with('M')), "account as text");
    assert!(matches!(first[6], Data::DateTime(_) | Data::Empty), "a date as date: {:?}", first[6]);
    assert!(persons.iter().any(|row| matches!(row[6], Data::DateTime(_))));
    let listed = persons.iter().filter(|row| row[0].to_string().starts_with('P')).count() as u64;
    assert_eq!(listed, count.whole.persons_meeting_floor);

    let findings = rows(&mut book, "清洗发现");
    assert_eq!(row_of(&findings, "自我推荐")[3], Data::Float(1.0));
    let findings = rows(&mut book, "发现逐行");
    assert!(row_of(&findings, "键")[2].to_string().starts_with("账号"));
    assert!(findings.iter().any(|row| row[0] == *"self_referrals" && row[1] == *"members.csv"));
    assert!(findings.iter().any(|row| row[4] == *"会员编号为空"));
}

#[test]
fn two_writes_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let report = Report::from_count(&scheme(Money::Out), facts());
    let bytes = |name: &str| {
        let path = folder.path().join(name);
        write_xlsx(&report, &path).unwrap();
        std::fs::read(path).unwrap()
    };
    let first = bytes("a.xlsx");
    // Zip entries tell time in steps of two seconds, so the date is looked at too.
    assert!(first == bytes("b.xlsx"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary file is left");
    assert_eq!(&first[..4], b"PK\x03\x04");
    // Bytes 12 and 13 of an entry: its date, the years since 1980 in the upper seven bits.
    assert_eq!(first[13] >> 1, 0, "the entries carry a fixed date");
}

#[test]
fn without_a_ledger_no_money_is_zero() {
    let folder = tempfile::tempdir().unwrap();
    let report = Report::from_count(&scheme(Money::None), facts());
    let mut book = written(&report, &folder.path().join("report.xlsx"));
    let persons = rows(&mut book, "达标人员");
    assert_eq!(row_of(&persons, "P")[7], Data::String("—".to_owned()));
}

#[test]
fn a_formula_in_an_account_number_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    let mut report = Report::from_count(&scheme(Money::Out), facts());
    report.finding_rows[0].account = "=HYPERLINK(\"x\")".to_owned();
    report.finding_rows[0].reason = "长".repeat(40_000);
    let mut book = written(&report, &folder.path().join("report.xlsx"));
    let findings = rows(&mut book, "发现逐行");
    assert!(findings.iter().any(|row| row[2] == Data::String("=HYPERLINK(\"x\")".to_owned())));
    let formulas = book.worksheet_formula("发现逐行").unwrap();
    assert!(formulas.used_cells().next().is_none());
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let report = Report::from_count(&scheme(Money::None), facts());
    let error = write_xlsx(&report, Path::new("/nowhere/at/all/report.xlsx")).unwrap_err().to_string();
    assert!(error.contains("/nowhere/at/all/report.xlsx"), "{error}");
}

#[test]
fn without_rows_of_money_out_nothing_withdrawn_is_not_known_and_never_zero() {
    let folder = tempfile::tempdir().unwrap();
    let report = Report::from_count(&scheme(Money::Bonus), facts());
    let mut book = written(&report, &folder.path().join("report.xlsx"));
    let persons = rows(&mut book, "达标人员");
    assert_eq!(row_of(&persons, "P")[11], Data::String("—".to_owned()));
    let subject = rows(&mut book, "对象 M000003");
    assert_eq!(row_of(&subject, "本人提现")[1], Data::String("—".to_owned()));
}
