//! The texts and the code know the same keys.

use mingjing_network::figures::FINDING_KEYS;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

type Texts = BTreeMap<String, BTreeMap<String, String>>;

fn texts() -> Texts {
    serde_yaml_ng::from_str(include_str!("../../../../data/text/zh-CN.yaml")).unwrap()
}

/// All string literals of the sources that look like a key.
fn literals(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            literals(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.extend(text.split('"').filter(|part| is_key(part)).map(str::to_owned));
        }
    }
}

fn is_key(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    text.split_once('.')
        .is_some_and(|(group, name)| plain(group) && plain(name) && texts().contains_key(group))
}

#[test]
fn every_key_in_the_code_has_a_sentence_and_every_sentence_is_said() {
    let texts = texts();
    let mut used = BTreeSet::new();
    literals(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut used);
    for key in &used {
        let (group, name) = key.split_once('.').unwrap();
        assert!(texts[group].contains_key(name), "{key} has no sentence");
    }
    // Names made from parts: found.KEY, must.KEY, contested.KEY.
    for (group, names) in
        texts.iter().filter(|(group, _)| !["found", "must", "contested"].contains(&group.as_str()))
    {
        for name in names.keys() {
            let key = format!("{group}.{name}");
            let made = name.ends_with("_text") && group == "test";
            assert!(used.contains(&key) || made, "{key} is never said");
        }
    }
}

#[test]
fn every_finding_has_a_name_a_meaning_and_a_treatment() {
    let found = &texts()["found"];
    for key in FINDING_KEYS.into_iter().chain(["bad_amounts", "bad_times", "rejected_rows"]) {
        for part in ["", "_means", "_does"] {
            assert!(found.contains_key(&format!("{key}{part}")), "{key}{part}");
        }
    }
}
