//! The same input gives the same bytes: with one thread or two, in any directory, under any name.

use crate::program::{ANALYZE, assert_same, files, line, scheme};
use std::fs;

#[test]
fn threads_and_places_change_no_byte() {
    for (arguments, format) in [
        ("--plan sunline --accounts 20000 --seed 21 --dirty 0.02", "csv"),
        ("--plan binary --accounts 6000 --seed 22 --dirty 0.02 --format parquet", "parquet"),
    ] {
        let dir = scheme(arguments);
        let analyze =
            ANALYZE.replace(".csv", &format!(".{format}")) + " --subject M000000009 --as-of 2020-01-01";
        line(dir.path(), &format!("{analyze} --jobs 1")).well();
        let one = files(&dir.path().join("r"));
        assert!(one.len() >= 12, "{:?}", one.keys());

        // Other threads, another directory, other names of directories, absolute paths.
        let other = tempfile::tempdir().unwrap();
        let place = other.path().join("案卷 2");
        fs::create_dir(&place).unwrap();
        let from = dir.path().join("s").display().to_string();
        let analyze = analyze.replace("s/", &format!("{from}/")).replace("--out r", "--out ./another-name");
        line(&place, &format!("{analyze} --jobs 2")).well();
        assert_same(&one, &files(&place.join("another-name")));

        line(&place, &format!("{analyze} --jobs 7 --replace")).well();
        assert_same(&one, &files(&place.join("another-name")));
    }
}

#[test]
fn two_files_of_one_table_are_counted_as_one() {
    let dir = scheme("--accounts 3000 --seed 23");
    let analyze = "network analyze --public --members s/members.csv --ledger s/ledger.csv --out r";
    line(dir.path(), analyze).well();
    let whole = crate::program::read_json(&dir.path().join("r/summary.json"));
    for name in ["members", "ledger"] {
        let text = fs::read_to_string(dir.path().join(format!("s/{name}.csv"))).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let (one, two) = lines[1..].split_at(lines.len() / 3);
        for (part, rows) in [("a", one), ("b", two)] {
            let text = format!("{}\n{}\n", lines[0], rows.join("\n"));
            fs::write(dir.path().join(format!("{name}-{part}.csv")), text).unwrap();
        }
    }
    let parts = "--members members-a.csv members-b.csv --ledger ledger-a.csv ledger-b.csv";
    let analyze = format!("network analyze --public {parts} --out r --replace");
    line(dir.path(), &analyze).well();
    let split = crate::program::read_json(&dir.path().join("r/summary.json"));
    assert_eq!((&whole["figures"], &whole["findings"]), (&split["figures"], &split["findings"]));
    crate::program::verify(dir.path(), "");
}
