//! A small file that swells to a huge one is refused.

use crate::rows::write;
use flate2::Compression;
use flate2::write::GzEncoder;
use mingjing_intake::weigh::{Refused, unpacked_bytes};
use std::io::Write;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

#[test]
fn a_packed_file_weighs_what_it_unpacks_to_and_no_more_than_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let swollen = vec![b'a'; 4 << 20];
    let zstd = zstd::encode_all(&swollen[..], 19).unwrap();
    for (name, bytes) in [("a.gz", gzip(&swollen)), ("a.zst", zstd), ("a.csv", swollen.clone())] {
        let path = write(folder.path(), name, &bytes);
        assert_eq!(unpacked_bytes(&path, 4 << 20).unwrap(), 4 << 20, "{name}");
        let refused = unpacked_bytes(&path, (4 << 20) - 1).unwrap_err();
        assert!(matches!(refused, Refused::TooHeavy(_)), "{name}: {refused}");
    }
    let cut = write(folder.path(), "cut.gz", &gzip(&swollen)[..100]);
    assert!(matches!(unpacked_bytes(&cut, 1 << 30), Err(Refused::Damaged(_))));
}

#[test]
fn a_workbook_weighs_all_its_members_whatever_its_directory_claims() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for row in 0..20_000 {
        sheet.write_number(row, 0, 1.0).unwrap();
    }
    book.save(&path).unwrap();
    let packed = std::fs::metadata(&path).unwrap().len();
    let weight = unpacked_bytes(&path, 1 << 30).unwrap();
    assert!(weight > packed * 3, "{weight} from {packed}");
    assert!(matches!(unpacked_bytes(&path, weight - 1), Err(Refused::TooHeavy(_))));
    // A directory that claims that every member unpacks to nothing.
    let mut bytes = std::fs::read(&path).unwrap();
    let entries: Vec<usize> =
        bytes.windows(4).enumerate().filter(|(_, four)| four == b"PK\x01\x02").map(|(at, _)| at).collect();
    assert!(!entries.is_empty());
    for at in entries {
        bytes[at + 24..at + 28].fill(0);
    }
    let lying = write(folder.path(), "lying.xlsx", &bytes);
    assert!(matches!(unpacked_bytes(&lying, weight - 1), Err(Refused::TooHeavy(_))));
    let broken = write(folder.path(), "broken.xlsx", &bytes[..bytes.len() - 40]);
    assert!(matches!(unpacked_bytes(&broken, 1 << 30), Err(Refused::Damaged(_))));
}
