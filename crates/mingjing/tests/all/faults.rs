//! Bad input and bad arguments: the exit code says whose fault it is, the message names the thing and says what to
//! do, and nothing is left behind.

use crate::program::{Done, names, run, scheme};
use std::fs;
use std::path::Path;
use std::process::Command;

const MEMBERS: &str = "会员编号,推荐人编号,注册时间\nA1,,2020-01-01\nA2,A1,2020-01-02\nA3,A2,2020-01-03\n";

/// A directory with a small member table, a ledger of order and topup, and what a case needs.
fn place(more: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let ledger = "会员编号,类型,金额,时间\nA1,入会费,100.00,2020-01-01\nA2,充值,50.00,2020-01-02\n";
    for (name, text) in [("m.csv", MEMBERS), ("both.csv", ledger)].iter().chain(more) {
        fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

/// Runs, and looks whether the directory holds what it held before.
fn run_in(dir: &Path, arguments: &[&str]) -> Done {
    let before = names(dir);
    let done = run(dir, arguments);
    assert_eq!(names(dir), before, "{arguments:?} left something");
    done
}

#[track_caller]
fn says(done: &Done, code: i32, words: &[&str]) {
    assert_eq!(done.code, Some(code), "{}", done.err);
    for word in words {
        assert!(done.err.contains(word), "{word:?} is not in: {}", done.err);
    }
    assert!(!done.err.contains("panicked"), "{}", done.err);
    assert_eq!(done.out, "");
}

/// Analyses `m.csv` with further arguments.
#[track_caller]
fn refused(more: &[(&str, &str)], arguments: &str, code: i32, words: &[&str]) {
    let dir = place(more);
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let arguments = [&["network", "analyze", "--out", "r"], arguments.as_slice()].concat();
    says(&run_in(dir.path(), &arguments), code, words);
}

#[test]
fn a_missing_or_empty_file_is_named() {
    refused(&[], "--public --members none.csv", 2, &["none.csv", "no such file"]);
    refused(&[], "--public --members m.csv --ledger none.csv", 2, &["none.csv", "no such file"]);
    refused(&[], "--public --members m.csv --mapping none.yaml", 2, &["none.yaml", "no such file"]);
    refused(&[], "--public --members m.csv --persons none.csv", 2, &["none.csv", "no such file"]);
    refused(&[("e.csv", "")], "--public --members e.csv", 2, &["e.csv", "empty"]);
    refused(&[("e.csv", "")], "--public --members m.csv --ledger e.csv", 2, &["e.csv", "empty"]);
    refused(&[("b.csv", "\n\n \n")], "--public --members b.csv", 2, &["b.csv"]);
    refused(&[("z.xlsx", "PK")], "--public --members z.xlsx", 2, &["z.xlsx"]);
    refused(&[("z.parquet", "PAR1")], "--public --members z.parquet", 2, &["z.parquet"]);
    refused(&[("z.csv.gz", "no gzip")], "--public --members z.csv.gz", 2, &["z.csv.gz"]);
}

#[test]
fn what_is_no_regular_file_is_the_users_fault_and_what_cannot_be_read_the_worlds() {
    refused(&[], "--public --members /proc/self/mem", 1, &["mem"]);
    let dir = place(&[]);
    fs::create_dir(dir.path().join("folder.csv")).unwrap();
    let arguments = ["network", "analyze", "--out", "r", "--public", "--members", "folder.csv"];
    says(&run_in(dir.path(), &arguments), 2, &["folder.csv", "directory"]);
}

#[test]
fn a_file_without_permission_is_the_worlds_fault() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = place(&[]);
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(&dir.path().join("m.csv"), 0o000);
    mode(dir.path(), 0o777);
    // Root may read everything: the program is run as nobody then.
    let program = dir.path().join("mingjing");
    fs::copy(env!("CARGO_BIN_EXE_mingjing"), &program).unwrap();
    mode(&program, 0o755);
    let arguments = ["network", "analyze", "--public", "--members", "m.csv", "--out", "r"];
    let mut command = match fs::read(dir.path().join("m.csv")) {
        Err(_) => Command::new(&program),
        Ok(_) => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
            command
        }
    };
    let Ok(done) = command.args(arguments).current_dir(dir.path()).output() else {
        return eprintln!("skipped: run by root, and there is no setpriv");
    };
    let err = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{err}");
    assert!(err.contains("m.csv") && err.contains("ermission"), "{err}");
    assert_eq!(names(dir.path()), ["both.csv", "m.csv", "mingjing"]);
}

