//! The fields of the two tables, and the words by which they are recognised: `data/mapping`, compiled in.

use crate::error::Error;
use mingjing_network::rows::Class;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// A field of a member table or of a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Field {
    Account,
    Referrer,
    Placement,
    Identity,
    Joined,
    Name,
    Mobile,
    BankCard,
    Paid,
    Grade,
    Kind,
    Amount,
    Time,
    SourceAccount,
    BonusType,
    Serial,
    Currency,
}

/// How many fields there are.
pub(crate) const FIELD_COUNT: usize = 17;

impl Field {
    /// All fields in their order.
    pub const ALL: [Field; FIELD_COUNT] = [
        Field::Account,
        Field::Referrer,
        Field::Placement,
        Field::Identity,
        Field::Joined,
        Field::Name,
        Field::Mobile,
        Field::BankCard,
        Field::Paid,
        Field::Grade,
        Field::Kind,
        Field::Amount,
        Field::Time,
        Field::SourceAccount,
        Field::BonusType,
        Field::Serial,
        Field::Currency,
    ];

    /// The name used in mapping files and results.
    pub fn name(self) -> &'static str {
        [
            "account",
            "referrer",
            "placement",
            "identity",
            "joined",
            "name",
            "mobile",
            "bank_card",
            "paid",
            "grade",
            "kind",
            "amount",
            "time",
            "source_account",
            "bonus_type",
            "serial",
            "currency",
        ][self as usize]
    }

    /// The value as it may be shown: personal fields masked.
    pub(crate) fn shown(self, value: &str) -> String {
        use mingjing_model::mask;
        match self {
            Field::Name => mask::name(value),
            Field::Identity | Field::Mobile | Field::BankCard => mask::last_four(value),
            _ => value.chars().take(80).collect(),
        }
    }
}

/// Which of the two tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Members.
    Members,
    /// Ledger.
    Ledger,
}

impl Table {
    /// The key of its section in a mapping file.
    pub fn name(self) -> &'static str {
        match self {
            Table::Members => "members",
            Table::Ledger => "ledger",
        }
    }

    /// The words of this table.
    pub(crate) fn words(self) -> &'static Words {
        match self {
            Table::Members => &MEMBER,
            Table::Ledger => &LEDGER,
        }
    }
}

/// One file of `data/mapping`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    #[allow(dead_code)]
    table: String,
    #[allow(dead_code)]
    version: u32,
    #[allow(dead_code)]
    date: String,
    #[allow(dead_code)]
    source: String,
    /// Fields without which nothing can be counted.
    pub needed: Vec<Field>,
    /// Headings of each field.
    pub fields: BTreeMap<Field, Vec<String>>,
    /// Words of the paid flag.
    #[serde(default)]
    pub paid: BTreeMap<String, Vec<String>>,
    /// Kinds of each class.
    #[serde(default)]
    pub kinds: BTreeMap<String, Vec<String>>,
    /// Words for renminbi.
    #[serde(default)]
    pub cny: Vec<String>,
}

/// The shipped text of `data/mapping/member.yaml` and `ledger.yaml`, for `mingjing data check`.
pub const SHIPPED: [(&str, &str); 2] = [
    ("data/mapping/member.yaml", include_str!("../../../data/mapping/member.yaml")),
    ("data/mapping/ledger.yaml", include_str!("../../../data/mapping/ledger.yaml")),
];

static MEMBER: LazyLock<Words> = LazyLock::new(|| shipped(0));
static LEDGER: LazyLock<Words> = LazyLock::new(|| shipped(1));

fn shipped(which: usize) -> Words {
    serde_yaml_ng::from_str(SHIPPED[which].1).expect("a test reads the shipped words")
}

/// Checks one file of [`SHIPPED`], as it may have been edited: form, classes, doubled words.
///
/// # Errors
/// A user's fault that names the file and what is wrong in it.
pub fn check_words(name: &str, text: &str) -> Result<(), Error> {
    let bad = |message: String| Error::fault("bad_words", name, message, "Mend the file.");
    let words: Words = serde_yaml_ng::from_str(text).map_err(|e| bad(e.to_string()))?;
    for (field, headings) in &words.fields {
        let mut folded: Vec<String> = headings.iter().map(|h| fold(h)).collect();
        folded.sort();
        if let Some(pair) = folded.windows(2).find(|w| w[0] == w[1]) {
            return Err(bad(format!("{} lists {} twice", field.name(), pair[0])));
        }
    }
    let mut kinds = BTreeMap::new();
    for (class, listed) in &words.kinds {
        class_named(class).ok_or_else(|| bad(format!("{class} is no class")))?;
        for kind in listed {
            if let Some(other) = kinds.insert(fold(kind), class) {
                return Err(bad(format!("kind {kind} has two classes, {other} and {class}")));
            }
        }
    }
    Ok(())
}

/// The class of that name.
pub(crate) fn class_named(name: &str) -> Option<Class> {
    Class::ALL.into_iter().find(|class| class.name() == name)
}

/// The form in which headings and kinds are compared: NFKC, lower case, no blanks, no underscores.
pub(crate) fn fold(text: &str) -> String {
    text.nfkc()
        .filter(|c| !c.is_whitespace() && *c != '_' && *c != '\u{feff}')
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_words_pass_their_own_check() {
        for (name, text) in SHIPPED {
            check_words(name, text).unwrap();
        }
        assert_eq!(MEMBER.needed, [Field::Account, Field::Referrer]);
        assert_eq!(LEDGER.kinds.len(), Class::ALL.len());
    }

    #[test]
    fn every_field_has_its_name() {
        for field in Field::ALL {
            let read: Field = serde_yaml_ng::from_str(field.name()).unwrap();
            assert_eq!(read, field);
        }
    }

    #[test]
    fn headings_fold() {
        assert_eq!(fold(" Member_ＩＤ "), "memberid");
        assert_eq!(fold("推荐人 编号"), "推荐人编号");
    }
}
