//! Rows of lists: filtered, sorted, by cursor, within a scope.
