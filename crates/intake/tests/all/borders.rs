//! Chunk borders never change what is read: against a naive reader, with chunks of a few bytes.

use crate::rows::{mapping, read_members, write};
use mingjing_intake::{Members, Reason};
use proptest::prelude::*;

/// The rules of the CSV reader, byte by byte, over the whole text at once.
fn naive(text: &str) -> Vec<(Vec<String>, bool)> {
    let b = text.as_bytes();
    let (mut rows, mut at) = (Vec::new(), 0);
    while at < b.len() {
        let (mut cells, mut stray) = (Vec::new(), false);
        loop {
            let mut cell = Vec::new();
            if b.get(at) == Some(&b'"') {
                at += 1;
                loop {
                    match (b[at], b.get(at + 1)) {
                        (b'"', Some(b'"')) => (cell.push(b'"'), at += 2).0,
                        (b'"', _) => break at += 1,
                        (byte, _) => (cell.push(byte), at += 1).0,
                    }
                }
                let behind = at;
                while at < b.len() && b[at] != b',' && b[at] != b'\n' {
                    at += 1;
                }
                stray |= !text[behind..at].bytes().all(|c| matches!(c, b' ' | b'\r' | b'\t'));
            } else {
                while at < b.len() && b[at] != b',' && b[at] != b'\n' {
                    cell.push(b[at]);
                    at += 1;
                }
                stray |= String::from_utf8_lossy(&cell).trim().starts_with('"');
            }
            cells.push(String::from_utf8(cell).unwrap().trim().to_owned());
            at += 1;
            if at > b.len() || b[at - 1] == b'\n' {
                break;
            }
        }
        rows.push((cells, stray));
    }
    rows
}

fn ends_in_quote(text: &str) -> bool {
    // An odd number of quotes at places that open and close, by the same rules.
    let b = text.as_bytes();
    let (mut open, mut at) = (false, 0);
    while at < b.len() {
        match (open, b[at]) {
            (true, b'"') if b.get(at + 1) == Some(&b'"') => at += 1,
            (true, b'"') => open = false,
            (false, b'"') => open = at == 0 || matches!(b[at - 1], b',' | b'\n'),
            _ => {}
        }
        at += 1;
    }
    open
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_chunk_size_reads_what_the_naive_reader_reads(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "a", "b7", ",", ",", ",", "\n", "\n", "\r\n", "\"", "\"\"", "\",", ",\"", "\"\n", " ", "会员", "\u{3000}", "-", "\t",
        ]), 0..60),
        chunk in 1usize..40,
        jobs in 1usize..3,
    ) {
        let text: String = format!("account,referrer,note\n{}", pieces.concat());
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), "m.csv", &text);
        let mapping = mapping("members: { account: account, referrer: referrer }\nfiles: { m.csv: { delimiter: ',' } }");
        // Habits of a whole file (rows that all end in one more delimiter) are tested by themselves.
        let Ok(table) = Members::open(&[path], &mapping) else { return Ok(()) };
        let read = read_members(&table.with_chunk_bytes(chunk), jobs);
        if ends_in_quote(&text) {
            prop_assert!(read.is_err());
            return Ok(());
        }
        let (rows, tally) = read.unwrap();
        let naive = naive(&text);
        let uniform = naive[1..].iter().filter(|r| r.0.iter().any(|c| !c.is_empty())).all(|r| r.0.len() > 3);
        if uniform {
            return Ok(());
        }
        let mut taken = rows.iter();
        for (i, (cells, stray)) in naive.iter().enumerate().skip(1) {
            let row = i as u64 + 1;
            let rejected = tally.rejected.iter().find(|r| r.row == row);
            match rejected {
                Some(reject) => match reject.reason {
                    Reason::StrayQuote => prop_assert!(stray),
                    Reason::RaggedRow => prop_assert!(cells.len() != 3),
                    Reason::BlankAccount => prop_assert!(cells[0].is_empty() || cells[0] == "-"),
                    Reason::SwallowedRows => prop_assert!(cells.iter().any(|c| c.contains('\n') || c.contains(','))),
                    other => prop_assert!(false, "{other:?}"),
                },
                None if cells.iter().all(String::is_empty) => {}
                None => {
                    let got = taken.next().unwrap();
                    prop_assert_eq!(got.row, row);
                    prop_assert_eq!(&got.exact, &cells.join("\u{1f}"));
                    prop_assert!(!stray);
                }
            }
        }
        prop_assert!(taken.next().is_none());
    }
}

#[test]
fn a_quoted_line_break_over_a_chunk_border_is_one_row() {
    let folder = tempfile::tempdir().unwrap();
    let text = "account,referrer,note\n1,,\"two\nlines \"\"x\"\"\"\n2,1,z\n";
    let path = write(folder.path(), "m.csv", text);
    let map = mapping("members: { account: account, referrer: referrer }");
    for chunk in 1..text.len() + 2 {
        let table = Members::open(std::slice::from_ref(&path), &map).unwrap().with_chunk_bytes(chunk);
        let (rows, tally) = read_members(&table, 2).unwrap();
        assert!(tally.rejected.is_empty());
        let seen: Vec<_> = rows.iter().map(|r| (r.row, r.exact.as_str())).collect();
        assert_eq!(seen, [(2, "1\u{1f}\u{1f}two\nlines \"x\""), (3, "2\u{1f}1\u{1f}z")]);
    }
}