#[test]
fn a_table_without_rows_has_nothing_to_count() {
    let heading = MEMBERS.lines().next().unwrap();
    refused(&[("h.csv", heading)], "--public --members h.csv", 2, &["No account", "没有可计的账号"]);
    let unusable = format!("{heading}\n,A1,2020-01-01\n");
    refused(&[("u.csv", &unusable)], "--public --members u.csv", 2, &["No account"]);
    refused(&[], "--public --members m.csv --as-of 2000-01-01", 2, &["No account", "cut-off"]);
}

#[test]
fn a_table_of_one_row_is_counted() {
    let dir = place(&[("one.csv", "会员编号,推荐人编号\nA1,\n")]);
    let arguments = ["network", "analyze", "--public", "--members", "one.csv", "--out", "r", "--json"];
    let summary = run(dir.path(), &arguments).well().json();
    let figures = &summary["figures"];
    assert_eq!(
        (&figures["accounts"], &figures["persons"], &figures["levels"]),
        (&1.into(), &1.into(), &1.into())
    );
    assert_eq!(summary["findings"]["rejected_rows"], 0);
    crate::program::verify(dir.path(), "");
}

#[test]
fn headings_that_are_missing_or_ambiguous_are_named_with_a_mapping_to_fill_in() {
    let bad = |name: &'static str, text: &'static str, words: &[&str]| {
        refused(&[(name, text)], &format!("--public --members {name}"), 2, &[&[name], words].concat());
    };
    bad("no-account.csv", "甲,推荐人\n1,\n", &["account", "members:"]);
    bad("no-referrer.csv", "会员编号,乙\n1,\n", &["referrer", "members:"]);
    bad("two-fields.csv", "会员编号,上级\n1,\n", &["上级", "referrer", "placement", "members:"]);
    bad("two-headings.csv", "会员编号,账号,推荐人\n1,1,\n", &["会员编号", "账号", "members:"]);
    let kinds = "会员编号,类型,金额,时间\nA1,入会费,1,2020-01-01\nA1,神秘款,1,2020-01-01\n";
    refused(&[("k.csv", kinds)], "--public --members m.csv --ledger k.csv", 2, &["神秘款", "kinds:"]);
}

#[test]
fn both_topups_and_orders_need_a_boundary() {
    let words = ["100.00", "50.00", "boundary: cash", "boundary: order"];
    refused(&[], "--public --members m.csv --ledger both.csv", 2, &words);
}

#[test]
fn a_mapping_that_is_none_is_named() {
    let with = |text: &'static str, words: &[&str]| {
        refused(
            &[("x.yaml", text)],
            "--public --members m.csv --mapping x.yaml",
            2,
            &[&["x.yaml"], words].concat(),
        );
    };
    with("boundary: [", &[]);
    with("colour: red\n", &["colour"]);
    with("boundary: sideways\n", &["boundary"]);
    with("timezone: Mars/Olympus\n", &["Mars/Olympus"]);
    let kinds = "kinds: { 入会费: gift }\n";
    with(kinds, &["gift"]);
    let nowhere = "members: { account: nowhere, referrer: 推荐人编号 }\n";
    refused(&[("x.yaml", nowhere)], "--public --members m.csv --mapping x.yaml", 2, &["account", "注册时间"]);
}

