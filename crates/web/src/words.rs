//! Every sentence a reader sees, in both languages, from data/text.
