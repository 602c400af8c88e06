-- Questions of a kind to a run, newest first.
select id, analysis_id, run, kind, question, state, failure, job_id, account_id, asked_at, answered_at
from analysis_question
where analysis_id = $1 and run = $2 and kind = $3
order by id desc
limit 50
