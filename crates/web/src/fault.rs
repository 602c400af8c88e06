//! Errors as pages and as problem documents.
