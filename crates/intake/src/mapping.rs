//! The mapping file: which heading is which field, where the words of `data/mapping` do not suffice.
//!
//! A section `members` or `ledger` that is given is used alone for that table: nothing is guessed beside it.

use crate::error::Error;
use crate::field::{Field, Table, Words, class_named, fold};
use chrono_tz::Tz;
use mingjing_network::figures::Boundary;
use mingjing_network::rows::Class;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

/// A mapping file, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    file: File,
    zone: Tz,
}

impl Default for Mapping {
    fn default() -> Mapping {
        Mapping { file: File::default(), zone: chrono_tz::Asia::Shanghai }
    }
}

/// What is special about one input file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileOptions {
    /// `utf-8`, `gb18030`, `utf-16le` or `utf-16be`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// One ASCII character.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// `"` (the default) or `'`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<char>,
    /// The row (from 1) that holds the headings; rows above it are not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heading_row: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Headings {
    One(String),
    Several(Vec<String>),
}

impl Headings {
    fn iter(&self) -> std::slice::Iter<'_, String> {
        match self {
            Headings::One(heading) => std::slice::from_ref(heading).iter(),
            Headings::Several(headings) => headings.iter(),
        }
    }
}

type Section = BTreeMap<String, Headings>;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<Section>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger: Option<Section>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    kinds: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    system_accounts: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    boundary: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tables: BTreeMap<String, Headings>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    sheets: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    files: BTreeMap<String, FileOptions>,
}

impl Mapping {
    /// Reads a mapping file; `file_name` is for messages.
    ///
    /// # Errors
    /// A user's fault: not YAML, a key or field that does not exist, a key twice, an unknown class, time zone
    /// or boundary.
    pub fn parse(text: &str, file_name: &str) -> Result<Mapping, Error> {
        let bad = |message: String| {
            Error::fault("bad_mapping", file_name, message, "The guide shows a mapping file in full.")
        };
        // Through a value first, which refuses a key given twice.
        let value: serde_yaml_ng::Value = serde_yaml_ng::from_str(text).map_err(|e| bad(e.to_string()))?;
        let file: File = match value {
            serde_yaml_ng::Value::Null => File::default(),
            value => serde_yaml_ng::from_value(value).map_err(|e| bad(e.to_string()))?,
        };
        let zone = match &file.timezone {
            None => chrono_tz::Asia::Shanghai,
            Some(name) => name.parse().map_err(|_| bad(format!("timezone {name} is not known")))?,
        };
        file.check().map_err(bad)?;
        Ok(Mapping { file, zone })
    }

    /// The mapping as a file, for provenance: only what was given, keys in a fixed order.
    pub fn to_yaml(&self) -> String {
        serde_yaml_ng::to_string(&self.file).expect("texts and lists of texts always become YAML")
    }

    /// Zone of naive times.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// Declared company, test and system accounts.
    pub fn system_accounts(&self) -> &[String] {
        &self.file.system_accounts
    }

    /// The money boundary, if named.
    pub fn boundary(&self) -> Option<Boundary> {
        match self.file.boundary.as_deref() {
            Some("cash") => Some(Boundary::Cash),
            Some("order") => Some(Boundary::Order),
            _ => None,
        }
    }

    /// What is special about a file, by its base name.
    pub(crate) fn options(&self, name: &str) -> FileOptions {
        self.file.files.get(name).cloned().unwrap_or_default()
    }

    /// The sheet of a table.
    pub(crate) fn sheet(&self, table: Table) -> Option<&str> {
        self.file.sheets.get(table.name()).map(String::as_str)
    }

    /// The SQL tables of a table.
    pub(crate) fn sql_tables(&self, table: Table) -> Vec<String> {
        self.file.tables.get(table.name()).map(|t| t.iter().cloned().collect()).unwrap_or_default()
    }

    /// The headings a field may have, folded; `None` when the words of `data/mapping` are to be used.
    pub(crate) fn headings(&self, table: Table) -> Option<Vec<(Field, Vec<String>)>> {
        let section = match table {
            Table::Members => self.file.members.as_ref()?,
            Table::Ledger => self.file.ledger.as_ref()?,
        };
        let fields = table.words().fields.keys();
        Some(
            fields
                .filter_map(|f| section.get(f.name()).map(|h| (*f, h.iter().map(|h| fold(h)).collect())))
                .collect(),
        )
    }

    /// Class of each kind, by its folded text: the shipped table, then what the mapping adds or changes.
    pub(crate) fn kinds(&self) -> HashMap<String, Class> {
        let words: &Words = Table::Ledger.words();
        let shipped = words.kinds.iter().flat_map(|(class, kinds)| kinds.iter().map(move |k| (k, class)));
        let own = self.file.kinds.iter();
        shipped.chain(own).filter_map(|(kind, class)| Some((fold(kind), class_named(class)?))).collect()
    }

