//! The audit chain: the text form of records, their hashes, and the check of an exported file.
