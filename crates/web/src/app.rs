//! What every handler shares: database, policies, keys, settings, clock.

use crate::fault::Fault;
use crate::settings::Settings;
use axum::response::{Html, IntoResponse, Response};
use mingjing_casework::clock::Clock;
use mingjing_casework::keys::Keys;
use mingjing_casework::permission::Gate;
use mingjing_model::time::Micros;
use mingjing_store::Db;
use std::path::PathBuf;
use std::sync::Arc;

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
}

impl App {
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
