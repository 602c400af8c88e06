//! The result directory of a network analysis: written whole or not at all, read back, opened branch by branch.
