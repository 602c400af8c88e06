-- One role held. $1 id. One row.
select r.*, a.name as account_name, o.name as office_name, o.division, g.kind as agency, b.name as granted_by_name
from role_grant r
join person_account a on a.id = r.account_id
join office o on o.id = r.office_id
join agency g on g.id = o.agency_id
left join person_account b on b.id = r.granted_by
where r.id = $1
