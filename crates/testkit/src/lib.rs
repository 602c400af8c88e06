//! For tests only: dice, builders of random and of golden networks.
