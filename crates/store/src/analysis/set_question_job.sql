-- The job that answers.
update analysis_question set job_id = $2 where id = $1
