-- One question.
select id, analysis_id, run, kind, question, state, failure, job_id, account_id, asked_at, answered_at
from analysis_question
where id = $1
