//! Branches, policies side by side, answers for machines.

use crate::program::{ANALYZE, line, read_json, run, scheme};
use mingjing_results::findings;
use mingjing_results::lookup::Accounts;
use serde_json::{Value, json};

#[test]
fn a_branch_is_shown_and_exported_with_all_its_accounts() {
    let dir = scheme("--accounts 3000 --seed 51 --dirty 0.02");
    line(dir.path(), ANALYZE).well();
    let accounts = Accounts::open(&dir.path().join("r")).unwrap();
    let rows = accounts.rows(0..accounts.len()).unwrap().map(Result::unwrap);
    let top = rows.filter(|a| a.accounts < 1000 && a.directs > 3).max_by_key(|a| a.levels).unwrap();
    let branch = |more: &str| {
        line(dir.path(), &format!("network branch --out r --account {} {more}", top.account)).well().out
    };
    let (account, below) = (&top.account, top.accounts as usize);
    let shown = branch("--levels 1000");
    assert_eq!(shown.lines().count(), below + 1, "a heading and every account");
    assert!(shown.lines().nth(1).unwrap().contains(account), "{shown}");
    assert_eq!(branch("--levels 2").lines().count(), 2 + top.directs as usize);
    assert!(branch("--levels 1").contains(&format!("+{}", top.directs)));
    let few = branch("--levels 1000 --nodes 4");
    assert!(few.lines().count() < 10 && few.contains("另有"), "{few}");
    for (format, root) in [("gexf", "</gexf>"), ("graphml", "</graphml>")] {
        let text = branch(&format!("--levels 1000 --export {format}"));
        assert!(text.starts_with("<?xml") && text.trim_end().ends_with(root));
        assert_eq!(text.matches("<node ").count(), below, "{format}");
        assert_eq!(text.matches("<edge ").count(), below - 1, "{format}");
        assert!(text.contains(account.as_str()));
    }
}

#[test]
fn two_policies_stand_side_by_side_with_the_figures_that_each_gives_alone() {
    let dir = scheme("--plan matrix --accounts 2000 --seed 52 --dirty 0.02");
    line(dir.path(), ANALYZE).well();
    let main = read_json(&dir.path().join("r/summary.json"));
    let text = line(dir.path(), "network compare --out r --policy main --policy strict").well().out;
    assert!(text.contains("main") && text.contains("strict"), "{text}");
    let table: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("项目")).collect();
    assert!(table[1].starts_with("人数 "), "what differs, persons first: {text}");
    assert!(table.iter().any(|line| line.starts_with("另 ") && line.ends_with(" 项相同")), "{text}");
    let told = line(dir.path(), "network compare --json --out r --policy main --policy strict").well().json();
    line(dir.path(), &format!("{ANALYZE} --replace --policy strict")).well();
    let strict = read_json(&dir.path().join("r/summary.json"));
    assert_eq!(told["policies"], json!(["main", "strict"]));
    for (side, summary) in [(0, &main), (1, &strict)] {
        for key in ["persons", "accounts", "levels", "persons_meeting_floor", "paid_in", "dropped_accounts"] {
            assert_eq!(told["figures"][side][key], summary["figures"][key], "{key}");
        }
        assert_eq!(told["figures"][side]["spread.median"], summary["figures"]["spread"]["median"]);
    }
    let same = line(dir.path(), "network compare --out r --policy main --policy main").well().out;
    assert!(same.contains("项全部相同") && !same.contains("项目"), "{same}");
}

#[test]
fn the_terms_of_a_run_hold_for_both_sides_of_a_comparison() {
    let dir = scheme("--accounts 2000 --seed 53 --dirty 0.02");
    line(dir.path(), &format!("{ANALYZE} --as-of 2019-06-30")).well();
    let summary = read_json(&dir.path().join("r/summary.json"));
    let told =
        line(dir.path(), "network compare --json --out r --policy main --policy no-system").well().json();
    assert_eq!(told["figures"][0]["accounts"], summary["figures"]["accounts"]);
    assert_eq!(told["figures"][0]["accounts_after_cutoff"], summary["figures"]["accounts_after_cutoff"]);
}

