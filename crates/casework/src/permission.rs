//! Who may do what: Cedar policies evaluated at one place, and the scope of lists.
//!
//! The rules are data (`data/policy/*.cedar`); here they are asked, never repeated. A person may do a thing if one
//! of his posts may. What no policy permits is forbidden. [`Gate::scope`] asks the same policies about sample
//! things and tells a list which rows to fetch, so that a list never shows what [`Gate::may`] would refuse.
//!
//! Not here: which route asks what (`web`), and rules about states of things (their own modules).

mod gate;
mod policies;
mod scope;
mod words;

pub use gate::{Faulty, Gate};
pub use policies::{AgencyText, Fault, Plain, RoleText, agencies, check, roles};
pub use scope::{Bind, Clause, Columns, Place, Scope};
pub use words::{Action, Kind, Role};

use mingjing_model::id::{AccountId, OfficeId};

/// A role held in an office: what a person acts as. Its reach is the office's division and what lies below.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Post {
    /// What the holder is there for.
    pub role: Role,
    /// The office.
    pub office: OfficeId,
    /// The office's agency, a word of `data/policy/agency.yaml`.
    pub agency: String,
    /// The office's division, a code.
    pub division: String,
}

/// A signed-in person with the posts he holds today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub account: AccountId,
    /// The name he signs in by.
    pub login: String,
    /// His name as shown.
    pub name: String,
    /// The office he belongs to.
    pub office: OfficeId,
    /// The roles he holds.
    pub posts: Vec<Post>,
}

/// A thing that something is to be done with: what the policies may know about it.
///
/// Conventions: an account's owner is itself, a grant's its holder. A grant's `id` is the role's word. A saved
/// search that is shared carries the agency and division of its office, one that is not carries neither.
/// `agency` and `division` are those of the office that holds the thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Which kind of thing.
    pub kind: Kind,
    /// Its number, code or name; empty for one that does not exist yet.
    pub id: String,
    /// The agency that holds it, a word of `data/policy/agency.yaml`.
    pub agency: Option<String>,
    /// The division it belongs to, a code.
    pub division: Option<String>,
    /// Whose it is.
    pub owner: Option<AccountId>,
}

impl Resource {
    /// A thing of a kind about which nothing more is known.
    pub fn new(kind: Kind, id: impl ToString) -> Resource {
        Resource { kind, id: id.to_string(), agency: None, division: None, owner: None }
    }

    /// Held by an office of this agency and division.
    pub fn held_by(self, agency: &str, division: &str) -> Resource {
        Resource { agency: Some(agency.to_owned()), division: Some(division.to_owned()), ..self }
    }

    /// Owned by a person.
    pub fn owned_by(self, account: AccountId) -> Resource {
        Resource { owner: Some(account), ..self }
    }
}
