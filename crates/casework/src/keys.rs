//! Secrets outside the database: the key file, sealing of stored secrets, keyed tokens.
