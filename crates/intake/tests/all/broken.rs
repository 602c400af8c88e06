//! Files broken by hand: each is read right, or refused, or its bad rows are rejected. What happens to each.

use crate::rows::{mapping, members, read_members, write};
use mingjing_intake::{Error, Mapping, Members, Pass, Unwatched, Watch, hash_files};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// `accounts | rejects`, or the code of the refusal.
fn outcome(path: &Path, mapping: &Mapping) -> String {
    match members(path, mapping) {
        Ok((rows, tally)) => {
            let rows: Vec<_> = rows.iter().map(|r| format!("{}<{}", r.account, r.referrer)).collect();
            let rejects: Vec<_> =
                tally.rejected.iter().map(|r| format!("{} {} {}", r.row, r.reason.code(), r.value)).collect();
            format!("{} | {}", rows.join(" "), rejects.join("; "))
        }
        Err(Error::User(fault)) => match fault.row {
            Some(row) => format!("{} at row {row}", fault.code),
            None => fault.code.to_owned(),
        },
        Err(other) => format!("{other:?}"),
    }
}

#[test]
fn broken_text_files_are_read_right_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [(&str, &[u8], &str); 27] = [
        ("nothing at all", b"", "empty_file"),
        ("blank lines only", b"\n\n", "heading_missing"),
        ("headings only", b"uid,tjr\n", " | "),
        ("no line end at the end", b"uid,tjr\n1,\n2,1", "1< 2<1 | "),
        ("old Macintosh line ends", b"uid,tjr\r1,\r2,1\r", "1< 2<1 | "),
        ("blank lines between", b"\n\nuid,tjr\n\n1,\n,\n2,1\n\n", "1< 2<1 | "),
        ("blanks around cells", "uid , tjr\n 1 ,\u{3000}\n\t2,1\u{a0}\n".as_bytes(), "1< 2<1 | "),
        ("one cell too few", b"uid,tjr,x\n1,,\n2,1\n3,1,\n", "1< 3<1 | 3 ragged_row 2 cells, 3 expected"),
        ("one empty cell too many", b"uid,tjr,x\n1,,\n2,,1,\n", "1< | 3 ragged_row 4 cells, 3 expected"),
        ("every row ends in a delimiter", b"uid,tjr\n1,,\n2,1,\n", "1< 2<1 | "),
        ("every row but one ends in a delimiter", b"uid,tjr\n1,\n2,1,\n", "1< | 3 ragged_row 3 cells, 2 expected"),
        ("only the headings end in a delimiter", b"uid,tjr,\n1,\n2,1\n", "1< 2<1 | "),
        ("a quote never closed", b"uid,tjr\n1,\n\"2,1\n3,1\n", "row_never_ends at row 3"),
        ("a quote closed inside", b"uid,tjr\n1,\n\"2\"x,1\n3,1\n", "1< 3<1 | 3 stray_quote "),
        ("a quote behind a blank", b"uid,tjr\n1,\n \"2\",1\n3,1\n", "1< 3<1 | 3 stray_quote "),
        ("a quote inside a plain cell", b"uid,tjr\n1,\n2\"3,1\n", "1< 2\"3<1 | "),
        ("rows swallowed by a quote", b"uid,tjr,x\n1,,\"\n2,1,a\n3,1,b\"\n4,1,\n", "4<1 | 2 swallowed_rows "),
        ("the headings again", b"uid,tjr\n1,\nuid,tjr\n2,1\n", "1< 2<1 | 3 repeated_heading "),
        ("zero bytes in a row", b"uid,tjr\n1,\n2\0,1\n3,1\n", "1< 3<1 | 3 control_character "),
        ("a unit separator in a row", b"uid,tjr\n1,\n2\x1f,1\n", "1< | 3 control_character "),
        ("no text at all", &[0u8, 1, 2, 0, 0, 0, 7, 0, 0, 0], "not_a_table"),
        ("a picture", &[0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0xFF, 0xFE, 0xFF], "not_a_table"),
        ("null words as accounts", "uid,tjr\nNULL,1\n无,1\n\\N,1\n0,1\n".as_bytes(),
            "0<1 | 2 blank_account NULL; 3 blank_account 无; 4 blank_account \\N"),
        ("half a UTF-8 character", b"uid,tjr,\xe5\xa7\x93\xe5\x90\x8d\n1,,\xe5\xbc\xa0\n2,1,\xe5\xbc\n3,1,\xe6\x9d\x8e\n", "bad_encoding at row 3"),
        ("single quotes", b"'uid','tjr'\n'1',''\n", "quote_unclear"),
        ("a JSON array", b"[{\"uid\":1,\"tjr\":2}]", "not_a_table"),
        ("bad JSON lines", b"{\"uid\":\"1\",\"tjr\":null}\n{\"uid\":2\n[]\n{\"uid\":3,\"uid\":4}\n{\"uid\":1e9,\"tjr\":1}\n{\"uid\":5,\"tjr\":{}}\n\n{\"uid\":12345678901234567890123,\"tjr\":true}\n",
            "1< 12345678901234567890123<true | 2 bad_json ; 3 bad_json ; 4 bad_json ; 5 digits_lost 1e9; 6 bad_json "),
    ];
    for (what, bytes, expected) in cases {
        let path = write(folder.path(), "m.csv", bytes);
        assert_eq!(outcome(&path, &Mapping::default()), expected, "{what}");
    }
}

