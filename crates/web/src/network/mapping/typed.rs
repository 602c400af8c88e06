//! What stands in the form of the mapping page, and the mapping file made of it.

use mingjing_intake::look::{Heading, class_of, field_named};
use mingjing_intake::{Field, Mapping, Table};
use mingjing_model::time::{day_text, parse_day};
use mingjing_store::analysis::Analysis;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Zone of naive times unless another is chosen.
pub const ZONE: &str = "Asia/Shanghai";

/// What is special about one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Empty: recognised.
    pub encoding: String,
    /// Empty: recognised.
    pub delimiter: String,
    /// Empty: the first row that is not blank.
    pub heading_row: String,
}

/// The form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The version that was seen.
    pub version: i64,
    /// `save`, `start`, `look`.
    pub deed: String,
    /// Heading to field by table; a table that is not in it is recognised.
    pub headings: BTreeMap<&'static str, BTreeMap<String, String>>,
    /// Kind to class; an empty class is open.
    pub kinds: BTreeMap<String, String>,
    /// Zone of naive times.
    pub zone: String,
    /// `cash`, `order` or empty.
    pub boundary: String,
    /// One a line.
    pub system_accounts: String,
    /// Counting policy.
    pub policy: String,
    /// Last day counted, as typed.
    pub as_of: String,
    /// One a line.
    pub subjects: String,
    /// By file name.
    pub options: BTreeMap<String, Options>,
    /// By table.
    pub sheets: BTreeMap<String, String>,
}

impl Typed {
    /// Of what is stored.
    pub fn of(found: &Analysis) -> Typed {
        let stored: Value = found
            .mapping
            .as_deref()
            .and_then(|text| serde_yaml_ng::from_str(text).ok())
            .unwrap_or_else(|| json!({}));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let lines = |value: &Value| {
            let all = value.as_array().into_iter().flatten().filter_map(Value::as_str);
            all.collect::<Vec<_>>().join("\n")
        };
        let pairs = |value: &Value| -> BTreeMap<String, String> {
            let all = value.as_object().into_iter().flatten();
            all.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
        };
        let mut typed = Typed {
            version: found.version,
            zone: stored["timezone"].as_str().unwrap_or(ZONE).to_owned(),
            boundary: text(&stored["boundary"]),
            system_accounts: lines(&stored["system_accounts"]),
            kinds: pairs(&stored["kinds"]),
            sheets: pairs(&stored["sheets"]),
            policy: found.policy.clone(),
            as_of: found.as_of.clone().unwrap_or_default(),
            subjects: found.subjects().join("\n"),
            ..Typed::default()
        };
        for table in ["members", "ledger"] {
            let Some(section) = stored[table].as_object() else { continue };
            let own = typed.headings.entry(table).or_default();
            for (field, headings) in section {
                let all = headings.as_array().cloned().unwrap_or_else(|| vec![headings.clone()]);
                own.extend(
                    all.iter().filter_map(Value::as_str).map(|heading| (heading.to_owned(), field.clone())),
                );
            }
        }
        for (name, options) in stored["files"].as_object().into_iter().flatten() {
            let options = Options {
                encoding: text(&options["encoding"]),
                delimiter: text(&options["delimiter"]),
                heading_row: options["heading_row"].as_u64().map_or_else(String::new, |row| row.to_string()),
            };
            typed.options.insert(name.clone(), options);
        }
        typed
    }

