//! The 41 polluted files of Pollock: each is read as its clean version, or refused, or its bad rows are rejected.

use crate::rows::{Member, mapping, members};
use crate::shared::shared;
use mingjing_intake::{Error, Reason, Tally};
use sha2::{Digest, Sha256};
use std::io::Read;

const FIELDS: &str = "members: { account: PRODUCTID, referrer: Comments, joined: DATE }\n";

enum Outcome {
    /// All rows, equal to the clean file.
    Right,
    /// All rows of the clean file but one, which is rejected (with how many rows it took along).
    Rejected(Reason, usize),
    /// All clean rows, and rejected ones beside them.
    Beside(&'static [Reason], usize),
    /// Some rows, equal to the clean file; every other one is rejected.
    Partly(Reason),
    /// The file is refused.
    Refused(&'static str),
}

/// What happens to a file, by its kind.
fn expected(name: &str) -> (Outcome, &'static str) {
    let kind = name.trim_end_matches(".csv").trim_end_matches(|c: char| c.is_ascii_digit());
    match name {
        // The quote opens at the end of the row and takes the next row along.
        "row_extra_quote57_col8.csv" => return (Outcome::Rejected(Reason::StrayQuote, 2), ""),
        "file_quotation_char_0x27.csv" => {
            // Refused without this mapping. Apostrophes in its cells are not doubled, and it escapes by another sign.
            return (
                Outcome::Partly(Reason::StrayQuote),
                "files: { file_quotation_char_0x27.csv: { quote: \"'\" } }",
            );
        }
        "file_header_multirow_2.csv" => return (Outcome::Beside(&[Reason::RepeatedHeading], 1), ""),
        // The second table has a column less, and a quote that closes inside a cell.
        "file_multitable_less.csv" => {
            return (Outcome::Beside(&[Reason::RaggedRow, Reason::StrayQuote], 83), "");
        }
        "file_preamble.csv" => return (Outcome::Refused("lines_above_headings"), ""),
        "file_no_header.csv" => return (Outcome::Refused("heading_missing"), ""),
        _ => {}
    }
    let outcome = match kind {
        "row_extra_quote12_col"
        | "row_extra_quote36_col"
        | "row_extra_quote46_col"
        | "row_extra_quote64_col"
        | "row_extra_quote73_col"
        | "row_extra_quote77_col"
        | "row_extra_quote80_col" => Outcome::Rejected(Reason::StrayQuote, 1),
        k if k.starts_with("row_field_delimiter") => Outcome::Rejected(Reason::RaggedRow, 1),
        k if k.starts_with("row_less_sep") || k.starts_with("row_more_sep") => {
            Outcome::Rejected(Reason::RaggedRow, 1)
        }
        _ => Outcome::Right,
    };
    (outcome, "")
}

fn hash(rows: &[Vec<String>]) -> String {
    let joined: Vec<_> = rows.iter().map(|cells| cells.join("\u{1f}")).collect();
    Sha256::digest(joined.join("\u{1e}")).iter().map(|b| format!("{b:02x}")).collect()
}

/// The clean files are wholly quoted, without line breaks in cells.
fn clean_rows(text: &str) -> Vec<Vec<String>> {
    let cell = |c: &str| c.trim_matches('"').replace("\"\"", "\"");
    text.lines()
        .map(|line| {
            let inner = line.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
            inner
                .split("\",\"")
                .map(
                    |c| {
                        if c.starts_with('"') || c.ends_with('"') { c.replace("\"\"", "\"") } else { cell(c) }
                    },
                )
                .collect()
        })
        .collect()
}

fn check(name: &str, outcome: &Outcome, read: Result<(Vec<Member>, Tally), Error>, clean: &[Vec<String>]) {
    let (rows, tally) = match (outcome, read) {
        (Outcome::Refused(code), Err(Error::User(fault))) => return assert_eq!(fault.code, *code, "{name}"),
        (_, read) => read.unwrap_or_else(|e| panic!("{name}: {e}")),
    };
    let trimmed = |cells: &Vec<String>| cells.iter().map(|c| c.trim()).collect::<Vec<_>>().join("\u{1f}");
    let clean: Vec<String> = clean[1..].iter().map(trimmed).collect();
    let read: Vec<&str> = rows.iter().map(|r| r.exact.as_str()).collect();
    assert!(
        read.iter().all(|r| clean.iter().any(|c| c == r)),
        "{name}: a row that the clean file does not have"
    );
    let (reasons, rejected, lost) = match outcome {
        Outcome::Right => return assert_eq!(read, clean, "{name}"),
        Outcome::Rejected(reason, lost) => (std::slice::from_ref(reason), 1, *lost),
        Outcome::Beside(reasons, count) => (*reasons, *count, 0),
        Outcome::Partly(reason) => {
            assert!(read.len() > 40, "{name}");
            (std::slice::from_ref(reason), clean.len() - read.len(), clean.len() - read.len())
        }
        Outcome::Refused(_) => panic!("{name} was not refused"),
    };
    assert_eq!(read.len() + lost, clean.len(), "{name}");
    assert_eq!(tally.rejected.len(), rejected, "{name}");
    assert!(tally.rejected.iter().all(|r| reasons.contains(&r.reason)), "{name}: {:?}", tally.rejected);
}

#[test]
fn polluted_files_are_read_right_or_refused_or_their_bad_rows_rejected() {
    let (Some(archive), Some(expected_file)) =
        (shared("csv-pollution/files.tar.xz"), shared("csv-pollution/expected.json.gz"))
    else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let done =
        std::process::Command::new("tar").arg("-xJf").arg(&archive).arg("-C").arg(folder.path()).status();
    assert!(done.unwrap().success(), "tar and xz are needed for this test");
    let mut json = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(expected_file).unwrap())
        .read_to_string(&mut json)
        .unwrap();
    let facts: serde_json::Value = serde_json::from_str(&json).unwrap();
    let files = facts["expected"].as_object().unwrap();
    assert_eq!(files.len(), 41);
    for (name, fact) in files {
        let text = std::fs::read_to_string(folder.path().join("clean").join(name)).unwrap();
        let clean = clean_rows(&text);
        assert_eq!(hash(&clean), fact["clean_sha256_of_cells"].as_str().unwrap(), "{name}: the clean cells");
        let (outcome, special) = expected(name);
        let map = mapping(&format!("{FIELDS}{special}"));
        let read = members(&folder.path().join("csv").join(name), &map);
        check(name, &outcome, read, &clean);
    }
}
