-- Open posts of all duty lists, from the city down. One row a post.
select p.*, o.name as office_name, o.division, g.kind as agency
from duty_post p
join office o on o.id = p.office_id
join agency g on g.id = o.agency_id
where p.closed_at is null and o.closed_at is null
order by length(o.division), o.division, g.id, p.id
