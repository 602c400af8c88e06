//! The table of routes: path, method, what must be allowed.
