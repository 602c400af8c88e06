//! The documents keep what they promise: words of the data stand in the glossary, links lead somewhere.

use crate::law;
use mingjing_network::figures::{FINDING_KEYS, Tree};
use serde_yaml_ng::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_glossary_names_every_finding_and_every_field_of_a_mapping() {
    let glossary = read("docs/glossary.md");
    for key in FINDING_KEYS {
        assert!(glossary.contains(&format!("`{key}`")), "{key}");
    }
    for file in ["data/mapping/member.yaml", "data/mapping/ledger.yaml"] {
        let mapping: Value = serde_yaml_ng::from_str(&read(file)).unwrap();
        for field in mapping["fields"].as_mapping().unwrap().keys() {
            assert!(glossary.contains(&format!("`{}`", field.as_str().unwrap())), "{field:?}");
        }
        for class in mapping["kinds"].as_mapping().iter().flat_map(|kinds| kinds.keys()) {
            assert!(glossary.contains(&format!("`{}`", class.as_str().unwrap())), "{class:?}");
        }
    }
}

#[test]
fn the_guide_lists_every_policy_as_its_file_has_it() {
    let guide = read("docs/guide/law.md");
    for named in law::policies() {
        let p = &named.policy;
        let line = format!(
            "| `{}` | {} | {} | {} | {} |",
            p.id,
            if p.tree == Tree::Referral { "referral" } else { "placement" },
            if p.paid_only { "paid only" } else { "all" },
            if p.with_system { "with" } else { "without" },
            if p.with_consumers { "kept" } else { "dropped" },
        );
        assert!(guide.contains(&line), "{line}");
    }
}

#[test]
fn every_link_of_the_documents_leads_to_a_file() {
    let documents = [
        "README.md",
        "README.zh-CN.md",
        "ARCHITECTURE.md",
        "docs/glossary.md",
        "docs/guide/index.md",
        "docs/guide/synth.md",
        "docs/guide/law.md",
    ];
    let mut links = 0;
    for document in documents {
        for rest in read(document).split("](").skip(1) {
            let target = rest.split([')', '#']).next().unwrap();
            let path = root().join(document).parent().unwrap().join(target);
            assert!(target.is_empty() || path.exists(), "{document}: {target}");
            links += 1;
        }
    }
    assert!(links > 15, "{links}");
}
