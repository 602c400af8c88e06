//! Accounts that share a phone or a card are proposed, whatever the format, and never merged.

use crate::program::{line, read_json};
use arrow::array::{ArrayRef, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

const HEADINGS: [&str; 6] = ["会员编号", "推荐人", "身份证号", "手机号", "银行卡号", "注册时间"];

/// D is A's second account; E's earlier row, which is kept, has a phone of its own; F's phone identifies nobody.
const ROWS: [[&str; 6]; 8] = [
    ["A", "", "52011519900101001X", "138-0000-1234", "6222000000000001111", "2020-01-01"],
    ["B", "A", "110105194912310021", "13800001234", "6222000000000002222", "2020-01-02"],
    ["C", "A", "", "13900001234", "6222000000000002222", "2020-01-03"],
    ["D", "A", "52011519900101001X", "13800001234", "", "2020-01-04"],
    ["E", "A", "", "13700000000", "", "2020-01-05"],
    ["E", "A", "", "13900001234", "", "2020-01-06"],
    ["F", "A", "", "00000000000", "", "2020-01-07"],
    ["G", "A", "", "00000000000", "", "2020-01-08"],
];

const EXPECTED: &str = "\u{feff}kind,group,account,person,number\n\
    mobile,1,A,P1,****1234\nmobile,1,B,P2,****1234\nmobile,1,D,P1,****1234\n\
    bank_card,2,B,P2,****2222\nbank_card,2,C,P3,****2222\n";

fn write_csv(path: &Path) {
    let lines = std::iter::once(HEADINGS.join(",")).chain(ROWS.iter().map(|row| row.join(",")));
    fs::write(path, lines.collect::<Vec<_>>().join("\n")).unwrap();
}

fn write_parquet(path: &Path) {
    let column =
        |k: usize| -> ArrayRef { Arc::new(StringArray::from_iter_values(ROWS.iter().map(|row| row[k]))) };
    let batch =
        RecordBatch::try_from_iter(HEADINGS.iter().zip(0..).map(|(heading, k)| (*heading, column(k))))
            .unwrap();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn who_shares_a_phone_or_a_card_is_proposed_masked_and_never_merged() {
    let dir = tempfile::tempdir().unwrap();
    write_csv(&dir.path().join("m.csv"));
    write_parquet(&dir.path().join("m.parquet"));
    for form in ["csv", "parquet"] {
        line(dir.path(), &format!("network analyze --public --members m.{form} --out {form}")).well();
        let out = dir.path().join(form);
        assert_eq!(fs::read_to_string(out.join("candidates.csv")).unwrap(), EXPECTED, "{form}");
        let summary = read_json(&out.join("summary.json"));
        assert_eq!((&summary["figures"]["accounts"], &summary["figures"]["persons"]), (&7.into(), &6.into()));
    }
}

#[test]
fn a_confirmed_person_is_no_candidate_any_more() {
    let dir = tempfile::tempdir().unwrap();
    write_csv(&dir.path().join("m.csv"));
    let list = "account,person,decided_by,decided_on\nA,one,officer,2026-01-01\nB,one,officer,2026-01-01\n\
                C,one,officer,2026-01-01\n";
    fs::write(dir.path().join("p.csv"), list).unwrap();
    line(dir.path(), "network analyze --public --members m.csv --persons p.csv --out r").well();
    assert!(!dir.path().join("r/candidates.csv").exists());
    assert_eq!(read_json(&dir.path().join("r/summary.json"))["figures"]["persons"], 4);
}
