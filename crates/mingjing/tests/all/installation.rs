//! An installation from the command line: migrate, doctor, audit, backup and restore, on both databases.

use mingjing_testkit::{Database, databases};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

struct Said {
    code: i32,
    out: String,
    err: String,
}

fn said(output: Output) -> Said {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// Runs the program on an installation.
fn run(base: &str, data: &Path, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mingjing"));
    command.args(arguments).arg("--database").arg(base).arg("--data").arg(data);
    said(command.env_remove("MINGJING_DATABASE").env_remove("MINGJING_DATA").output().unwrap())
}

/// Runs SQL past the program.
fn sql(base: &str, text: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let db = mingjing_store::Db::open(base).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let sql = sqlx::AssertSqlSafe(text.to_owned());
        mingjing_store::within!(&mut tx, c => sqlx::raw_sql(sql).execute(c).await.map(drop)).unwrap();
        tx.commit().await.unwrap();
        db.close().await;
    });
}

/// Writes entries as the server does, and chains them.
fn log(base: &str, entries: i64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let db = mingjing_store::Db::open(base).await.unwrap();
        for at in 0..entries {
            let entry = mingjing_store::audit::Entry {
                at,
                account: None,
                account_name: "系统".to_owned(),
                office: None,
                action: "run".to_owned(),
                subject_kind: "job".to_owned(),
                subject_id: at.to_string(),
                division: None,
                detail: serde_json::json!({}),
                request: String::new(),
                address: None,
            };
            let mut tx = db.begin().await.unwrap();
            mingjing_store::audit::append(&mut tx, &entry).await.unwrap();
            tx.commit().await.unwrap();
        }
        mingjing_store::audit::link::link(&db, 9, 1_000).await.unwrap();
        db.close().await;
    });
}

/// A migrated installation with a key file, some audit entries and a file.
fn furnish(base: &Database, data: &Path) {
    let made = run(&base.address, data, &["migrate"]);
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(made.out.contains("from shape 0"), "{}", made.out);
    let key = data.join("secret.key");
    std::fs::write(&key, "07".repeat(32)).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::create_dir(data.join("analysis")).unwrap();
    std::fs::write(data.join("analysis/members.csv"), "account\n").unwrap();
    log(&base.address, 20);
}

const FORGE: [&str; 2] = [
    "drop trigger audit_entry_keeps; update audit_entry set account_name = '李强' where subject_id = '7'",
    "set local session_replication_role = replica; update audit_entry set account_name = '李强' where subject_id = '7'",
];

fn forge(base: &Database) {
    sql(&base.address, FORGE[usize::from(base.name == "postgres")]);
}

#[test]
fn an_installation_is_made_backed_up_restored_and_found_well() {
    for base in databases() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        furnish(&base, &data);
        let again = run(&base.address, &data, &["migrate"]);
        assert!(again.code == 0 && again.out.contains("already"), "{}", again.out);

        let backed_up = run(&base.address, &data, &["backup"]);
        assert_eq!(backed_up.code, 0, "{}", backed_up.err);
        let well = run(&base.address, &data, &["doctor"]);
        assert_eq!(well.code, 0, "{}{}", well.out, well.err);
        assert!(well.out.contains("All is well") && well.out.contains("20 条"), "{}", well.out);

        let from = std::fs::read_dir(data.join("backups")).unwrap().next().unwrap().unwrap().path();
        for target in databases() {
            let new = folder.path().join(format!("new-{}", target.name));
            let from = from.to_str().unwrap();
            let restored = run(&target.address, &new, &["restore", "--from", from]);
            assert_eq!(restored.code, 0, "{}", restored.err);
            assert!(restored.out.contains("Put the key file"), "{}", restored.out);
            assert!(!new.join("secret.key").exists() && new.join("analysis/members.csv").exists());
            let without = run(&target.address, &new, &["doctor", "--backup-days", "0"]);
            assert!(without.code == 1 && without.out.contains("key file is missing"), "{}", without.out);
            std::fs::copy(data.join("secret.key"), new.join("secret.key")).unwrap();
            let well = run(&target.address, &new, &["doctor", "--backup-days", "0"]);
            assert_eq!(well.code, 0, "{} to {}: {}", base.name, target.name, well.out);
            let twice = run(&target.address, &new, &["restore", "--from", from]);
            assert!(twice.code == 2 && twice.err.contains("not empty"), "{}", twice.err);
        }
    }
}

