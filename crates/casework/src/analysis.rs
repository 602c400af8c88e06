//! Network analyses: uploaded tables, a job in a process of its own, results, unmasking, retention.
