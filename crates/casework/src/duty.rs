//! Duty lists, and posts without anyone.
