//! Raw files to checked rows, driven by data/mapping.
