-- Takes the job that is due longest, or one whose heartbeat stopped; jobs that others are taking are passed over.
-- In: worker, now, heartbeats before this are stopped, kinds as JSON, how often a job may lose its worker.
update job
set worker = $1, heartbeat_at = $2, started_at = coalesce(started_at, $2), message = '',
    takeovers = takeovers + case when state = 'running' then 1 else 0 end,
    attempts = attempts + case when state = 'running' then 0 else 1 end,
    state = 'running'
where id = (
    select id from job
    where ((state = 'waiting' and not_before <= $2)
            or (state = 'running' and heartbeat_at < $3 and takeovers < $5))
        and kind in (select json_array_elements_text($4::json))
    order by not_before, id
    limit 1
    for update skip locked
)
returning id, kind, title, input, state, account_id, office_id, division, subject_kind, subject_id, done_steps, all_steps,
    message, result, error, attempts, attempts_max, takeovers, not_before, worker, heartbeat_at, cancel_requested_at,
    created_at, started_at, finished_at
