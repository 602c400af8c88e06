//! One story in every format: the same rows come out.

use crate::rows::{Entry, Member, ledger, mapping, members, read_members, write};
use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, TimestampNanosecondArray, TimestampSecondArray,
};
use mingjing_intake::{Field, Format, Mapping, Members, Packing, Reason, Tally};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const HEADINGS: [&str; 7] = ["会员编号", "推荐人", "身份证号", "注册时间", "手机号", "是否激活", "备注"];
const ROWS: [[&str; 7]; 8] = [
    ["001", "", "11010519491231002X", "2020-06-30 10:30:00", "13800001234", "1", "甲, 乙"],
    ["002", "001", "", "2020-07-01 00:00:00", "", "否", "two\nlines \"quoted\""],
    ["003", "001", "110105491231002", "not a time", "", "", ""],
    ["-", "001", "", "", "", "", "no account"],
    ["003", "001", "110105491231002", "not a time", "", "", ""],
    ["会员四", "0", "", "1990-07-01 12:00:00", "", "空单", "it's"],
    ["5", "NULL", "", "", "", "也许", "back\\slash\tand tab"],
    ["000000000000000000006", "5", "", "2020-07-01 00:00:00.25", "", "", "𠮷"],
];

fn delimited(delimiter: &str, quote_all: bool) -> String {
    let cell = |text: &str| match quote_all || text.contains(['"', '\n', ',', '\t']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    };
    let line = |cells: &[&str]| cells.iter().map(|c| cell(c)).collect::<Vec<_>>().join(delimiter) + "\r\n";
    line(&HEADINGS) + &ROWS.iter().map(|row| line(row)).collect::<String>()
}

fn parquet(folder: &Path, name: &str, columns: Vec<(&str, ArrayRef)>, group: usize) -> PathBuf {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let path = folder.join(name);
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group)).build();
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    path
}

fn texts(values: Vec<&str>) -> ArrayRef {
    Arc::new(StringArray::from(values))
}

fn member_parquet(folder: &Path) -> PathBuf {
    let column = |i: usize| texts(ROWS.iter().map(|r| r[i]).collect());
    parquet(folder, "m.parquet", HEADINGS.iter().enumerate().map(|(i, h)| (*h, column(i))).collect(), 3)
}

fn workbook(folder: &Path) -> PathBuf {
    let path = folder.join("m.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in std::iter::once(&HEADINGS).chain(&ROWS).enumerate() {
        for (column, text) in cells.iter().enumerate() {
            sheet.write_string(row as u32, column as u16, *text).unwrap();
        }
    }
    book.save(&path).unwrap();
    path
}

fn json_lines() -> String {
    let line = |row: &[&str; 7]| {
        let member = |(heading, cell): (&&str, &&str)| format!("\"{heading}\": {}", serde_json::json!(cell));
        format!("{{{}}}\n", HEADINGS.iter().zip(row).map(member).collect::<Vec<_>>().join(", "))
    };
    ROWS.iter().map(line).collect()
}

