//! Entries of the audit log and the links that chain them.
