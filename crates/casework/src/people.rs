//! Accounts, roles, offices: changed by those who may, with events and inverses.
