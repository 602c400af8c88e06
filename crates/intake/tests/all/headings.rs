//! What is unclear is refused, with a mapping file to fill in: the whole text of each refusal.

use crate::rows::{ledger, mapping, members, write};
use mingjing_intake::{Error, Mapping, Members};
use std::path::Path;

/// What follows the sentence in Chinese, which is checked here.
fn refusal<T>(result: Result<T, Error>) -> String {
    let Err(error) = result else { panic!("it was not refused") };
    assert_eq!(error.exit_code(), 2);
    let Error::User(fault) = &error else { panic!("{error}") };
    let text = error.to_string();
    let (sentence, rest) = text.split_once('\n').unwrap();
    assert_eq!(sentence, fault.sentence());
    assert!(sentence.ends_with('。'), "{text}");
    rest.to_owned()
}

fn member_refusal(folder: &Path, text: &str, mapping: &Mapping) -> String {
    refusal(members(&write(folder, "m.csv", text), mapping))
}

#[test]
fn a_heading_that_fits_two_fields_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = member_refusal(folder.path(), "uid,parent_id,reg_time\n1,,\n", &Mapping::default());
    assert_eq!(
        text,
        "m.csv: heading \"parent_id\" fits the fields referrer and placement. Headings found: uid, parent_id, reg_time\n\
         Say in a mapping file (--mapping) which heading is which field.\n\n\
         # mapping file to fill in\n\
         members:\n  account: uid\n  referrer:   # needed: the heading\n  # placement:\n  # identity:\n  joined: reg_time\n  \
         # name:\n  # mobile:\n  # bank_card:\n  # paid:\n  # grade:\n"
    );
}

#[test]
fn a_field_with_two_headings_and_one_without_are_refused_together() {
    let folder = tempfile::tempdir().unwrap();
    let text = member_refusal(folder.path(), "id,uid,手机\n1,2,3\n", &mapping("boundary: order"));
    let first = "m.csv: field account is fitted by the headings \"id\" and \"uid\"; field referrer has no heading. Headings found: id, uid, 手机\n";
    assert!(text.starts_with(first), "{text}");
    assert!(
        text.ends_with("  mobile: 手机\n  # bank_card:\n  # paid:\n  # grade:\nboundary: order\n"),
        "{text}"
    );
}

#[test]
fn lines_above_the_headings_are_refused_and_can_be_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let file = "某公司会员表,,\n,,\n会员编号,推荐人,备注\n1,,\n";
    let text = member_refusal(at, file, &Mapping::default());
    assert_eq!(
        text,
        "m.csv: row 1 holds no headings, row 3 does: lines stand above the table\n\
         Say in the mapping file which row holds the headings:\nfiles: { \"m.csv\": { heading_row: 3 } }"
    );
    let told = mapping("files: { \"m.csv\": { heading_row: 3 } }");
    let (rows, tally) = members(&write(at, "m.csv", file), &told).unwrap();
    assert_eq!((rows.len(), rows[0].row, tally.read()), (1, 4, 1));
}

#[test]
fn a_table_without_headings_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = member_refusal(folder.path(), "1,,2020-01-01\n2,1,2020-01-02\n", &Mapping::default());
    assert!(text.starts_with("m.csv: field account has no heading; field referrer has no heading. Headings found: 1, , 2020-01-01\n"), "{text}");
}

#[test]
fn kinds_without_a_class_are_named_all_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let file = "uid,类型,金额\n1,充值,1\n1,团队奖,2\n2,团队奖,3\n2,,4\n3,静态,x\n";
    let path = write(at, "l.csv", file);
    assert_eq!(
        refusal(ledger(&path, &mapping("kinds: { 静态: bonus }"))),
        "kinds without a class:\n  (empty): 1 rows, first in l.csv row 5\n  团队奖: 2 rows, first in l.csv row 3\n\
         Say in a mapping file (--mapping) which class each kind has.\n\n\
         # mapping file to fill in: topup, order, bonus, out, internal, transfer or reversal\n\
         kinds:\n  '':   # the class\n  团队奖:   # the class\n  静态: bonus\n"
    );
    let (rows, tally) = ledger(&path, &mapping("kinds: { '': transfer, 团队 奖: bonus }")).unwrap();
    let classes: Vec<_> = rows.iter().map(|r| (r.class, r.amount)).collect();
    assert_eq!(classes, [("topup", 100), ("bonus", 200), ("bonus", 300), ("transfer", 400)]);
    assert_eq!((tally.bad_amounts(), tally.rejected[0].value.as_str()), (1, "x"));
    assert_eq!(tally.kinds["团队奖"].1, 2);
}

#[test]
fn a_given_section_is_used_alone_and_must_fit() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let file = "uid,tjr,reg_time\n1,,2020-01-01\n";
    let (rows, _) =
        members(&write(at, "m.csv", file), &mapping("members: { account: uid, referrer: tjr }")).unwrap();
    assert_eq!(rows[0].joined, None);
    let text = member_refusal(at, file, &mapping("members: { account: uid, referrer: tjr, joined: 加入 }"));
    assert_eq!(
        text,
        "the mapping gives field joined of members the heading 加入, which no file has\nMend the mapping file."
    );
    let twice = mapping("members: { account: [uid, id], referrer: tjr, identity: uid }");
    assert!(member_refusal(at, file, &twice).contains("fits the fields account and identity"));
}

#[test]
fn tables_of_a_dump_and_sheets_of_a_workbook_must_be_clear() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let dump =
        "CREATE TABLE a (uid int, tjr int);\nINSERT INTO a VALUES (1,NULL);\nINSERT INTO b VALUES (2);\n";
    let path = write(at, "d.sql", dump);
    assert_eq!(
        refusal(members(&path, &Mapping::default())),
        "d.sql: which table of this dump holds the members? It has rows of: a, b\n\
         Name the table in the mapping file:\ntables: { members: NAME }"
    );
    assert!(
        refusal(members(&path, &mapping("tables: { members: c }"))).contains("no rows of c in this dump")
    );
    assert!(
        refusal(members(&path, &mapping("tables: { members: b }")))
            .contains("no CREATE TABLE before its rows")
    );
    let mut book = rust_xlsxwriter::Workbook::new();
    for name in ["会员", "流水", "空"] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).unwrap();
        if name != "空" {
            sheet.write_string(0, 0, "uid").unwrap();
            sheet.write_string(0, 1, "tjr").unwrap();
            sheet.write_string(1, 0, name).unwrap();
        }
    }
    let path = at.join("b.xlsx");
    book.save(&path).unwrap();
    assert!(refusal(members(&path, &Mapping::default())).contains("several sheets: 会员, 流水"));
    let (rows, _) = members(&path, &mapping("sheets: { members: 流水 }")).unwrap();
    assert_eq!((rows.len(), rows[0].account.as_str(), rows[0].row), (1, "流水", 2));
}

#[test]
fn a_file_given_twice_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "m.csv", "uid,tjr\n1,\n");
    let text = refusal(Members::open(&[path.clone(), path], &Mapping::default()));
    assert_eq!(text, "m.csv: this file is given twice\nGive each file once.");
}
