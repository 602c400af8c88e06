-- Offices with their agency. One row an office.
select o.id, o.name, g.kind as agency, o.division, d.name as division_name, o.closed_at
from office o
join agency g on g.id = o.agency_id
join division d on d.code = o.division
