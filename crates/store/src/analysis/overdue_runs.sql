-- Runs of analyses whose last day of keeping lies before $1: they are cancelled, so that the sweep can come.
select id, job_id from analysis
where state in ('waiting', 'running') and hold_reason is null and retain_until is not null and retain_until < $1
