//! Who may do what: Cedar policies evaluated at one place, and the scope of lists.