fn dump() -> String {
    let escape = |text: &str| {
        let text = text.replace('\\', "\\\\").replace('\'', "\\'").replace('"', "\\\"");
        format!("'{}'", text.replace('\n', "\\n").replace('\t', "\\t"))
    };
    let cell = |text: &&str| if text.is_empty() { "NULL".to_owned() } else { escape(text) };
    let tuple = |row: &[&str; 7]| format!("({})", row.iter().map(cell).collect::<Vec<_>>().join(","));
    let names: Vec<_> = HEADINGS.iter().map(|h| format!("`{h}`")).collect();
    let columns: Vec<_> =
        names.iter().map(|n| format!("  {n} varchar(64) DEFAULT 'a,b)' COMMENT '；'")).collect();
    let mut text = format!(
        "-- MySQL dump 10.13\n/*!40101 SET NAMES utf8 */;\nDROP TABLE IF EXISTS `users`;\nCREATE TABLE `users` (\n{},\n  PRIMARY KEY (`{}`)\n) ENGINE=InnoDB;\nINSERT INTO `other` VALUES (1,'x;);',(2));\nLOCK TABLES `users` WRITE;\n",
        columns.join(",\n"),
        HEADINGS[0]
    );
    let tuples: Vec<_> = ROWS.iter().map(tuple).collect();
    text += &format!("INSERT INTO `users` VALUES {},\n{};\n", tuples[..3].join(","), tuples[3..5].join(", "));
    text += &format!(
        "INSERT IGNORE INTO `db`.`users` ({}) VALUES {};\n/* end */",
        names.join(", "),
        tuples[5..].join(",")
    );
    text
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// Rows without their numbers, and the numbers less those of the first record.
fn story(read: (Vec<Member>, Tally), first: u64) -> (Vec<Member>, Vec<(u64, Reason)>) {
    let (mut rows, tally) = read;
    rows.iter_mut().for_each(|m| m.row -= first);
    let found = tally.rejected.iter().chain(&tally.bad_times).map(|r| (r.row - first, r.reason));
    (rows, found.collect())
}

#[test]
fn member_rows_are_the_same_from_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let plain = Mapping::default();
    let dumped = mapping("tables: { members: users }");
    let csv = delimited(",", false);
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(csv.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let parquet = member_parquet(at);
    let workbook = workbook(at);
    let packed = |path: &Path| gzip(&std::fs::read(path).unwrap());
    let files = [
        (write(at, "m.csv", &csv), 2, &plain),
        (write(at, "bom.csv", format!("\u{feff}{csv}")), 2, &plain),
        (write(at, "quoted.csv", delimited(",", true)), 2, &plain),
        (write(at, "gb.csv", encoding_rs::GB18030.encode(&csv).0), 2, &plain),
        (write(at, "utf16.csv", utf16), 2, &plain),
        (write(at, "m.tsv", delimited("\t", false)), 2, &plain),
        (write(at, "m.scsv", delimited(";", true)), 2, &plain),
        (write(at, "m.psv", delimited("|", false)), 2, &plain),
        (write(at, "m.csv.gz", gzip(csv.as_bytes())), 2, &plain),
        (write(at, "m.csv.zst", zstd::encode_all(csv.as_bytes(), 3).unwrap()), 2, &plain),
        (write(at, "m.jsonl", json_lines()), 1, &plain),
        (write(at, "m.jsonl.zst", zstd::encode_all(json_lines().as_bytes(), 3).unwrap()), 1, &plain),
        (write(at, "m.sql", dump()), 1, &dumped),
        (
            write(at, "gb.sql.gz", gzip(&encoding_rs::GB18030.encode(&dump().replace("utf8", "gbk")).0)),
            1,
            &dumped,
        ),
        (write(at, "m.parquet.gz", packed(&parquet)), 1, &plain),
        (write(at, "m.xlsx.gz", packed(&workbook)), 2, &plain),
        (parquet, 1, &plain),
        (workbook, 2, &plain),
    ];
    let expected = story(members(&files[0].0, &plain).unwrap(), 2);
    let (rows, found) = &expected;
    assert_eq!(
        found,
        &[(3, Reason::BlankAccount), (2, Reason::BadTime), (4, Reason::BadTime)],
        "the fourth row has no account, the third and fifth no readable time"
    );
    assert_eq!(rows.len(), 7);
    assert_eq!(rows[1].exact, ROWS[1].join("\u{1f}"));
    assert_eq!((rows[0].joined, rows[4].joined), (Some(1_593_484_200_000_000), Some(646_801_200_000_000)));
    assert_eq!(rows[6].joined, Some(1_593_532_800_250_000));
    assert_eq!(
        [rows[0].paid, rows[1].paid, rows[2].paid, rows[4].paid, rows[5].paid],
        [Some(true), Some(false), None, Some(false), None]
    );
    assert_eq!(rows[2].exact, rows[3].exact);
    for (path, first, mapping) in &files {
        let read = members(path, mapping).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!(story(read, *first), expected, "{}", path.display());
    }
}

fn ledger_story(path: &Path) -> Vec<Entry> {
    let (mut rows, tally) =
        ledger(path, &Mapping::default()).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    assert_eq!(tally.rejected, [], "{}", path.display());
    let first = rows[0].row;
    rows.iter_mut().for_each(|r| r.row -= first);
    rows
}

/// Seconds since 1970 of the clock in Shanghai: 2020-06-30 10:30:00 and 1990-07-01 12:00:00 (summer time).
const CLOCKS: [i64; 2] = [1_593_513_000, 646_833_600];

fn ledger_workbook(folder: &Path) -> PathBuf {
    let path = folder.join("l.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let format = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    for (i, heading) in ["会员编号", "类型", "金额", "时间"].iter().enumerate() {
        sheet.write_string(0, i as u16, *heading).unwrap();
    }
    for (i, (account, amount)) in [(12.0, 0.1 + 0.2), (7.0, -1_234.5)].into_iter().enumerate() {
        let row = i as u32 + 1;
        sheet.write_number(row, 0, account).unwrap();
        sheet.write_string(row, 1, ["充值", "提现"][i]).unwrap();
        sheet.write_number(row, 2, amount).unwrap();
        let serial = CLOCKS[i] as f64 / 86_400.0 + 25_569.0;
        sheet.write_number_with_format(row, 3, serial, &format).unwrap();
    }
    book.save(&path).unwrap();
    path
}

#[test]
fn ledger_rows_are_the_same_from_typed_cells() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let csv = "会员编号,类型,金额,时间\n12,充值,0.30,2020-06-30 10:30:00\n7,提现,\"-1,234.50\",1990-07-01 12:00:00\n";
    let expected = ledger_story(&write(at, "l.csv", csv));
    assert_eq!((expected[0].amount, expected[1].amount), (30, -123_450));
    assert_eq!(
        (expected[0].time, expected[1].time),
        (Some(1_593_484_200_000_000), Some(646_801_200_000_000))
    );
    let typed = |name: &str, account: ArrayRef, amount: ArrayRef, time: ArrayRef| {
        let kinds = texts(vec!["充值", "提现"]);
        parquet(at, name, vec![("会员编号", account), ("类型", kinds), ("金额", amount), ("时间", time)], 1)
    };
    let whole: ArrayRef = Arc::new(Int64Array::from(vec![12, 7]));
    let double: ArrayRef = Arc::new(Float64Array::from(vec![12.0, 7.0]));
    let decimal: ArrayRef =
        Arc::new(Decimal128Array::from(vec![30, -123_450]).with_precision_and_scale(18, 2).unwrap());
    let binary: ArrayRef = Arc::new(Float64Array::from(vec![0.1 + 0.2, -1_234.5]));
    let naive: ArrayRef = Arc::new(TimestampMicrosecondArray::from(CLOCKS.map(|s| s * 1_000_000).to_vec()));
    let nanos: ArrayRef =
        Arc::new(TimestampNanosecondArray::from(CLOCKS.map(|s| s * 1_000_000_000).to_vec()));
    let instants = vec![1_593_484_200, 646_801_200];
    let zoned: ArrayRef =
        Arc::new(TimestampSecondArray::from(instants.clone()).with_timezone("America/New_York"));
    let unix: ArrayRef = Arc::new(StringArray::from(vec!["1593484200", "1990-07-01T12:00:00+09:00"]));
    let files = [
        typed("a.parquet", Arc::clone(&whole), Arc::clone(&decimal), naive),
        typed("b.parquet", double, binary, nanos),
        typed("c.parquet", Arc::clone(&whole), Arc::clone(&decimal), zoned),
        typed("d.parquet", whole, decimal, unix),
        ledger_workbook(at),
        write(
            at,
            "l.jsonl",
            "{\"会员编号\":12.0,\"类型\":\"充值\",\"金额\":0.30,\"时间\":1593484200}\n{\"时间\":646801200000,\"金额\":-1234.5,\"类型\":\"提现\",\"会员编号\":7}\n"
                .replace("646801200000", "\"1990-07-01 12:00\""),
        ),
    ];
    for path in &files {
        let rows = ledger_story(path);
        for (row, want) in rows.iter().zip(&expected) {
            let mut row = row.clone();
            // Typed cells have a text of their own.
            row.exact = want.exact.clone();
            assert_eq!(&row, want, "{}", path.display());
        }
        assert_eq!(rows.len(), 2);
    }
    // Decimals and naive times have the text that a CSV of them has, but for the thousands separator.
    assert_eq!(ledger_story(&files[0])[0].exact, expected[0].exact);
}

