//! Settings that are changed on a page.
