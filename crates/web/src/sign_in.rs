//! Signing in and out: password, second factor, recovery, directory.

pub mod directory;

use crate::routes::Routes;

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
}
