//! The server: listening, TLS, logs, metrics, graceful shutdown.
