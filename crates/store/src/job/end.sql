-- A worker ends its job. In: job, worker, now, state, result, error.
update job set state = $4, result = $5, error = $6, finished_at = $3, heartbeat_at = $3
where id = $1 and worker = $2 and state = 'running'
