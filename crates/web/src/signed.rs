//! Who is signed in: the extractor, sessions, CSRF.
