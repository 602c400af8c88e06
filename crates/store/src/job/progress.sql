-- How far a job is. In: job, worker, now, steps done, steps in all, message.
update job set heartbeat_at = $3, done_steps = $4, all_steps = $5, message = $6
where id = $1 and worker = $2 and state = 'running'
