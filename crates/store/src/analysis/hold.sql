-- A legal hold, or its end where the reason is null.
update analysis
set hold_reason = $3, hold_by = $4, hold_at = $5, version = version + 1
where id = $1 and version = $2 and state <> 'destroyed'
