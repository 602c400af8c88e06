//! Compiles the sentences of `data/text` into the crate, and makes room for `dist` where npm has not built it.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    // Asked at run time: two checkouts that share a target directory share this program too.
    let root = std::env::var("CARGO_MANIFEST_DIR")?;
    let root = Path::new(&root);
    let mut out = String::new();
    for (name, language) in [("ZH", "zh-CN"), ("EN", "en")] {
        let folder = root.join("../../data/text").join(language);
        println!("cargo::rerun-if-changed={}", folder.display());
        let sentences = sentences(&folder)?;
        writeln!(out, "/// Key and sentence, by key.\npub(super) const {name}: &[(&str, &str)] = &[")?;
        for (key, sentence) in sentences {
            writeln!(out, "    ({key:?}, {sentence:?}),")?;
        }
        writeln!(out, "];")?;
    }
    fs::write(Path::new(&std::env::var("OUT_DIR")?).join("sentences.rs"), out)?;
    let dist = root.join("dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    fs::create_dir_all(&dist)?;
    Ok(())
}

/// All sentences of one language. The key begins with the name of the file: `sign_in.title`.
fn sentences(folder: &Path) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let mut found = BTreeMap::new();
    for file in fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))? {
        let file = file?.path();
        if file.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        println!("cargo::rerun-if-changed={}", file.display());
        let noun = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file)?;
        let value: serde_yaml_ng::Value =
            serde_yaml_ng::from_str(&text).map_err(|e| format!("{}: {e}", file.display()))?;
        take(&noun, &value, &mut found).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    Ok(found)
}

fn take(key: &str, value: &serde_yaml_ng::Value, found: &mut BTreeMap<String, String>) -> Result<(), String> {
    use serde_yaml_ng::Value;
    match value {
        Value::String(sentence) => {
            found.insert(key.to_owned(), sentence.trim_end().to_owned());
        }
        Value::Mapping(inner) => {
            for (name, value) in inner {
                let Value::String(name) = name else {
                    return Err(format!(
                        "below {key} stands a key that is no text; put it in quotes: {name:?}"
                    ));
                };
                take(&format!("{key}.{name}"), value, found)?;
            }
        }
        Value::Null => {}
        other => return Err(format!("{key} is no sentence; put it in quotes: {other:?}")),
    }
    Ok(())
}
