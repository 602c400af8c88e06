//! The program itself on real files: what it says and its exit codes.

// Helpers stand outside the test functions.
#![allow(clippy::unwrap_used)]

use mingjing_verify::file::{Header, Writer};
use mingjing_verify::record::hash;
use mingjing_verify::{Head, Link, Record, START};
use std::path::Path;
use std::process::{Command, Output};

fn verify(arguments: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mingjing-verify")).args(arguments).output().unwrap()
}

fn export(to: &Path, names: &[&str]) -> Head {
    let (mut head, mut links) = (Head::start(), Vec::new());
    for (seq, name) in (1..).zip(names) {
        let record = Record {
            id: format!("{seq:032x}"),
            at: seq,
            account: Some(1),
            account_name: (*name).to_owned(),
            office: None,
            action: "read".to_owned(),
            subject_kind: "analysis".to_owned(),
            subject_id: "1".to_owned(),
            division: None,
            detail: "{}".to_owned(),
            request: String::new(),
            address: None,
        };
        head = Head { seq, hash: hash(&head.hash, seq, 9, &record.canonical()), at: 9 };
        links.push((Link { seq, linked_at: 9, hash: head.hash.clone() }, record));
    }
    let file = std::fs::File::create(to).unwrap();
    let mut writer = Writer::new(file, &Header::new(10, links.len() as i64, 0, head.clone())).unwrap();
    links.into_iter().for_each(|(link, record)| writer.link(link, Some(record)).unwrap());
    writer.finish().unwrap();
    head
}

#[test]
fn a_good_file_is_good_and_agrees_with_its_kept_head() {
    let folder = tempfile::tempdir().unwrap();
    let (file, head) = (folder.path().join("audit.jsonl"), folder.path().join("head.json"));
    let kept = export(&file, &["王芳", "李强"]);
    std::fs::write(&head, kept.line() + "\n").unwrap();
    let output = verify(&[&file, Path::new("--head"), &head]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains(&kept.hash) && said.contains("完好") && said.contains("Good"), "{said}");
    assert_ne!(kept.hash, START);
}

#[test]
fn a_changed_file_is_broken_with_the_place_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.jsonl");
    export(&file, &["王芳", "李强", "赵敏"]);
    let text = std::fs::read_to_string(&file).unwrap().replace("李强", "孙丽");
    std::fs::write(&file, text).unwrap();
    let output = verify(&[&file]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("第2条") && said.contains("link 2: the entry"), "{said}");
}

#[test]
fn a_shorter_log_than_the_kept_head_is_broken() {
    let folder = tempfile::tempdir().unwrap();
    let (file, head) = (folder.path().join("audit.jsonl"), folder.path().join("head.json"));
    let kept = export(&file, &["王芳", "李强", "赵敏"]);
    export(&file, &["王芳", "李强"]);
    std::fs::write(&head, kept.line()).unwrap();
    assert_eq!(verify(&[&file, Path::new("--head"), &head]).status.code(), Some(3));
    assert_eq!(verify(&[&file]).status.code(), Some(0));
}

#[test]
fn files_that_cannot_be_read_and_wrong_arguments_have_exit_codes_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let (file, none) = (folder.path().join("audit.jsonl"), folder.path().join("none"));
    export(&file, &["王芳"]);
    assert_eq!(verify(&[&none]).status.code(), Some(1));
    assert_eq!(verify(&[&file, Path::new("--head"), &none]).status.code(), Some(1));
    std::fs::write(&none, "{}\n").unwrap();
    assert_eq!(verify(&[&file, Path::new("--head"), &none]).status.code(), Some(1));
    for wrong in [vec![], vec![Path::new("--head")], vec![&file, &file], vec![Path::new("-x"), &file]] {
        assert_eq!(verify(&wrong).status.code(), Some(2), "{wrong:?}");
    }
}
