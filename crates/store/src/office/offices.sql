-- All offices with their agencies, from the city down.
select o.*, g.kind as agency, g.name as agency_name, g.short_name, d.name as division_name
from office o
join agency g on g.id = o.agency_id
join division d on d.code = o.division
order by length(o.division), o.division, g.id
