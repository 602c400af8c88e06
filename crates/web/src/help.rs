//! Help that explains the page one is on.
