-- The queue of the linker. Grain: one row. Columns: entries that wait, instant of the oldest.
select count(*) as waiting, min(e.at) as since
from audit_waiting w
join audit_entry e on e.id = w.entry_id
