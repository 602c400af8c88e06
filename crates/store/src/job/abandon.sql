-- Ends jobs that lost their worker too often. In: now, heartbeats before this are stopped, how often, error.
update job set state = 'failed', error = $4, finished_at = $1
where state = 'running' and heartbeat_at < $2 and takeovers >= $3
