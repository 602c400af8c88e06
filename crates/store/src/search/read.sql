-- A kept search. In: id.
select s.id, s.account_id, a.name as account_name, s.office_id, s.list, s.name, s.query, s.is_shared, s.created_at,
    s.version
from saved_search s
join person_account a on a.id = s.account_id
where s.id = $1
