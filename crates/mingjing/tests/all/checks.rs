//! `mingjing data check` on the data of the repository and on broken copies of it.

use crate::program::{Done, line, run};
use std::fs;
use std::path::Path;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data");

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => _ = fs::copy(entry.path(), to.join(entry.file_name())).unwrap(),
        }
    }
}

fn check(data: &Path) -> Done {
    run(data, &["data".as_ref(), "check".as_ref(), "--data".as_ref(), data.as_os_str()])
}

#[test]
fn the_data_of_the_repository_pass() {
    let done = check(Path::new(DATA)).well();
    assert!(done.out.contains("law: 5 files") && done.out.contains("mapping/member.yaml"), "{}", done.out);
    let root = Path::new(DATA).parent().unwrap();
    assert_eq!(line(root, "data check").well().out, done.out);
}

#[test]
fn a_broken_copy_fails_and_file_and_key_are_named() {
    let faults: [(&str, &str, &str, &[&str]); 8] = [
        ("law/floor.yaml", "threshold: { persons: 30,", "threshold: { persons: 31,", &["floor"]),
        (
            "law/floor.yaml",
            "counted: { persons: 29, levels: 29 }",
            "counted: { persons: 28, levels: 29 }",
            &["floor"],
        ),
        ("law/policy.yaml", "tree: placement", "tree: sideways", &["policy.yaml", "sideways"]),
        ("mapping/member.yaml", "date: 2026-11-24", "date: soon", &["member.yaml", "date", "soon"]),
        ("mapping/ledger.yaml", "needed: [", "needed: [soul, ", &["ledger.yaml", "needed", "soul"]),
        ("mapping/member.yaml", "table: member\n", "", &["member.yaml", "table"]),
        ("text/en.yaml", "  contents: Contents\n", "", &["en.yaml", "page.contents"]),
        ("text/zh-CN.yaml", "page:", "page: [", &["zh-CN.yaml"]),
    ];
    for (file, from, to, words) in faults {
        let dir = tempfile::tempdir().unwrap();
        copy(Path::new(DATA), dir.path());
        let path = dir.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} does not say {from:?}: mend this test");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let done = check(dir.path());
        assert_eq!(done.code, Some(2), "{file} {to}: {}{}", done.out, done.err);
        for word in words {
            assert!(done.err.contains(word), "{word}: {}", done.err);
        }
    }
}

#[test]
fn a_directory_without_data_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let done = check(dir.path());
    assert_eq!(done.code, Some(1));
    assert!(done.err.contains("law"), "{}", done.err);
}
