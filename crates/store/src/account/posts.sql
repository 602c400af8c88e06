-- The roles a person holds on a day, in open offices. $1 account, $2 day. One row a grant.
select r.role, r.office_id, g.kind as agency, o.division
from role_grant r
join office o on o.id = r.office_id
join agency g on g.id = o.agency_id
where r.account_id = $1
    and r.revoked_at is null
    and r.since_day <= $2
    and (r.until_day is null or r.until_day >= $2)
    and o.closed_at is null
order by r.id
