-- Cancels a job that nobody works on. In: job, who, now.
update job set state = 'cancelled', cancel_requested_at = $3, cancel_requested_by = $2, finished_at = $3
where id = $1 and state = 'waiting'
