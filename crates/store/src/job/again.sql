-- A worker gives its job back, to be done later. In: job, worker, not before, error of this attempt, attempts that it
-- does not count.
update job
set state = 'waiting', worker = null, heartbeat_at = null, not_before = $3, error = $4, attempts = attempts - $5
where id = $1 and worker = $2 and state = 'running'