#[test]
fn a_date_is_midnight_in_shanghai() {
    let folder = tempfile::tempdir().unwrap();
    let days: ArrayRef = Arc::new(Date32Array::from(vec![Some(18_443), None]));
    let path = parquet(
        folder.path(),
        "m.parquet",
        vec![("account", texts(vec!["1", "2"])), ("tjr", texts(vec!["", "1"])), ("reg_time", days)],
        10,
    );
    let (rows, tally) = members(&path, &Mapping::default()).unwrap();
    assert_eq!((rows[0].joined, rows[1].joined), (Some(1_593_446_400_000_000), None));
    assert_eq!(tally.bad_times, []);
}

#[test]
fn numbers_that_lost_digits_are_no_keys_and_stay_masked() {
    let folder = tempfile::tempdir().unwrap();
    let accounts: ArrayRef = Arc::new(Float64Array::from(vec![1e17, 3.0, 4.0]));
    let identities: ArrayRef =
        Arc::new(Float64Array::from(vec![None, None, Some(110_105_194_912_310_021.0)]));
    let columns = vec![("account", accounts), ("tjr", texts(vec!["", "", ""])), ("idcard", identities)];
    let (rows, tally) =
        members(&parquet(folder.path(), "m.parquet", columns, 10), &Mapping::default()).unwrap();
    assert_eq!((rows.len(), rows[0].account.as_str()), (1, "3"));
    let found: Vec<_> = tally.rejected.iter().map(|r| (r.row, r.field, r.reason)).collect();
    let lost = Reason::DigitsLost;
    assert_eq!(found, [(1, Some(Field::Account), lost), (3, Some(Field::Identity), lost)]);
    assert_eq!(tally.rejected[1].value, "****0020");
}

