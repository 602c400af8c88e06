-- Who ever held a post. $1 post. One row a holder, the newest first.
select h.*, a.name as account_name, a.disabled_at, s.name as stands_in_for_name
from duty_holder h
join person_account a on a.id = h.account_id
left join person_account s on s.id = h.stands_in_for
where h.post_id = $1
order by h.since_day desc, h.id desc