#[test]
fn bad_bytes_far_behind_the_sample_are_refused_with_their_row() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = b"uid,tjr,note\n".to_vec();
    for i in 0..200_000 {
        text.extend_from_slice(format!("{i},,plain\n").as_bytes());
    }
    text.extend_from_slice(b"x,,\xd6\xd0\xce\xc4\n");
    let path = write(folder.path(), "m.csv", &text);
    assert_eq!(outcome(&path, &Mapping::default()), "bad_encoding at row 200002");
    let told = mapping("files: { m.csv: { encoding: gb18030 } }");
    assert_eq!(members(&path, &told).unwrap().0.len(), 200_001);
    text.extend_from_slice(b"y,,\xff\n");
    let path = write(folder.path(), "m.csv", &text);
    assert_eq!(outcome(&path, &told), "bad_encoding at row 200003");
}

#[test]
fn a_row_of_many_megabytes_is_refused_before_it_fills_the_memory() {
    let folder = tempfile::tempdir().unwrap();
    let lines = "some text without end\n".repeat(2_000_000);
    let path = write(folder.path(), "m.csv", format!("uid,tjr\n1,\n\"2,1\n{lines}\"\n"));
    assert_eq!(outcome(&path, &Mapping::default()), "row_never_ends at row 3");
}

#[test]
fn damaged_containers_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let packed = zstd::encode_all(&b"uid,tjr\n1,\n"[..], 1).unwrap();
    assert!(
        outcome(&write(at, "a.zst", &packed[..packed.len() - 4]), &Mapping::default()).starts_with("World")
    );
    assert!(outcome(&write(at, "a.gz", [0x1F, 0x8B, 8, 0, 1]), &Mapping::default()).starts_with("World"));
    assert_eq!(outcome(&write(at, "a.parquet", b"PAR1 and nothing"), &Mapping::default()), "bad_parquet");
    assert_eq!(outcome(&write(at, "a.xlsx", b"PK\x03\x04 and nothing"), &Mapping::default()), "bad_workbook");
    assert_eq!(
        outcome(&write(at, "a.xls", [0xD0, 0xCF, 0x11, 0xE0, 0xA1]), &Mapping::default()),
        "bad_workbook"
    );
    assert!(outcome(&at.join("missing.csv"), &Mapping::default()).starts_with("World"));
    assert!(outcome(at, &Mapping::default()).contains("not_a_file"));
}

#[test]
fn broken_dumps_are_refused_where_they_break() {
    let folder = tempfile::tempdir().unwrap();
    let map = mapping("tables: { members: u }");
    let head = "/*!40101 SET NAMES utf8mb4 */;\nCREATE TABLE u (uid int, tjr int, x blob);\nINSERT INTO u VALUES (1,NULL,'a'),";
    let cases: [(&str, &[u8], &str); 7] = [
        ("whole", b"(2,1,_binary '\xff\xfe');\n", "1< 2<1 | "),
        ("cut off in a text", b"(2,1,'ab", "bad_sql at row 2"),
        ("cut off in a row", b"(2,1", "bad_sql at row 2"),
        ("one value too few", b"(2,1),(3,1,'');", "1< 3<1 | 2 ragged_row 2 cells, 3 expected"),
        ("a function as value", b"(2,NOW(),'');", "bad_sql at row 2"),
        ("bad bytes in a field", b"('\xff',1,'');", "bad_encoding at row 2"),
        (
            "signs and numbers",
            b"(-2,0x31,x'e794b2'), ( +3 , 1.50 , 'it''s \\'x\\' \\\\' ) ON DUPLICATE KEY UPDATE x=1;",
            "1< -2<1 +3<1.50 | ",
        ),
    ];
    for (what, tail, expected) in cases {
        let bytes = [head.as_bytes(), tail].concat();
        assert_eq!(outcome(&write(folder.path(), "d.sql", bytes), &map), expected, "{what}");
    }
}

struct Stopping(AtomicU64);

impl Watch for Stopping {
    fn progress(&self, done: u64, total: u64, rows: u64) {
        assert!(done <= total);
        self.0.store(rows, Ordering::Relaxed);
    }
    fn stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

#[test]
fn reading_stops_when_told_or_when_the_caller_fails() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..5_000).map(|i| format!("{i},\n")).collect();
    let path = write(folder.path(), "m.csv", format!("uid,tjr\n{rows}"));
    let table =
        Members::open(std::slice::from_ref(&path), &Mapping::default()).unwrap().with_chunk_bytes(1_000);
    let watch = Stopping(AtomicU64::new(0));
    let stopped: Result<_, Error> = table.read(Pass::Quick, 2, &watch, |b| b.rows().len(), |_| Ok(()));
    assert!(matches!(stopped, Err(Error::Stopped)));
    assert!(watch.0.load(Ordering::Relaxed) < 5_000);
    let failed: Result<_, Error> = table.read(Pass::Quick, 2, &Unwatched, |_| (), |()| Err(Error::Stopped));
    assert!(failed.is_err());
    let (all, tally) = read_members(&table, 2).unwrap();
    assert_eq!((all.len(), tally.read()), (5_000, 5_000));
}

#[test]
fn files_are_hashed_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> =
        ["", "abc", "x"].iter().map(|t| write(folder.path(), &format!("f{}", t.len()), t)).collect();
    let paths = [&paths[..2], &[write(folder.path(), "again", "abc")]].concat();
    let hashes = hash_files(&paths, 2, &Unwatched).unwrap();
    let hex = |h: &[u8; 32]| h.iter().map(|b| format!("{b:02x}")).collect::<String>();
    assert_eq!(hex(&hashes[1]), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(hashes[1], hashes[2]);
    assert_eq!(hex(&hashes[0]), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert!(hash_files(&[folder.path().join("none")], 1, &Unwatched).is_err());
}
