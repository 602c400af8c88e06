//! Mingjing: the program.

fn main() {}
