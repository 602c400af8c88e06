//! One's own account: password, second factor, sessions, tokens, language.

use crate::routes::Routes;

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
}
