-- What decides the next run. One row, or none when it changed in between.
update analysis
set policy = $3, as_of = $4, subjects = $5, mapping = $6, version = version + 1
where id = $1 and version = $2 and state not in ('waiting', 'running', 'destroyed') and deleted_at is null
