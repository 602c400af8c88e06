//! The linker that chains the audit log, and its verification.
