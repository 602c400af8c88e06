//! Running background jobs: kept alive, cancelled, taken up again, on schedule.
