-- Takes the job that is due longest, or one whose heartbeat stopped. In: worker, now, heartbeats before this are
-- stopped, kinds as JSON, how often a job may lose its worker. Runs within an immediate transaction.
update job
set worker = $1, heartbeat_at = $2, started_at = coalesce(started_at, $2), message = '',
    takeovers = takeovers + case when state = 'running' then 1 else 0 end,
    attempts = attempts + case when state = 'running' then 0 else 1 end,
    state = 'running'
where id = (
    select id from job
    where ((state = 'waiting' and not_before <= $2)
            or (state = 'running' and heartbeat_at < $3 and takeovers < $5))
        and kind in (select value from json_each($4))
    order by not_before, id
    limit 1
)
returning id, kind, title, input, state, account_id, office_id, division, subject_kind, subject_id, done_steps, all_steps,
    message, result, error, attempts, attempts_max, takeovers, not_before, worker, heartbeat_at, cancel_requested_at,
    created_at, started_at, finished_at
