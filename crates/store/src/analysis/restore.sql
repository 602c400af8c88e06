-- The deletion taken back, while the files stand.
update analysis
set deleted_at = null, deleted_by = null, version = version + 1
where id = $1 and version = $2 and deleted_at is not null and state <> 'destroyed'
