-- Who is on duty on a day, over all posts; nobody whose account is disabled. $1 day. One row a holder.
select h.*, a.name as account_name, a.disabled_at, s.name as stands_in_for_name
from duty_holder h
join person_account a on a.id = h.account_id
left join person_account s on s.id = h.stands_in_for
where h.since_day <= $1 and (h.until_day is null or h.until_day >= $1) and a.disabled_at is null
order by h.post_id, h.id