#[test]
fn several_files_are_one_table_whatever_the_order_of_their_columns() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let paths = [
        write(at, "a.csv", "uid,re_id,note\n1,,x\n"),
        write(at, "b.csv", "note;re_id;UID;idcard\nx;;1;\ny;1;2;X1\n"),
        write(
            at,
            "c.jsonl",
            "{\"re_id\":\"\",\"uid\":\"1\",\"note\":\"x\"}\n{\"uid\":\"9\",\"re_id\":null}\n",
        ),
    ];
    let table = Members::open(&paths, &Mapping::default()).unwrap();
    let inputs = table.inputs();
    assert_eq!([inputs[0].delimiter, inputs[1].delimiter, inputs[2].delimiter], [Some(','), Some(';'), None]);
    assert_eq!(
        (inputs[2].format, inputs[2].packing, inputs[2].encoding),
        (Format::JsonLines, Packing::None, Some("utf-8"))
    );
    assert!(table.has(Field::Identity) && !table.has(Field::Joined));
    assert_eq!(inputs[1].columns[0], ("note".to_owned(), None));
    let (rows, tally) = read_members(&table, 2).unwrap();
    assert_eq!((tally.rows_read, rows.len()), (vec![1, 2, 2], 5));
    let same = [&rows[0], &rows[1], &rows[3]];
    assert!(same.iter().all(|r| r.exact == "1\u{1f}\u{1f}x\u{1f}"));
    assert_eq!([rows[0].file, rows[1].file, rows[3].file], [0, 1, 2]);
    assert_eq!(
        (&rows[0].identity, &rows[1].identity, &rows[2].identity),
        (&None, &Some(String::new()), &Some("X1".to_owned()))
    );
}
