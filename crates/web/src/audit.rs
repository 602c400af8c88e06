//! Audit pages: list, verification, export.

use crate::routes::Routes;

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
}
