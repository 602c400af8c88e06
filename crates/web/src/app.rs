//! What every handler shares: database, policies, keys, settings, clock.
