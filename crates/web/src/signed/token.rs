//! Bearer tokens of the API: `Authorization: Bearer mj_…`, each with the scopes its holder gave it.

use crate::fault::Fault;
use mingjing_casework::permission::{Action, Kind};

/// The kinds of things a token can be given, each to read or to write, and `me`.
pub const KINDS: [Kind; 10] = [
    Kind::Division,
    Kind::Agency,
    Kind::Office,
    Kind::Account,
    Kind::Duty,
    Kind::Job,
    Kind::Analysis,
    Kind::Audit,
    Kind::Notice,
    Kind::SavedSearch,
];

/// The scope of the holder's own things: name, posts, notices.
pub const OWN: &str = "me";

/// All scopes there are: `me`, `analysis:read`, `analysis:write`, …
pub fn scopes() -> Vec<String> {
    let kinds = KINDS.iter().flat_map(|kind| [format!("{kind}:read"), format!("{kind}:write")]);
    std::iter::once(OWN.to_owned()).chain(kinds).collect()
}

/// A token that was shown and holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// Its number.
    pub id: i64,
    /// What it was given.
    pub scopes: Vec<String>,
}

impl Bearer {
    /// May it be used for this? What its holder may is asked besides.
    pub fn allows(&self, action: Action, kind: Kind) -> bool {
        self.scopes.contains(&scope(action, kind))
    }

    /// May it be used for the holder's own things?
    pub fn allows_own(&self) -> bool {
        self.scopes.iter().any(|scope| scope == OWN)
    }
}

/// Which scope a deed needs.
pub fn scope(action: Action, kind: Kind) -> String {
    let way = match action {
        Action::List | Action::Read | Action::Export | Action::Verify => "read",
        _ => "write",
    };
    format!("{kind}:{way}")
}

/// The answer to a token that lacks a scope.
pub fn refusal(action: Action, kind: Kind) -> Fault {
    Fault::Scope { scope: scope(action, kind) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_for_reading_does_not_write() {
        let bearer = Bearer { id: 1, scopes: vec!["analysis:read".to_owned()] };
        assert!(bearer.allows(Action::List, Kind::Analysis));
        assert!(!bearer.allows(Action::Create, Kind::Analysis));
        assert!(!bearer.allows(Action::Unmask, Kind::Analysis));
        assert!(!bearer.allows(Action::List, Kind::Audit));
        assert!(!bearer.allows_own());
    }
}
