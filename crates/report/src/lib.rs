//! Documents of an analysis: the only crate that knows xlsx and html.
//!
//! [`Report::from_count`] picks from a finished count what one page can show; [`render_html`] and [`write_xlsx`]
//! only write that down. Nothing is counted here, no file is read, no clock is asked, and no name, phone, card
//! or identity number can enter: the shapes have no place for them.

mod content;
mod html;
pub mod report;
mod select;
mod show;
pub mod table_xlsx;
mod words;
mod xlsx;

pub use html::render_html;
pub use report::{Facts, Report};
pub use xlsx::{Error, write_xlsx};
