//! Hand-made tests.
