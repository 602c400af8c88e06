-- How many accounts that can sign in hold a role on a day. $1 role, $2 day.
select count(distinct r.account_id)
from role_grant r
join person_account a on a.id = r.account_id
where r.role = $1
    and r.revoked_at is null
    and r.since_day <= $2
    and (r.until_day is null or r.until_day >= $2)
    and a.disabled_at is null
