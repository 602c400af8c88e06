//! The directory appears whole or not at all.

use mingjing_results::Error;
use mingjing_results::stage::Stage;
use std::fs;
use std::io::Write;
use std::path::Path;

fn results(out: &Path, replace: bool, text: &str) -> Result<(), Error> {
    let stage = Stage::begin(out, replace)?;
    stage.create("summary.json")?.write_all(text.as_bytes()).unwrap();
    stage.commit().map(|_| ())
}

fn only(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn a_committed_directory_holds_its_files_and_leaves_nothing_beside() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("案件 甲");
    results(&out, false, "one").unwrap();
    assert_eq!(fs::read_to_string(out.join("summary.json")).unwrap(), "one");
    assert_eq!(only(dir.path()), ["案件 甲"]);
}

#[test]
fn a_dropped_stage_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let stage = Stage::begin(&out, false).unwrap();
    stage.create("summary.json").unwrap();
    drop(stage);
    assert!(only(dir.path()).is_empty());
}

#[test]
fn a_directory_with_files_is_kept_unless_it_is_to_be_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    results(&out, false, "one").unwrap();
    let error = results(&out, false, "two").unwrap_err();
    assert!(matches!(error, Error::NotEmpty(_)) && error.is_users(), "{error}");
    assert_eq!(fs::read_to_string(out.join("summary.json")).unwrap(), "one");
    results(&out, true, "two").unwrap();
    assert_eq!(fs::read_to_string(out.join("summary.json")).unwrap(), "two");
    assert_eq!(only(dir.path()), ["out"]);
}

#[test]
fn an_empty_directory_is_filled() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    fs::create_dir(&out).unwrap();
    results(&out, false, "one").unwrap();
    assert_eq!(only(&out), ["summary.json"]);
}

#[test]
fn files_that_are_no_results_are_never_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("photos");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("cat.jpg"), "cat").unwrap();
    let error = results(&out, true, "one").unwrap_err();
    assert!(matches!(error, Error::NotReplaceable(_)) && error.is_users(), "{error}");
    assert_eq!(only(&out), ["cat.jpg"]);
    assert_eq!(only(dir.path()), ["photos"]);
}

#[test]
fn a_missing_parent_and_a_file_in_the_way_are_the_users_to_mend() {
    let dir = tempfile::tempdir().unwrap();
    let error = Stage::begin(&dir.path().join("no/out"), false).unwrap_err();
    assert!(matches!(error, Error::ParentMissing(_)) && error.is_users(), "{error}");
    fs::write(dir.path().join("file"), "").unwrap();
    let error = Stage::begin(&dir.path().join("file"), true).unwrap_err();
    assert!(matches!(error, Error::NotADirectory(_)) && error.is_users(), "{error}");
}

#[test]
fn two_runs_do_not_write_to_one_place() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let first = Stage::begin(&out, false).unwrap();
    let error = Stage::begin(&out, true).unwrap_err();
    assert!(matches!(error, Error::InUse(_)) && error.is_users(), "{error}");
    first.create("summary.json").unwrap();
    first.commit().unwrap();
    assert!(matches!(Stage::begin(&out, false).unwrap_err(), Error::NotEmpty(_)));
}

#[test]
fn what_a_killed_run_left_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join(".out.partial/deep")).unwrap();
    fs::write(dir.path().join(".out.partial/accounts.parquet"), "half").unwrap();
    results(&dir.path().join("out"), false, "one").unwrap();
    assert_eq!(only(&dir.path().join("out")), ["summary.json"]);
    assert_eq!(only(dir.path()), ["out"]);
}
