-- The analysis waits for its next run. Gives the number of the run; nothing when it changed in between.
update analysis
set state = 'waiting', run = run + 1, failure = null, version = version + 1
where id = $1 and version = $2 and state not in ('waiting', 'running', 'destroyed') and deleted_at is null
returning run
