//! Tokens of the API, and answers kept by idempotency key.
