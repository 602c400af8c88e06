//! Saved and shared searches.
