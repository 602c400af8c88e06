-- One holder. $1 id.
select h.*, a.name as account_name, a.disabled_at, s.name as stands_in_for_name
from duty_holder h
join person_account a on a.id = h.account_id
left join person_account s on s.id = h.stands_in_for
where h.id = $1
