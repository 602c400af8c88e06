//! Polluted files (shared data) through the program: refused or read, with file and reason, never a panic. What
//! becomes of each row is the business of the tests of `intake`.

use crate::program::{names, read_json, rows, run, shared};
use std::fs;
use std::process::Command;

#[test]
fn polluted_files_are_refused_by_name_or_read_with_every_row_told() {
    let Some(archive) = shared("csv-pollution/files.tar.xz") else { return };
    let dir = tempfile::tempdir().unwrap();
    let unpacked = Command::new("tar").arg("-xJf").arg(&archive).arg("-C").arg(dir.path()).status().unwrap();
    assert!(unpacked.success(), "tar and xz are needed for this test");
    let fields = "members: { account: PRODUCTID, referrer: Comments, joined: DATE }\n";
    fs::write(dir.path().join("products.yaml"), fields).unwrap();
    let all = names(&dir.path().join("csv"));
    assert_eq!(all.len(), 41);
    let mut read = 0;
    for name in all {
        let file = format!("csv/{name}");
        // They are tables of products: no heading says account or referrer.
        let plain = ["network", "analyze", "--public", "--members", &file, "--out", "r"];
        let refused = run(dir.path(), &plain);
        assert_eq!(refused.code, Some(2), "{name}: {}", refused.err);
        assert!(refused.err.contains(&name), "{name}: {}", refused.err);

        let mapped = [&plain[..], &["--mapping", "products.yaml"]].concat();
        let done = run(dir.path(), &mapped);
        match done.code {
            Some(0) => {
                let summary = read_json(&dir.path().join("r/summary.json"));
                assert!(rows(&summary, "members")[0] > 0, "{name}");
                fs::remove_dir_all(dir.path().join("r")).unwrap();
                read += 1;
            }
            code => {
                assert_eq!(code, Some(2), "{name}: {}", done.err);
                assert!(done.err.contains(&name), "{name}: {}", done.err);
            }
        }
        assert_eq!(names(dir.path()), ["clean", "csv", "parameters", "products.yaml"], "{name}");
    }
    assert!(read >= 35, "{read}");
}
