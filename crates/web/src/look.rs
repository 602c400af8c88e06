//! How every page looks: the shell, small components, charts, static files. Knows nothing of what pages are about.
//!
//! A page is a struct with a field `shell: Shell` whose template extends `look/base.html` and fills the block `main`;
//! macros for its parts are in `look/parts.html`. Colours are in `front/src/tokens.css`.

pub mod assets;
pub mod chart;
pub mod figure;
pub mod flash;
pub mod gallery;
pub mod mark;
pub mod shell;
pub mod theme;
pub mod write;

pub use figure::{Figure, Source};
pub use flash::Flash;
pub use mark::{Mark, Tone, icon};
pub use shell::{Section, Shell};

use crate::routes::Routes;
use axum::http::Method;

/// Static files, and the choice of theme and language.
pub fn routes() -> Routes {
    Routes::new()
        .open(Method::GET, "/static/{*path}", assets::file)
        .account(Method::POST, "/look", theme::choose)
        .account(Method::GET, "/look", gallery::page)
}
