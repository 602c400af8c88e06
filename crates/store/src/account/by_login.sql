-- One account by the folded name it signs in by. $1 login. At most one row.
select a.*, o.name as office_name, o.division, g.kind as agency
from person_account a
join office o on o.id = a.office_id
join agency g on g.id = o.agency_id
where a.login = $1
