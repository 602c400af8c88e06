//! The demo city: offices, people, analyses, all made up.
