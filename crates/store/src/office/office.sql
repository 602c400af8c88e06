-- One office with its agency. $1 id.
select o.*, g.kind as agency, g.name as agency_name, g.short_name, d.name as division_name
from office o
join agency g on g.id = o.agency_id
join division d on d.code = o.division
where o.id = $1