#[test]
fn terms_that_do_not_exist_are_named() {
    refused(&[], "--public --members m.csv --policy none", 2, &["none", "main", "strict"]);
    for day in ["2020-13-01", "2020-02-30", "yesterday", "20200101x"] {
        refused(&[], &format!("--public --members m.csv --as-of {day}"), 2, &[day, "--as-of", "2020-06-30"]);
    }
    refused(&[], "--public --members m.csv --subject A9", 2, &["A9", "--subject"]);
    refused(&[], "--public --members m.csv --jobs 0", 2, &["--jobs"]);
    refused(&[], "--public --members m.csv --policy paid", 2, &["--ledger", "paid"]);
    refused(&[], "--public --members m.csv --policy no-consumers", 2, &["--ledger"]);
    refused(&[], "--public --members m.csv --policy placement", 2, &["placement"]);
}

#[test]
fn person_data_enter_a_case_only() {
    refused(&[], "--members m.csv", 2, &["--public", "--case"]);
    refused(&[], "--members m.csv --public --case 1", 2, &["--public", "--case"]);
    let whole =
        "--members m.csv --case 1号 --basis 刑法224-1 --purpose 侦查 --approver 王 --retain-until 2030-01-01";
    for option in ["--basis", "--purpose", "--approver", "--retain-until"] {
        let words: Vec<&str> = whole.split(' ').collect();
        let at = words.iter().position(|word| *word == option).unwrap();
        let without = [&words[..at], &words[at + 2..]].concat().join(" ");
        refused(&[], &without, 2, &[option]);
    }
    refused(&[], &whole.replace("2030-01-01", "soon"), 2, &["--retain-until", "soon", "2020-06-30"]);
    let dir = place(&[]);
    let mut words: Vec<&str> = whole.split(' ').collect();
    let at = words.iter().position(|word| *word == "--basis").unwrap();
    words[at + 1] = " ";
    let arguments = [&["network", "analyze", "--out", "r"], words.as_slice()].concat();
    says(&run_in(dir.path(), &arguments), 2, &["--basis"]);
    words[at + 1] = "刑法224-1";
    let arguments = [&["network", "analyze", "--out", "r", "--json"], words.as_slice()].concat();
    let summary = run(dir.path(), &arguments).well().json();
    assert_eq!(summary["grounds"]["case"]["number"], "1号");
    assert_eq!(summary["grounds"]["case"]["retain_until"], "2030-01-01");
}

#[test]
fn faults_of_a_confirmed_list_are_named_with_their_row() {
    let heading = "account,person,decided_by,decided_on\n";
    let with = |text: &str, words: &[&str]| {
        refused(&[("c.csv", text)], "--public --members m.csv --persons c.csv", 2, words);
    };
    with("account,person,decided_by\nA1,x,王\n", &["c.csv", "decided_on"]);
    with(&format!("{heading}A1,x,王,2020-01-01\nA2,x,,2020-01-01\n"), &["c.csv", "row 3", "decided_by"]);
    with(&format!("{heading}A1,x,王,soon\n"), &["c.csv", "row 2", "soon"]);
    with(&format!("{heading}A1,x,王,2020-01-01\nA1,y,王,2020-01-01\n"), &["row 3", "A1", "x", "y"]);
    with(&format!("{heading}A1,x,王,2020-01-01\nA9,x,王,2020-01-01\n"), &["row 3", "A9"]);
}

#[test]
fn a_directory_that_holds_files_is_not_written_over() {
    let arguments = |more: &[&'static str]| {
        [&["network", "analyze", "--public", "--members", "m.csv", "--out"], more].concat()
    };
    let dir = place(&[]);
    let papers = dir.path().join("papers");
    fs::create_dir(&papers).unwrap();
    fs::write(papers.join("letter.txt"), "dear").unwrap();
    says(&run_in(dir.path(), &arguments(&["papers"])), 2, &["papers", "--replace"]);
    says(&run_in(dir.path(), &arguments(&["papers", "--replace"])), 2, &["papers", "summary.json"]);
    assert_eq!(names(&papers), ["letter.txt"]);
    says(&run_in(dir.path(), &arguments(&["m.csv"])), 2, &["m.csv", "not a directory"]);
    says(&run_in(dir.path(), &arguments(&["no/where/r"])), 2, &["no/where", "no such directory"]);

    run(dir.path(), &arguments(&["r"])).well();
    let before = crate::program::files(&dir.path().join("r"));
    says(&run_in(dir.path(), &arguments(&["r"])), 2, &["--replace"]);
    // A replace that fails leaves the earlier result.
    says(&run_in(dir.path(), &arguments(&["r", "--replace", "--subject", "A9"])), 2, &["A9"]);
    crate::program::assert_same(&before, &crate::program::files(&dir.path().join("r")));
}

