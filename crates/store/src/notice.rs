//! Notices to people.
