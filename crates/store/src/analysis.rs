//! Network analyses, their files, what was unmasked.
