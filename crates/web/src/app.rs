//! What every handler shares: database, policies, keys, settings, clock.

use crate::fault::Fault;
use crate::settings::Settings;
use crate::sign_in::directory::Directory;
use crate::signed::limit::Limit;
use crate::signed::session::Store;
use axum::response::{Html, IntoResponse, Response};
use mingjing_casework::clock::Clock;
use mingjing_casework::keys::Keys;
use mingjing_casework::permission::Gate;
use mingjing_model::time::Micros;
use mingjing_store::Db;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use tokio::sync::Notify;

/// The state of the program behind all pages: `State<Arc<App>>`.
pub struct App {
    /// The operational database.
    pub db: Db,
    /// Who may do what.
    pub gate: Arc<Gate>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Secrets outside the database.
    pub keys: Arc<Keys>,
    /// As read at the start.
    pub settings: Arc<Settings>,
    /// Where files are kept.
    pub data: PathBuf,
    /// Does every page say that this is a demo?
    pub is_demo: bool,
    /// Rules of the sign-in and the hasher of passwords.
    pub guard: mingjing_casework::sign_in::Guard,
    /// Sessions of browsers.
    pub sessions: Store,
    /// Attempts to sign in by address.
    pub sign_in_limit: Limit,
    /// Requests by token.
    pub api_limit: Limit,
    /// The city's directory, if there is one.
    pub directory: Option<Directory>,
    /// Wakes the job runner of this program, if it has one.
    pub nudge: OnceLock<Arc<Notify>>,
}

impl App {
    /// Over an open and migrated database.
    ///
    /// # Errors
    /// The policies in the program are broken; the directory's address is none.
    pub fn new(
        db: Db,
        keys: Keys,
        clock: Arc<dyn Clock>,
        settings: Settings,
        is_demo: bool,
    ) -> Result<App, Fault> {
        let gate = Gate::load().map_err(|e| Fault::World(e.to_string()))?;
        let directory = match &settings.directory {
            Some(known) => Some(Directory::new(known.clone(), settings.public_address.as_deref())?),
            None => None,
        };
        Ok(App {
            sessions: Store::new(db.clone(), Arc::clone(&clock), &settings),
            sign_in_limit: Limit::new(settings.sign_in_per_minute),
            api_limit: Limit::new(settings.api_per_minute),
            data: settings.data.clone(),
            settings: Arc::new(settings),
            gate: Arc::new(gate),
            guard: mingjing_casework::sign_in::Guard::load().map_err(|e| Fault::World(e.to_string()))?,
            keys: Arc::new(keys),
            nudge: OnceLock::new(),
            db,
            clock,
            is_demo,
            directory,
        })
    }

    /// A job was put in: the runner need not wait for its next look.
    pub fn wake(&self) {
        if let Some(nudge) = self.nudge.get() {
            nudge.notify_one();
        }
    }

    /// Now, by the app's clock.
    pub fn now(&self) -> Micros {
        self.clock.now()
    }
}

/// A page from its template.
///
/// # Errors
/// The template cannot be written out: ours.
pub fn show(template: &impl askama::Template) -> Result<Response, Fault> {
    let page = template.render().map_err(|e| Fault::World(format!("template: {e}")))?;
    Ok(Html(page).into_response())
}
