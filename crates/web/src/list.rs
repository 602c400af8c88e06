//! Lists: filter, sort, columns, saved searches, selection, export.
