//! Duty lists: posts and who holds them.
