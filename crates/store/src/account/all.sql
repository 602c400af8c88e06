-- All accounts with their offices, by login. One row an account.
select a.*, o.name as office_name, o.division, g.kind as agency
from person_account a
join office o on o.id = a.office_id
join agency g on g.id = o.agency_id
order by a.login
