-- Entries that are linked and wait. Grain: entry.
select w.entry_id
from audit_waiting w
join audit_link l on l.entry_id = w.entry_id
order by w.entry_id
