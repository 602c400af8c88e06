//! Agencies, divisions, offices.
