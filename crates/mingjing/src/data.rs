//! `mingjing data check`: verifies everything under `data/`.
//!
//! Law files by [`crate::law`], with every case counted; mapping files and text files by their general form. What
//! a mapping means is the reader's business, not this module's.

use crate::law::{Fault, Law};
use serde_yaml_ng::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

#[cfg(test)]
mod documents;

/// Arguments of `mingjing data check`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The data directory.
    #[arg(long, default_value = "data")]
    pub data: PathBuf,
}

/// Why the check did not pass.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Faults in the files, one a line.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Faults(Vec<Fault>),
    /// A file or directory could not be read or written.
    #[error("{}: {source}", path.display())]
    World {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Error {
    /// 2 for faults in the data, 1 for the world's.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Faults(_) => 2,
            Error::World { .. } => 1,
        }
    }
}

/// Checks the directory and says what was checked.
///
/// # Errors
/// All faults found, each with file and key; or the file that could not be read.
pub fn run(args: &Args, out: &mut dyn Write) -> Result<(), Error> {
    match mingjing_casework::permission::check(&args.data) {
        Ok(lines) => checked(&args.data, lines, Vec::new(), out),
        Err(found) => {
            let faults = found.into_iter().map(|f| Fault::new(&f.file, f.key, f.message)).collect();
            checked(&args.data, Vec::new(), faults, out)
        }
    }
}

/// Checks law, mappings and texts, and says what was checked, `rights` (policies and divisions) behind it.
fn checked(
    data: &Path,
    rights: Vec<String>,
    mut faults: Vec<Fault>,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let mut said = Vec::new();
    check_law(&read_dir(&data.join("law"))?, &mut faults, &mut said);
    for (name, text) in read_dir(&data.join("mapping"))? {
        let file = format!("mapping/{name}");
        match check_mapping(&file, &text) {
            Ok(line) => said.push(line),
            Err(fault) => faults.push(fault),
        }
    }
    check_texts(&read_dir(&data.join("text"))?, &mut faults, &mut said);
    said.extend(rights);
    if !faults.is_empty() {
        return Err(Error::Faults(faults));
    }
    let written = said.iter().try_for_each(|line| writeln!(out, "{line}"));
    written.map_err(|source| Error::World { path: "standard output".into(), source })
}

/// The YAML files of a directory by name, sorted.
fn read_dir(dir: &Path) -> Result<Vec<(String, String)>, Error> {
    let world = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::World { path, source }
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(world(dir))? {
        let path = entry.map_err(world(dir))?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let text = std::fs::read_to_string(&path).map_err(world(&path))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push((name, text));
        }
    }
    files.sort();
    Ok(files)
}

fn check_law(files: &[(String, String)], faults: &mut Vec<Fault>, said: &mut Vec<String>) {
    let law = match Law::parse(files.iter().map(|(name, text)| (name.as_str(), text.as_str()))) {
        Ok(law) => law,
        Err(fault) => {
            faults.push(Fault { file: format!("law/{}", fault.file), ..fault });
            return;
        }
    };
    let mut cases = 0;
    for rule in &law.rules {
        for case in &rule.cases {
            cases += 1;
            faults.extend(law.judge(rule, case).err());
        }
    }
    said.push(format!(
        "law: {} files, {} rules, {cases} cases counted, {} policies",
        files.len(),
        law.rules.len(),
        law.policies.len()
    ));
}

fn yaml(file: &str, text: &str) -> Result<Value, Fault> {
    serde_yaml_ng::from_str(text).map_err(|error| Fault::new(file, "yaml", error.to_string()))
}

