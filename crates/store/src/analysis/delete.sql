-- Deleted by a user: out of sight until it is taken back or destroyed.
update analysis
set deleted_at = $3, deleted_by = $4, version = version + 1
where id = $1 and version = $2 and deleted_at is null and state not in ('waiting', 'running', 'destroyed')
