-- Posts of the duty lists and who holds them. One row a holder, or a post that nobody was ever entered for.
select p.id * 1000000 + coalesce(h.id, 0) as id, p.id as post_id, p.task, p.office_id, o.name as office_name,
    g.kind as agency, o.division, h.account_id, a.name as account_name, h.stands_in_for, h.since_day, h.until_day,
    p.closed_at
from duty_post p
join office o on o.id = p.office_id
join agency g on g.id = o.agency_id
left join duty_holder h on h.post_id = p.id
left join person_account a on a.id = h.account_id
