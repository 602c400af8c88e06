//! Audit pages: list, verification, export.
