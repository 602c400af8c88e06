//! The one place where policies are evaluated.

use super::{Action, Actor, Kind, Resource, Scope};

/// The policies could not be read.
#[derive(Debug, thiserror::Error)]
#[error("data/policy: {0}")]
pub struct Faulty(pub String);

/// The policies, ready to be asked.
#[derive(Debug)]
pub struct Gate(());

impl Gate {
    /// Reads the policies that are compiled in.
    ///
    /// # Errors
    /// The policies do not fit their schema.
    pub fn load() -> Result<Gate, Faulty> {
        Ok(Gate(()))
    }

    /// May one of the actor's posts do this? What no policy permits is forbidden.
    pub fn may(&self, _actor: &Actor, _action: Action, _resource: &Resource) -> bool {
        false
    }

    /// May the actor do this with any thing of the kind at all? For menus and routes.
    pub fn may_any(&self, _actor: &Actor, _action: Action, _kind: Kind) -> bool {
        false
    }

    /// The things of a kind with which the actor may do this.
    pub fn scope(&self, _actor: &Actor, _action: Action, _kind: Kind) -> Scope {
        Scope(Vec::new())
    }
}
