-- A question begun, answered, failed or cancelled.
update analysis_question set state = $2, failure = $3, answered_at = $4 where id = $1
