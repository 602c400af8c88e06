-- The jobs about a thing, the newest first. In: kind, id, how many at most. Grain: job.
select id, kind, title, input, state, account_id, office_id, division, subject_kind, subject_id, done_steps, all_steps,
    message, result, error, attempts, attempts_max, takeovers, not_before, worker, heartbeat_at, cancel_requested_at,
    created_at, started_at, finished_at
from job
where subject_kind = $1 and subject_id = $2
order by id desc
limit $3
