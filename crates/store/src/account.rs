//! People who sign in: accounts, recovery codes, roles they hold.
