//! The shell of every page, marks, charts, static files.
