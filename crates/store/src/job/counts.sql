-- How the queue stands. In: now, heartbeats before this are stopped. Grain: one row. Columns: waiting and due,
-- due since (the oldest), running, running without a heartbeat, failed.
select
    count(*) filter (where state = 'waiting' and not_before <= $1) as due,
    min(not_before) filter (where state = 'waiting' and not_before <= $1) as due_since,
    count(*) filter (where state = 'running') as running,
    count(*) filter (where state = 'running' and heartbeat_at < $2) as stuck,
    count(*) filter (where state = 'failed') as failed
from job
where state in ('waiting', 'running', 'failed')
