-- Entries that are neither linked nor waiting. Grain: entry.
select e.id, e.at
from audit_entry e
left join audit_link l on l.entry_id = e.id
left join audit_waiting w on w.entry_id = e.id
where l.entry_id is null and w.entry_id is null
order by e.at, e.id