/// Version, date, source; every needed field has synonyms; no synonym twice in a list, no word in two classes.
fn check_mapping(file: &str, text: &str) -> Result<String, Fault> {
    let value = yaml(file, text)?;
    for key in ["table", "version", "date", "source", "needed", "fields"] {
        if value.get(key).is_none() {
            return Err(Fault::new(file, key, "is missing"));
        }
    }
    let date = value["date"].as_str().unwrap_or_default();
    if mingjing_model::time::parse_day(date).is_none() {
        return Err(Fault::new(file, "date", format!("expected YYYY-MM-DD, found {date}")));
    }
    if value["source"].as_str().is_none_or(|source| source.trim().is_empty()) {
        return Err(Fault::new(file, "source", "expected text, found nothing"));
    }
    let fields = lists(file, "fields", &value["fields"])?;
    for needed in list(file, "needed", &value["needed"])? {
        if !fields.contains_key(&needed) {
            return Err(Fault::new(file, "needed", format!("{needed} has no headings under fields")));
        }
    }
    for (key, words) in &fields {
        if let Some(word) = first_twice(words.iter()) {
            return Err(Fault::new(file, format!("fields.{key}"), format!("{word} stands there twice")));
        }
    }
    for section in ["kinds", "paid"] {
        if let Some(section_value) = value.get(section) {
            let classes = lists(file, section, section_value)?;
            if let Some(word) = first_twice(classes.values().flatten()) {
                return Err(Fault::new(file, section, format!("{word} stands there twice")));
            }
        }
    }
    let headings: usize = fields.values().map(Vec::len).sum();
    Ok(format!("{file}: {} fields, {headings} headings", fields.len()))
}

fn first_twice<'a>(words: impl Iterator<Item = &'a String>) -> Option<&'a String> {
    let mut seen = BTreeSet::new();
    let mut words = words;
    words.find(|word| !seen.insert(word.to_lowercase()))
}

fn lists(file: &str, key: &str, value: &Value) -> Result<BTreeMap<String, Vec<String>>, Fault> {
    let map = value.as_mapping().ok_or_else(|| Fault::new(file, key, "expected a map of lists"))?;
    map.iter()
        .map(|(name, words)| {
            let name = name.as_str().ok_or_else(|| Fault::new(file, key, "expected a text as key"))?;
            Ok((name.to_owned(), list(file, &format!("{key}.{name}"), words)?))
        })
        .collect()
}

fn list(file: &str, key: &str, value: &Value) -> Result<Vec<String>, Fault> {
    let words = value.as_sequence().ok_or_else(|| Fault::new(file, key, "expected a list"))?;
    let text = |word: &Value| word.as_str().map(str::to_owned);
    let words: Option<Vec<String>> = words.iter().map(text).collect();
    words
        .filter(|words| !words.is_empty() && words.iter().all(|word| !word.trim().is_empty()))
        .ok_or_else(|| Fault::new(file, key, "expected texts (quote numbers and yes or no)"))
}

/// Both languages have the same keys, no text is empty, and a sentence names the same values in both.
fn check_texts(files: &[(String, String)], faults: &mut Vec<Fault>, said: &mut Vec<String>) {
    let mut read: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    for (name, text) in files {
        let file = format!("text/{name}");
        match yaml(&file, text) {
            Err(fault) => return faults.push(fault),
            Ok(value) => {
                let mut leaves = BTreeMap::new();
                flatten(&file, "", &value, &mut leaves, faults);
                read.insert(name, leaves);
            }
        }
    }
    let (Some(zh), Some(en)) = (read.get("zh-CN.yaml"), read.get("en.yaml")) else {
        return faults.push(Fault::new("text", "files", "expected zh-CN.yaml and en.yaml"));
    };
    for (key, text) in zh {
        match en.get(key) {
            None => faults.push(Fault::new("text/en.yaml", key, "is missing; zh-CN.yaml has it")),
            Some(other) if places(text) != places(other) => {
                faults.push(Fault::new("text/en.yaml", key, "names other values in braces than zh-CN.yaml"));
            }
            Some(_) => {}
        }
    }
    let only_en = en.keys().filter(|key| !zh.contains_key(*key));
    faults.extend(only_en.map(|key| Fault::new("text/zh-CN.yaml", key, "is missing; en.yaml has it")));
    said.push(format!("text: {} files, {} sentences in both languages", read.len(), zh.len()));
}

