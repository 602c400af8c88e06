//! Sessions by the hash of their token.
