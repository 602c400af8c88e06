//! Settings by file and environment, and their reference page.
