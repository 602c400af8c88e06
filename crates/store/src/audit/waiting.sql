-- Entries that wait for the chain, oldest first. In: how many at most. Grain: entry. One that has its link already
-- was put into the queue past the program: it is passed over, so that the chain goes on, and told by the check.
select e.id, e.at, e.account_id, e.account_name, e.office_id, e.action, e.subject_kind, e.subject_id, e.division,
    e.detail, e.request, e.address
from audit_waiting w
join audit_entry e on e.id = w.entry_id
left join audit_link l on l.entry_id = w.entry_id
where l.entry_id is null
order by e.at, e.id
limit $1
