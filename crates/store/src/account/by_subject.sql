-- One account by its subject in the city's directory. $1 subject. At most one row.
select a.*, o.name as office_name, o.division, g.kind as agency
from person_account a
join office o on o.id = a.office_id
join agency g on g.id = o.agency_id
where a.directory_subject = $1
