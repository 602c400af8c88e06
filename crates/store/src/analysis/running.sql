-- The run has begun, once more after a crash.
update analysis
set state = 'running', version = version + 1
where id = $1 and run = $2 and state in ('waiting', 'running') and deleted_at is null
