-- Accounts with their office; nothing of how one signs in. One row an account.
select a.id, a.id as owner, a.login, a.name, a.office_id, o.name as office_name, g.kind as agency, o.division, a.telephone,
    a.disabled_at, a.created_at
from person_account a
join office o on o.id = a.office_id
join agency g on g.id = o.agency_id
