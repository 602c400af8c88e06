-- A job. In: id.
select id, kind, title, input, state, account_id, office_id, division, subject_kind, subject_id, done_steps, all_steps,
    message, result, error, attempts, attempts_max, takeovers, not_before, worker, heartbeat_at, cancel_requested_at,
    created_at, started_at, finished_at
from job
where id = $1
