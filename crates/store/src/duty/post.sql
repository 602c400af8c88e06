-- One post. $1 id.
select p.*, o.name as office_name, o.division, g.kind as agency
from duty_post p
join office o on o.id = p.office_id
join agency g on g.id = o.agency_id
where p.id = $1
