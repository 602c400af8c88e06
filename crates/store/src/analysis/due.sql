-- Analyses whose files the sweep destroys: the last day of keeping lies before $1, or a user deleted it before $2.
-- A hold keeps the sweep off; so does a run, which ends first.
select a.id, case when a.retain_until < $1 then 'term' else 'deleted' end as why
from analysis as a
where a.state not in ('destroyed', 'waiting', 'running')
    and a.hold_reason is null
    and ((a.retain_until is not null and a.retain_until < $1) or a.deleted_at < $2)
order by a.id