#[test]
fn answers_for_machines_are_json_and_so_are_errors() {
    let dir = scheme("--accounts 300 --seed 54 --dirty 0.02");
    let told = |words: &str| line(dir.path(), words).well().json();
    let summary = told(&format!("{ANALYZE} --json"));
    assert_eq!(summary, read_json(&dir.path().join("r/summary.json")));
    assert_eq!(told("--json network verify --out r")["differences"], 0);
    assert_eq!(told("network explain --json --out r --person P1 --figure levels")["whose"], "P1");
    assert!(told("network compare --json --out r --policy main --policy paid")["figures"].is_array());
    let branch = told("network branch --json --out r --account M000000001 --levels 2");
    let accounts = branch["accounts"].as_array().unwrap();
    assert_eq!(accounts.len() as u64, 1 + accounts[0]["directs"].as_u64().unwrap());
    assert_eq!(
        (&accounts[0]["account"], &accounts[1]["above"]),
        (&json!("M000000001"), &json!("M000000001"))
    );
    assert!(
        told("data policies --json")["policies"].as_array().unwrap().iter().any(|own| own["id"] == "main")
    );
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data");
    assert!(
        told(&format!("data check --json --data {data}"))["lines"][0].as_str().unwrap().starts_with("law: ")
    );
    assert!(
        told("synth network --json --accounts 5 --out five")["lines"][0]
            .as_str()
            .unwrap()
            .contains("5 accounts")
    );

    let fault = |words: &str, code: i32| -> Value {
        let done = line(dir.path(), words);
        assert_eq!((done.code, done.out.as_str()), (Some(code), ""), "{}", done.err);
        serde_json::from_str(&done.err).unwrap_or_else(|e| panic!("{e}: {}", done.err))
    };
    let missing = fault("network analyze --json --public --members none.csv --out t", 2);
    assert_eq!(missing["error"]["code"], "file_missing", "{missing}");
    assert_eq!(fault("network branch --json --out r --account nobody", 2)["error"]["code"], "results");
    assert_eq!(
        fault("network analyze --json --public --members /proc/self/mem --out t", 1)["error"]["code"],
        "world"
    );
    let policy = fault(&format!("{ANALYZE} --json --policy none").replace("--out r", "--out t"), 2);
    assert_eq!(policy["error"]["code"], "unknown_policy");
    let usage = fault("network analyze --json --public --out t", 2);
    assert_eq!(usage["error"]["code"], "usage");
    assert!(usage["error"]["message"].as_str().unwrap().contains("--members"), "{usage}");
}

#[test]
fn the_main_findings_are_printed_with_the_way_to_the_report() {
    let dir = scheme("--accounts 2000 --seed 55 --dirty 0.02");
    let done = line(dir.path(), &format!("{ANALYZE} --timings")).well();
    let report = dir.path().join("r/report.html").display().to_string();
    let truth = read_json(&dir.path().join("s/truth.json"));
    let next = "再运行 mingjing network verify --out r --inputs s\n";
    for word in [&report, "30 人且 3 级", "不是对任何人组织、领导的认定", "findings.csv", next]
    {
        assert!(done.out.contains(word), "{word}: {}", done.out);
    }
    assert!(done.out.contains(&format!("{} 人", truth["figures"]["persons"])), "{}", done.out);
    for phase in ["hash", "members", "ledger", "count", "write", "index", "report", "commit"] {
        assert!(done.err.contains(&format!("phase {phase} ")), "{phase}: {}", done.err);
    }
}

#[test]
fn help_and_version_are_no_errors() {
    let dir = tempfile::tempdir().unwrap();
    for words in ["--help", "--version", "network --help", "network analyze --help", "synth network --help"] {
        let done = line(dir.path(), words).well();
        assert!(!done.out.is_empty() && done.err.is_empty());
    }
    assert_eq!(run::<&str>(dir.path(), &[]).code, Some(2));
}

#[test]
fn inputs_are_found_from_inside_the_result_directory_and_beside_it() {
    let dir = scheme("--accounts 100 --seed 56 --dirty 0.02");
    line(dir.path(), ANALYZE).well();
    let inside = dir.path().join("r");
    let told = line(&inside, "network verify --json --out .").well().json();
    assert_eq!(told["differences"], 0);
    let elsewhere = tempfile::tempdir().unwrap();
    let out = inside.display().to_string();
    line(elsewhere.path(), &format!("network verify --out {out}")).well();
}

#[test]
fn the_report_names_mapping_and_confirmed_list_and_findings_say_why_in_chinese() {
    let dir = scheme("--accounts 2000 --seed 57 --dirty 0.02");
    let list = "account,person,decided_by,decided_on\nM000000001,甲,王,2020-01-01\n";
    std::fs::write(dir.path().join("list.csv"), list).unwrap();
    line(dir.path(), &format!("{ANALYZE} --persons list.csv")).well();
    let report = std::fs::read_to_string(dir.path().join("r/report.html")).unwrap();
    let files = [dir.path().join("list.csv"), dir.path().join("s/mapping.yaml")];
    for hash in mingjing_intake::hash_files(&files, 1, &mingjing_intake::Unwatched).unwrap() {
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(report.contains(&hash), "{hash}");
    }
    assert!(report.contains("list.csv") && report.contains("mapping.yaml"));
    let rows: Vec<_> = findings::read(&dir.path().join("r")).unwrap().map(Result::unwrap).collect();
    let mut refused = rows.iter().filter(|row| row.finding == "rejected_rows").peekable();
    assert!(refused.peek().is_some());
    for row in refused {
        let known = ["账号为空", "栏数不符", "引号位置有误", "重复的表头行", "含控制字符", "数字精度已丢失"];
        assert!(known.contains(&row.reason_zh.as_str()), "{row:?}");
        assert!(row.reason_en.contains('_'), "the code stands beside it: {row:?}");
    }
}
