//! Changes that can be taken back.
