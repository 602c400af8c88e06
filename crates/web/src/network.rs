//! Network analyses: upload, mapping, progress, results.
