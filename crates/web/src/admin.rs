//! Administration: agencies, divisions, offices, people, roles, duty, jobs, settings.