    /// This mapping as a file to fill in: the given section replaced by one that lists every field.
    pub(crate) fn to_fill_in(&self, table: Table, found: &[(Field, String)]) -> String {
        let mut rest = self.clone();
        match table {
            Table::Members => rest.file.members = None,
            Table::Ledger => rest.file.ledger = None,
        }
        let mut text = String::from("# mapping file to fill in\n");
        let _ = writeln!(text, "{}:", table.name());
        let words = table.words();
        for field in words.fields.keys() {
            let heading = found.iter().find(|(f, _)| f == field).map(|(_, h)| quoted(h));
            let needed = words.needed.contains(field);
            let _ = match (heading, needed) {
                (Some(heading), _) => writeln!(text, "  {}: {heading}", field.name()),
                (None, true) => writeln!(text, "  {}:   # needed: the heading", field.name()),
                (None, false) => writeln!(text, "  # {}:", field.name()),
            };
        }
        if rest.file != File::default() {
            text.push_str(&rest.to_yaml());
        }
        text
    }

    /// This mapping as a file to fill in, with kinds that have no class yet.
    pub(crate) fn kinds_to_fill_in<'a>(&self, unknown: impl Iterator<Item = &'a str>) -> String {
        let mut rest = self.clone();
        let own = std::mem::take(&mut rest.file.kinds);
        let mut text = String::from(
            "# mapping file to fill in: topup, order, bonus, out, internal, transfer or reversal\nkinds:\n",
        );
        for kind in unknown {
            let _ = writeln!(text, "  {}:   # the class", quoted(kind));
        }
        for (kind, class) in own {
            let _ = writeln!(text, "  {}: {class}", quoted(&kind));
        }
        if rest.file != File::default() {
            text.push_str(&rest.to_yaml());
        }
        text
    }
}

fn quoted(text: &str) -> String {
    serde_yaml_ng::to_string(text).map(|t| t.trim_end().to_owned()).unwrap_or_default()
}

impl File {
    fn check(&self) -> Result<(), String> {
        for table in [Table::Members, Table::Ledger] {
            let section = if table == Table::Members { &self.members } else { &self.ledger };
            let known = |name: &str| table.words().fields.keys().any(|f| f.name() == name);
            for name in section.iter().flat_map(BTreeMap::keys) {
                if !known(name) {
                    let all: Vec<_> = table.words().fields.keys().map(|f| f.name()).collect();
                    return Err(format!(
                        "{}: {name} is no field; fields are {}",
                        table.name(),
                        all.join(", ")
                    ));
                }
            }
        }
        for (kind, class) in &self.kinds {
            if class_named(class).is_none() {
                let all: Vec<_> = Class::ALL.iter().map(|c| c.name()).collect();
                return Err(format!("kind {kind}: {class} is no class; classes are {}", all.join(", ")));
            }
        }
        if let Some(boundary) = self.boundary.as_deref()
            && !["cash", "order"].contains(&boundary)
        {
            return Err(format!("boundary {boundary} is neither cash nor order"));
        }
        for name in self.tables.keys().chain(self.sheets.keys()) {
            if name != "members" && name != "ledger" {
                return Err(format!("{name} is neither members nor ledger"));
            }
        }
        self.files.iter().try_for_each(|(name, options)| options.check().map_err(|e| format!("{name}: {e}")))
    }
}

impl FileOptions {
    fn check(&self) -> Result<(), String> {
        if let Some(delimiter) = self.delimiter
            && (!delimiter.is_ascii() || matches!(delimiter, '"' | '\'' | '\n' | '\r' | '\u{1f}'))
        {
            return Err(format!("delimiter {delimiter:?} cannot be used"));
        }
        if self.quote.is_some_and(|quote| quote != '"' && quote != '\'') {
            return Err("quote must be \" or '".to_owned());
        }
        if self.heading_row == Some(0) {
            return Err("heading_row counts from 1".to_owned());
        }
        match &self.encoding {
            Some(name) if crate::encoding::Encoding::named(name).is_none() => {
                Err(format!("encoding {name} is none of utf-8, gb18030, utf-16le, utf-16be"))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mapping_of_the_specification_is_read_and_written_back() {
        let text = "timezone: Asia/Shanghai\nmembers: { account: member_id, referrer: referrer_id, identity: account_no, joined: joined_at }\nledger: { account: 会员编号, kind: 类型, amount: 金额, time: 时间 }\nkinds: { 入会费: order, 奖金: bonus, 提现: out }\nsystem_accounts: [M000000001]\nboundary: order\n";
        let mapping = Mapping::parse(text, "m.yaml").unwrap();
        assert_eq!(mapping.boundary(), Some(Boundary::Order));
        assert_eq!(mapping.system_accounts(), ["M000000001"]);
        assert_eq!(Mapping::parse(&mapping.to_yaml(), "m.yaml").unwrap(), mapping);
        assert_eq!(Mapping::parse("", "m.yaml").unwrap(), Mapping::default());
    }

    #[test]
    fn a_mapping_that_says_nonsense_is_refused() {
        for text in [
            "member: {}",
            "members: { acount: a }",
            "kinds: { a: b }",
            "timezone: Mars/Olympus",
            "boundary: both",
            "kinds: { a: out, a: order }",
            "files: { a.csv: { encoding: big5 } }",
            "files: { a.csv: { delimiter: '\"' } }",
            "sheets: { member: a }",
            "[",
        ] {
            let error = Mapping::parse(text, "m.yaml").expect_err(text);
            assert_eq!(error.exit_code(), 2);
            assert!(error.to_string().contains("\nm.yaml: "), "{error}");
        }
    }
}