fn flatten(
    file: &str,
    above: &str,
    value: &Value,
    leaves: &mut BTreeMap<String, String>,
    faults: &mut Vec<Fault>,
) {
    let below = |key: &str| if above.is_empty() { key.to_owned() } else { format!("{above}.{key}") };
    match value {
        Value::Mapping(map) => {
            for (key, value) in map {
                match key.as_str() {
                    Some(key) => flatten(file, &below(key), value, leaves, faults),
                    None => faults.push(Fault::new(file, above, "a key is no text (quote yes and no)")),
                }
            }
        }
        Value::Sequence(values) => {
            for (index, value) in values.iter().enumerate() {
                flatten(file, &below(&index.to_string()), value, leaves, faults);
            }
        }
        Value::String(text) if !text.trim().is_empty() => {
            leaves.insert(above.to_owned(), text.clone());
        }
        _ => faults.push(Fault::new(file, above, "expected text")),
    }
}

/// The names in braces.
fn places(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const MAPPING: &str = "table: member\nversion: 1\ndate: 2026-11-24\nsource: s\nneeded: [account]\n\
        fields:\n  account: [id, 编号]\nkinds:\n  order: [报单]\n  bonus: [奖金]\n";

    /// A whole data directory with one file changed; what `run` says.
    fn check(file: &str, from: &str, to: &str) -> Result<String, Error> {
        let dir = tempfile::tempdir().unwrap();
        for part in ["law", "mapping", "text"] {
            fs::create_dir(dir.path().join(part)).unwrap();
        }
        let law = crate::law::EMBEDDED.map(|(name, text)| (format!("law/{name}"), text));
        let more = [
            ("mapping/member.yaml", MAPPING),
            ("text/zh-CN.yaml", "a:\n  b: 共{n}人\n"),
            ("text/en.yaml", "a:\n  b: \"{n} persons\"\n"),
        ];
        for (name, text) in law.into_iter().chain(more.map(|(name, text)| (name.to_owned(), text))) {
            let text = if name == file { text.replacen(from, to, 1) } else { text.to_owned() };
            fs::write(dir.path().join(name), text).unwrap();
        }
        let mut out = Vec::new();
        checked(dir.path(), Vec::new(), Vec::new(), &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn whole_data_pass_and_what_was_checked_is_said() {
        let said = check("", "", "").unwrap();
        assert!(said.contains("law: 5 files") && said.contains("policies"), "{said}");
        assert!(said.contains("mapping/member.yaml: 1 fields, 2 headings"), "{said}");
        assert!(said.contains("text: 2 files, 1 sentences"), "{said}");
    }

    #[test]
    fn every_kind_of_fault_is_named_with_file_and_key() {
        let cases = [
            ("law/floor.yaml", "fires: true", "fires: false", "floor.cases"),
            ("law/floor.yaml", "version: 1", "version: 2", "law/floor.yaml: version"),
            ("mapping/member.yaml", "[id, 编号]", "[id, ID]", "mapping/member.yaml: fields.account"),
            ("mapping/member.yaml", "[奖金]", "[报单]", "mapping/member.yaml: kinds"),
            ("mapping/member.yaml", "[奖金]", "[1]", "mapping/member.yaml: kinds.bonus"),
            ("mapping/member.yaml", "needed: [account]", "needed: [who]", "mapping/member.yaml: needed"),
            ("mapping/member.yaml", "2026-11-24", "24.11.", "mapping/member.yaml: date"),
            ("mapping/member.yaml", "source: s\n", "", "mapping/member.yaml: source"),
            ("text/en.yaml", "b:", "c:", "text/en.yaml: a.b"),
            ("text/en.yaml", "{n}", "{m}", "text/en.yaml: a.b"),
            ("text/zh-CN.yaml", "共{n}人", "\"\"", "text/zh-CN.yaml: a.b"),
            ("text/en.yaml", "a:", "a: [", "text/en.yaml: yaml"),
        ];
        for (file, from, to, expected) in cases {
            let error = check(file, from, to).unwrap_err();
            assert_eq!(error.exit_code(), 2);
            assert!(error.to_string().contains(expected), "{file} {to}: {error}");
        }
    }

    #[test]
    fn a_directory_that_is_not_there_is_the_worlds_fault() {
        let error = run(&Args { data: "no/such/place".into() }, &mut Vec::new()).unwrap_err();
        assert_eq!(error.exit_code(), 1);
        assert!(error.to_string().contains("no/such/place"));
    }
}