#[test]
fn questions_about_what_is_not_there_are_answered_so() {
    let dir = scheme("--accounts 50");
    let run = |arguments: &str| run_in(dir.path(), &arguments.split(' ').collect::<Vec<_>>());
    for verb in [
        "verify",
        "explain --person P1 --figure levels",
        "branch --account 1",
        "compare --policy main --policy paid",
    ] {
        let (verb, more) = verb.split_once(' ').unwrap_or((verb, ""));
        let line = format!("network {verb} --out none {more}");
        says(&run(line.trim()), 2, &["none", "not found"]);
        let line = format!("network {verb} --out s {more}");
        says(&run(line.trim()), 2, &["not found", "result directory"]);
    }
    let analyze = "network analyze --public --members s/members.csv --ledger s/ledger.csv --out r";
    crate::program::line(dir.path(), analyze).well();
    says(&run("network explain --out r --person P1 --figure wealth"), 2, &["wealth", "team_paid_in"]);
    says(&run("network explain --out r --account M000000001 --figure net"), 2, &["net", "person_levels"]);
    says(&run("network explain --out r --person P999 --figure levels"), 2, &["P999"]);
    says(&run("network explain --out r --person P0 --figure levels"), 2, &["P0", "P12"]);
    says(&run("network explain --out r --person abc --figure levels"), 2, &["abc", "P12"]);
    says(&run("network explain --out r --account nobody --figure levels"), 2, &["nobody"]);
    says(&run("network explain --out r --figure levels"), 2, &["--person", "--account"]);
    says(&run("network branch --out r --account nobody"), 2, &["nobody", "accounts.parquet"]);
    says(&run("network compare --out r --policy main"), 2, &["twice"]);
    says(&run("network compare --out r --policy main --policy none"), 2, &["none", "strict"]);
    says(&run("synth network --accounts 0 --out t"), 2, &["--accounts"]);
    says(&run("synth network --accounts 9 --out s"), 2, &["s", "not empty"]);
    says(&run("network"), 2, &["analyze"]);
}

#[test]
fn results_whose_input_or_content_changed_do_not_verify() {
    let dir = scheme("--accounts 300");
    let analyze = "network analyze --public --members s/members.csv --ledger s/ledger.csv --out r";
    crate::program::line(dir.path(), analyze).well();
    let run = |arguments: &str| run_in(dir.path(), &arguments.split(' ').collect::<Vec<_>>());
    let path = dir.path().join("r/summary.json");
    let summary = fs::read_to_string(&path).unwrap();
    fs::write(&path, summary.replace("\"levels\": ", "\"levels\": 1")).unwrap();
    says(&run("network verify --out r"), 2, &["summary.json", "differences"]);
    fs::write(&path, &summary).unwrap();
    run("network verify --out r").well();
    let input = dir.path().join("s/members.csv");
    let text = fs::read_to_string(&input).unwrap();
    fs::write(&input, text.replace("M000000007,", "M000000008,")).unwrap();
    says(&run("network verify --out r"), 2, &["members.csv", "SHA-256", "--inputs"]);
    fs::remove_file(&input).unwrap();
    says(&run("network verify --out r"), 2, &["members.csv", "--inputs"]);
    fs::write(&input, text).unwrap();
    fs::write(dir.path().join("r/accounts.parquet"), "PAR1 and then nothing").unwrap();
    says(&run("network verify --out r"), 1, &["accounts.parquet", "run the analysis again"]);
    fs::write(dir.path().join("r/branches.idx"), "short").unwrap();
    says(&run("network branch --out r --account M000000001"), 1, &["branches.idx", "run the analysis again"]);
}
