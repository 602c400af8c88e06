-- Files changed: whoever holds an older page of the analysis is told so.
update analysis
set version = version + 1
where id = $1 and state not in ('waiting', 'running', 'destroyed') and deleted_at is null
