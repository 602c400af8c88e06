-- One analysis with who made it, where, and for which agency.
select
    a.*,
    p.name as account_name,
    o.name as office_name,
    g.kind as agency
from analysis as a
inner join person_account as p on p.id = a.account_id
inner join office as o on o.id = a.office_id
inner join agency as g on g.id = o.agency_id
where a.id = $1