    /// Of what the form sent: `h.members.3` is a heading and `f.members.3` its field, `k.3` a kind and `c.3` its
    /// class, `n.3` a file and `e.3`, `d.3`, `r.3` its encoding, delimiter, heading row.
    pub fn sent(sent: &[(String, String)]) -> Typed {
        let value = |name: &str| {
            let found = sent.iter().find(|(own, _)| own == name);
            found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let mut typed = Typed {
            version: value("version").parse().unwrap_or(-1),
            deed: value("do"),
            zone: value("timezone"),
            boundary: value("boundary"),
            system_accounts: value("system_accounts"),
            policy: value("policy"),
            as_of: value("as_of"),
            subjects: value("subjects"),
            ..Typed::default()
        };
        for (name, text) in sent {
            let mut parts = name.split('.');
            match (parts.next(), parts.next(), parts.next()) {
                (Some("h"), Some(table), Some(at)) => {
                    if let Some(table) = ["members", "ledger"].into_iter().find(|own| *own == table) {
                        let field = value(&format!("f.{table}.{at}"));
                        typed.headings.entry(table).or_default().insert(text.clone(), field);
                    }
                }
                (Some("k"), Some(at), None) => {
                    typed.kinds.insert(text.clone(), value(&format!("c.{at}")));
                }
                (Some("n"), Some(at), None) => {
                    let of = |letter: &str| value(&format!("{letter}.{at}"));
                    let options = Options { encoding: of("e"), delimiter: of("d"), heading_row: of("r") };
                    if options != Options::default() {
                        typed.options.insert(text.clone(), options);
                    }
                }
                (Some("sheet"), Some(table), None) if !text.trim().is_empty() => {
                    typed.sheets.insert(table.to_owned(), text.trim().to_owned());
                }
                _ => {}
            }
        }
        typed
    }

    /// Has a person said anything about the headings of the table?
    pub fn has(&self, table: Table) -> bool {
        self.headings.contains_key(table.name())
    }

    /// The field of a heading: as chosen, else the only one its words fit.
    pub fn field_of(&self, table: Table, heading: &Heading) -> Option<Field> {
        match self.headings.get(table.name()) {
            Some(chosen) => chosen.get(&heading.text).and_then(|name| field_named(name)),
            None => heading.fits.first().copied().filter(|_| heading.fits.len() == 1),
        }
    }

    /// The last day counted, as it is stored.
    pub fn as_of_day(&self) -> Option<String> {
        parse_day(&self.as_of).and_then(day_text)
    }

    /// Accounts to report on, one a line.
    pub fn subjects(&self) -> Vec<String> {
        lines(&self.subjects)
    }

    /// How to open the files, without fields: for looking at them.
    pub fn opening(&self) -> String {
        let mut file = Map::new();
        self.put_opening(&mut file);
        yaml(&file)
    }

    /// The mapping file.
    pub fn yaml(&self) -> String {
        let mut file = Map::new();
        if !self.zone.is_empty() && self.zone != ZONE {
            file.insert("timezone".into(), json!(self.zone));
        }
        for (table, headings) in &self.headings {
            let mut section: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for (heading, field) in headings.iter().filter(|(_, field)| !field.is_empty()) {
                section.entry(field).or_default().push(heading);
            }
            let section: Map<String, Value> = section
                .into_iter()
                .map(|(field, headings)| match headings.as_slice() {
                    [one] => (field.to_owned(), json!(one)),
                    several => (field.to_owned(), json!(several)),
                })
                .collect();
            file.insert((*table).into(), Value::Object(section));
        }
        let shipped = Mapping::default();
        let is_own = |kind: &str, class: &str| class_of(kind, &shipped).is_none_or(|own| own.name() != class);
        let kinds: Map<String, Value> = self
            .kinds
            .iter()
            .filter(|(kind, class)| !class.is_empty() && is_own(kind, class))
            .map(|(kind, class)| (kind.clone(), json!(class)))
            .collect();
        if !kinds.is_empty() {
            file.insert("kinds".into(), Value::Object(kinds));
        }
        let accounts = lines(&self.system_accounts);
        if !accounts.is_empty() {
            file.insert("system_accounts".into(), json!(accounts));
        }
        if !self.boundary.is_empty() {
            file.insert("boundary".into(), json!(self.boundary));
        }
        self.put_opening(&mut file);
        yaml(&file)
    }

    fn put_opening(&self, file: &mut Map<String, Value>) {
        if !self.sheets.is_empty() {
            file.insert("sheets".into(), json!(self.sheets));
        }
        let options: Map<String, Value> = self
            .options
            .iter()
            .map(|(name, options)| {
                let mut own = Map::new();
                for (key, text) in [("encoding", &options.encoding), ("delimiter", &options.delimiter)] {
                    if !text.is_empty() {
                        own.insert(key.into(), json!(if text == "tab" { "\t" } else { text.as_str() }));
                    }
                }
                if let Ok(row) = options.heading_row.parse::<u64>() {
                    own.insert("heading_row".into(), json!(row));
                }
                (name.clone(), Value::Object(own))
            })
            .collect();
        if !options.is_empty() {
            file.insert("files".into(), Value::Object(options));
        }
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn yaml(file: &Map<String, Value>) -> String {
    match file.is_empty() {
        true => String::new(),
        false => serde_yaml_ng::to_string(file).unwrap_or_default(),
    }
}

/// Kinds that a run refused, as its failure lists them in a mapping file to fill in.
pub fn unknown_kinds(failure: &str) -> Vec<String> {
    let failure: Value = serde_json::from_str(failure).unwrap_or_default();
    if failure["code"] != "kind_without_class" {
        return Vec::new();
    }
    let text = failure["message"].as_str().unwrap_or_default();
    let Some((_, list)) = text.split_once("\nkinds:\n") else { return Vec::new() };
    let lines = list.lines().take_while(|line| line.starts_with("  "));
    let open = lines.filter_map(|line| line.strip_suffix(":   # the class"));
    open.filter_map(|kind| serde_yaml_ng::from_str::<String>(kind.trim()).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&str, &str)]) -> Typed {
        Typed::sent(&pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>())
    }

    #[test]
    fn what_is_typed_becomes_a_mapping_file_that_intake_reads() {
        let typed = sent(&[
            ("version", "3"),
            ("h.members.0", "uid"),
            ("f.members.0", "account"),
            ("h.members.1", "parent_id"),
            ("f.members.1", "referrer"),
            ("h.members.2", "备注: # x"),
            ("f.members.2", ""),
            ("k.0", "神秘\"收入'"),
            ("c.0", "bonus"),
            ("k.1", "充值"),
            ("c.1", "topup"),
            ("timezone", ZONE),
            ("boundary", "cash"),
            ("system_accounts", " M1 \n\nM2"),
            ("sheet.members", "会员"),
            ("n.0", "a.csv"),
            ("e.0", "gb18030"),
            ("d.0", "tab"),
            ("r.0", "3"),
        ]);
        let mapping = Mapping::parse(&typed.yaml(), "m").unwrap();
        assert_eq!(mapping.system_accounts(), ["M1", "M2"]);
        assert_eq!(class_of("神秘\"收入'", &mapping).map(|c| c.name()), Some("bonus"));
        let yaml = typed.yaml();
        assert!(!yaml.contains("充值"), "what is shipped is not repeated: {yaml}");
        assert!(yaml.contains("account: uid") && !yaml.contains("备注"), "{yaml}");
        Mapping::parse(&typed.opening(), "m").unwrap();
    }

    #[test]
    fn a_heading_that_fits_two_fields_is_not_chosen_for_anybody() {
        let both = Heading { text: "parent_id".into(), fits: vec![Field::Referrer, Field::Placement] };
        let one = Heading { text: "uid".into(), fits: vec![Field::Account] };
        let none = Typed::default();
        assert_eq!(none.field_of(Table::Members, &both), None);
        assert_eq!(none.field_of(Table::Members, &one), Some(Field::Account));
        let chosen = sent(&[("h.members.0", "parent_id"), ("f.members.0", "placement")]);
        assert_eq!(chosen.field_of(Table::Members, &both), Some(Field::Placement));
        assert_eq!(chosen.field_of(Table::Members, &one), None, "what a person left out is left out");
    }

    #[test]
    fn kinds_that_a_run_refused_are_asked_for() {
        let message = "有流水类型未归类。\nkinds without a class:\n  神秘: 3 rows, first in l.csv row 9\nSay in a mapping file (--mapping) which class each kind has.\n\n# mapping file to fill in: topup, order\nkinds:\n  神秘:   # the class\n  '5: x':   # the class\n  入会费: order\nboundary: order\n";
        let failure = json!({"code": "kind_without_class", "message": message}).to_string();
        assert_eq!(unknown_kinds(&failure), ["神秘", "5: x"]);
        assert!(unknown_kinds("").is_empty());
    }
}
