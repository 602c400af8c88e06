//! Who does something, when, from where: what permissions and audit entries need.

use super::Error;
use crate::permission::{Action, Actor, Gate, Resource};
use mingjing_model::id::AccountId;
use mingjing_model::time::Micros;
use mingjing_store::audit::Entry;
use serde_json::Value;

/// The doer of a deed.
#[derive(Clone, Debug)]
pub struct By {
    who: Who,
    /// When.
    pub at: Micros,
    /// Id of the request.
    pub request: String,
    /// Network address of the client.
    pub address: Option<String>,
}

#[derive(Clone, Debug)]
enum Who {
    Actor(Box<Actor>),
    Nobody,
    CommandLine,
}

/// How the command line stands in the audit log.
const COMMAND_LINE: &str = "命令行";

impl By {
    /// Somebody signed in.
    pub fn actor(actor: Actor, at: Micros, request: &str, address: Option<&str>) -> By {
        By {
            who: Who::Actor(Box::new(actor)),
            at,
            request: request.to_owned(),
            address: address.map(str::to_owned),
        }
    }

    /// Nobody is signed in: for signing in. May do nothing else.
    pub fn nobody(at: Micros, request: &str, address: Option<&str>) -> By {
        By { who: Who::Nobody, at, request: request.to_owned(), address: address.map(str::to_owned) }
    }

    /// Whoever commands the machine: may do everything, and it stands in the log.
    pub fn command_line(at: Micros) -> By {
        By { who: Who::CommandLine, at, request: "command line".to_owned(), address: None }
    }

    /// Whose account.
    pub fn account(&self) -> Option<AccountId> {
        match &self.who {
            Who::Actor(actor) => Some(actor.account),
            Who::Nobody | Who::CommandLine => None,
        }
    }

    /// May this be done by them?
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn allow(&self, gate: &Gate, action: Action, resource: &Resource) -> Result<(), Error> {
        let may = match &self.who {
            Who::Actor(actor) => gate.may(actor, action, resource),
            Who::Nobody => false,
            Who::CommandLine => true,
        };
        if may { Ok(()) } else { Err(Error::Forbidden { action, kind: resource.kind }) }
    }

    /// An audit entry of theirs.
    pub fn entry(
        &self,
        action: &str,
        kind: &str,
        id: impl ToString,
        division: Option<&str>,
        detail: Value,
    ) -> Entry {
        let (account, name, office) = match &self.who {
            Who::Actor(actor) => (Some(actor.account), actor.name.clone(), Some(actor.office)),
            Who::Nobody => (None, String::new(), None),
            Who::CommandLine => (None, COMMAND_LINE.to_owned(), None),
        };
        Entry {
            at: self.at,
            account,
            account_name: name,
            office,
            action: action.to_owned(),
            subject_kind: kind.to_owned(),
            subject_id: id.to_string(),
            division: division.map(str::to_owned),
            detail,
            request: self.request.clone(),
            address: self.address.clone(),
        }
    }
}
