-- Entries that wait for the chain, oldest first. In: how many at most. Grain: entry.
select e.id, e.at, e.account_id, e.account_name, e.office_id, e.action, e.subject_kind, e.subject_id, e.division,
    e.detail, e.request, e.address
from audit_waiting w
join audit_entry e on e.id = w.entry_id
order by e.at, e.id
limit $1
