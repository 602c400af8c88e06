//! Background jobs and schedules: claimed, kept alive, taken up again.
