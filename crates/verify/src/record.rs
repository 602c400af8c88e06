//! One record of the audit log as a text, and the hash that ties it to the one before.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What stands before the first link: 64 zeros.
pub const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One thing that was done, as it is hashed. The order of the fields is the order in the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Unique; begins with the instant, so that ids sort by time.
    pub id: String,
    /// When, in microseconds since 1970 UTC.
    pub at: i64,
    /// Number of the account that did it; none for the program itself and for failed sign-ins.
    pub account: Option<i64>,
    /// Its name as it was then.
    pub account_name: String,
    /// Number of the office in which it acted.
    pub office: Option<i64>,
    /// What was done, such as `sign_in`.
    pub action: String,
    /// What kind of thing it was done to.
    pub subject_kind: String,
    /// Which one.
    pub subject_id: String,
    /// Division code the thing belongs to.
    pub division: Option<String>,
    /// JSON as it is stored: names and references, never values of case data.
    pub detail: String,
    /// Id of the request.
    pub request: String,
    /// Network address of the client.
    pub address: Option<String>,
}

impl Record {
    /// The text that is hashed: JSON on one line, no blanks, fields in the order of the struct.
    ///
    /// The same as Python's `json.dumps(record, ensure_ascii=False, separators=(",", ":"))`.
    pub fn canonical(&self) -> String {
        serde_json::to_string(self).expect("strings and whole numbers can always be written as JSON")
    }
}

/// A record's place in the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// 1, 2, 3, … without a gap.
    pub seq: i64,
    /// When it was chained, microseconds since 1970 UTC.
    pub linked_at: i64,
    /// SHA-256 in hexadecimal.
    pub hash: String,
}

/// The hash of a link: SHA-256 over previous hash, number, instant and record, with line ends between.
pub fn hash(previous: &str, seq: i64, linked_at: i64, canonical: &str) -> String {
    let mut sha = Sha256::new();
    sha.update(format!("{previous}\n{seq}\n{linked_at}\n"));
    sha.update(canonical);
    hex::encode(sha.finalize())
}

/// The newest link: whoever keeps it elsewhere can prove later that nothing before it was changed or cut off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Number of the newest link; 0 while there is none.
    pub seq: i64,
    /// Its hash; [`START`] while there is none.
    pub hash: String,
    /// When it was chained, microseconds since 1970 UTC.
    pub at: i64,
}

impl Head {
    /// The head of a chain without a link.
    pub fn start() -> Head {
        Head { seq: 0, hash: START.to_owned(), at: 0 }
    }

    /// On one line, as it is exported and logged.
    pub fn line(&self) -> String {
        serde_json::to_string(self).expect("strings and whole numbers can always be written as JSON")
    }

    /// Heads of a file, one a line. A last line without its end was cut off when the machine stopped: it is left out.
    ///
    /// # Errors
    /// A line is no head, or there is none at all.
    pub fn read_lines(text: &str) -> Result<Vec<Head>, String> {
        let whole =
            if text.ends_with('\n') { text } else { text.rsplit_once('\n').map_or(text, |(whole, _)| whole) };
        let read = |(number, line): (usize, &str)| {
            serde_json::from_str(line)
                .map_err(|e| format!("行 line {}: 不是链头 is no head: {e}", number + 1))
        };
        let heads = whole.lines().enumerate().map(read).collect::<Result<Vec<Head>, String>>()?;
        if heads.is_empty() { Err("没有链头 holds no head".to_owned()) } else { Ok(heads) }
    }
}
