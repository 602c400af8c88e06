//! Backup of a running database and restore into a new place.
