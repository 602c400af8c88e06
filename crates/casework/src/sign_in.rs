//! Passwords, second factor, recovery, lock-out.
