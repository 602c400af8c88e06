//! Signing in and out: password, second factor, recovery, directory.
