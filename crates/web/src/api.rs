//! The REST API under /api/v1 and its description.

pub mod rows;

use crate::routes::Routes;

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
}
