-- Lets a failed or cancelled job run once more from the beginning. In: job, now.
update job
set state = 'waiting', worker = null, heartbeat_at = null, not_before = $2, error = null, result = null, message = '',
    attempts = 0, takeovers = 0, done_steps = 0, all_steps = null, cancel_requested_at = null,
    cancel_requested_by = null, started_at = null, finished_at = null
where id = $1 and state in ('failed', 'cancelled')
