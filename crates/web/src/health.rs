//! Health, readiness, metrics.

use crate::routes::Routes;

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
}
