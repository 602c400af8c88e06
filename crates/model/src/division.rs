//! Administrative divisions by their code (GB/T 2260 to the district, then the statistical code of street and
//! community): 4 digits a city, 6 a district, 9 a street, 12 a community. A division lies within another when its
//! code begins with the other's.

use serde::{Deserialize, Serialize};

/// How far down a division stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// 市 (4 digits).
    City,
    /// 区县 (6 digits).
    District,
    /// 街道、乡镇 (9 digits).
    Street,
    /// 社区、村 (12 digits).
    Community,
}

impl Level {
    /// Of a code; `None` if it is none.
    pub fn of(code: &str) -> Option<Level> {
        if !code.bytes().all(|c| c.is_ascii_digit()) {
            return None;
        }
        match code.len() {
            4 => Some(Level::City),
            6 => Some(Level::District),
            9 => Some(Level::Street),
            12 => Some(Level::Community),
            _ => None,
        }
    }

    /// The word that is stored.
    pub fn word(self) -> &'static str {
        match self {
            Level::City => "city",
            Level::District => "district",
            Level::Street => "street",
            Level::Community => "community",
        }
    }
}

/// Does `inner` lie within `outer` (or is it the same)?
pub fn is_within(inner: &str, outer: &str) -> bool {
    Level::of(inner).is_some() && Level::of(outer).is_some() && inner.starts_with(outer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_division_lies_within_those_whose_code_begins_its_own() {
        assert!(is_within("520102", "5201"));
        assert!(is_within("520102", "520102"));
        assert!(!is_within("5201", "520102"));
        assert!(!is_within("520103", "520102"));
        assert!(!is_within("52010", "5201"), "five digits are no division");
        assert!(!is_within("520102", ""), "nothing is no division");
        assert_eq!(Level::of("520102001001"), Some(Level::Community));
    }
}
