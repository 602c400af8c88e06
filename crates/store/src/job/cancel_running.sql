-- Asks the worker of a job to stop. In: job, who, now. Asked again, the first one stays.
update job
set cancel_requested_at = coalesce(cancel_requested_at, $3),
    cancel_requested_by = case when cancel_requested_at is null then $2 else cancel_requested_by end
where id = $1 and state = 'running'
