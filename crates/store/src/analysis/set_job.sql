-- The job that does the run.
update analysis set job_id = $2 where id = $1
