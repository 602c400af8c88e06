//! One's own account: password, second factor, sessions, tokens, language.
