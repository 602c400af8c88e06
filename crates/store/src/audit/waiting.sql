-- Entries that wait for the chain, oldest first: ids begin with the instant. In: how many at most. Grain: entry. One
-- that has its link already was put into the queue past the program: it is passed over, so that the chain goes on,
-- and told by the check.
with oldest as (
    select w.entry_id
    from audit_waiting w
    where not exists (select 1 from audit_link l where l.entry_id = w.entry_id)
    order by w.entry_id
    limit $1
)
select e.id, e.at, e.account_id, e.account_name, e.office_id, e.action, e.subject_kind, e.subject_id, e.division,
    e.detail, e.request, e.address
from oldest o
join audit_entry e on e.id = o.entry_id
order by e.id
