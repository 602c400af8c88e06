-- The searches of a list that a person may use: own ones, and those shared with everybody or the office. In: list,
-- account, office. Grain: search.
select s.id, s.account_id, a.name as account_name, s.office_id, s.list, s.name, s.query, s.is_shared, s.created_at,
    s.version
from saved_search s
join person_account a on a.id = s.account_id
where s.list = $1 and (s.account_id = $2 or (s.is_shared and (s.office_id is null or s.office_id = $3)))
order by s.name, s.id