#[test]
fn doctor_names_each_fault_and_what_to_do() {
    for base in databases() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        furnish(&base, &data);
        let key = data.join("secret.key");
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
        sql(
            &base.address,
            "insert into job (kind, title, input, state, not_before, created_at, heartbeat_at)
             values ('count', 'x', '{}', 'running', 1, 1, 1);
             insert into audit_entry (id, at, account_name, action, subject_kind, subject_id, detail, request)
             values ('a', 1, '', '', '', '', '{}', ''); insert into audit_waiting values ('a');",
        );
        forge(&base);
        let found = run(&base.address, &data, &["doctor"]);
        assert_eq!(found.code, 1, "{}", found.out);
        assert!(found.err.contains("5 faults"), "{}{}", found.out, found.err);
        for line in ["key file", "backup", "第8条", "waiting for the chain", "without a heartbeat 1"] {
            let fault = found.out.lines().find(|said| said.contains(line)).unwrap_or_default();
            assert!(fault.starts_with("异常"), "{line}: {}", found.out);
        }
        assert_eq!(found.out.matches('→').count(), 5, "{}", found.out);
    }
}

#[test]
fn what_is_not_there_is_told_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let base = format!("sqlite:{}", folder.path().join("none.db").display());
    for arguments in [&["audit", "verify"][..], &["audit", "head"], &["backup"]] {
        let refused = run(&base, &data, arguments);
        assert!(refused.code == 2 && refused.err.contains("no database"), "{}", refused.err);
    }
    assert_eq!(run(&base, &data, &["doctor"]).code, 1);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let wrong = run("mysql://root@host/x", &data, &["audit", "verify"]);
    assert!(wrong.code == 2 && wrong.err.contains("postgres://"), "{}", wrong.err);
    let away = run("postgres:///x?host=/nowhere&user=app", &data, &["audit", "verify"]);
    assert_eq!(away.code, 1, "{}", away.err);
}

#[test]
fn a_database_that_was_not_migrated_is_not_touched() {
    for base in databases() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        if base.name == "sqlite" {
            std::fs::write(base.address.trim_start_matches("sqlite:"), "").unwrap();
        }
        for arguments in [&["audit", "verify"][..], &["backup"]] {
            let refused = run(&base.address, &data, arguments);
            assert!(refused.code == 2 && refused.err.contains("mingjing migrate"), "{}", refused.err);
        }
        let found = run(&base.address, &data, &["doctor", "--backup-days", "0"]);
        assert!(found.code == 1 && found.out.contains("Run mingjing migrate"), "{}", found.out);
    }
}

#[test]
fn the_log_is_checked_exported_and_found_broken() {
    for base in databases() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        furnish(&base, &data);
        let head = run(&base.address, &data, &["audit", "head"]);
        assert!(head.code == 0 && head.out.starts_with("{\"seq\":20,"), "{}", head.out);
        let kept = folder.path().join("head.json");
        std::fs::write(&kept, &head.out).unwrap();
        let verify = ["audit", "verify", "--head", kept.to_str().unwrap()];
        let good = run(&base.address, &data, &verify);
        assert!(good.code == 0 && good.out.contains("Good"), "{}{}", good.out, good.err);
        let file = folder.path().join("audit.jsonl");
        let export = ["audit", "export", "--out", file.to_str().unwrap()];
        let exported = run(&base.address, &data, &export);
        assert!(exported.code == 0 && exported.out.contains("20 →"), "{}{}", exported.out, exported.err);
        let (_, report) =
            mingjing_verify::file::check(std::io::BufReader::new(std::fs::File::open(&file).unwrap()), &[])
                .unwrap();
        assert!(report.is_good() && report.links == 20);
        let again = run(&base.address, &data, &export);
        assert!(again.code == 2 && again.err.contains("already"), "{}", again.err);

        forge(&base);
        let broken = run(&base.address, &data, &verify);
        assert!(broken.code == 3 && broken.out.contains("link 8: the entry"), "{}{}", broken.out, broken.err);
        let json = run(&base.address, &data, &["--json", "audit", "verify"]);
        let lines: serde_json::Value = serde_json::from_str(&json.out).unwrap();
        assert!(lines["lines"].to_string().contains("第8条"), "{}", json.out);
        let error: serde_json::Value = serde_json::from_str(&json.err).unwrap();
        assert_eq!(error["error"]["code"], "broken");
    }
}
