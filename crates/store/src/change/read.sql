-- A change. In: id.
select c.id, c.subject_kind, c.subject_id, c.action, c.before_value, c.after_value, c.account_id,
    a.name as account_name, c.at, c.undone_by, c.undoes
from change_event c
left join person_account a on a.id = c.account_id
where c.id = $1
