-- The accounts that belong to an office, by login. $1 office. One row an account.
select a.*, o.name as office_name, o.division, g.kind as agency
from person_account a
join office o on o.id = a.office_id
join agency g on g.id = o.agency_id
where a.office_id = $1
order by a.login
