-- A worker says that it lives. In: job, worker, now. Out: when cancelling was asked for; no row when the job is no
-- longer this worker's.
update job set heartbeat_at = $3
where id = $1 and worker = $2 and state = 'running'
returning cancel_requested_at
