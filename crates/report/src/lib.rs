//! Documents of an analysis: the only crate that knows xlsx and html.
