-- What was done to a thing, the newest first. In: kind, id, how many at most. Grain: entry.
select id, at, account_id, account_name, office_id, action, subject_kind, subject_id, division, detail, request,
    address
from audit_entry
where subject_kind = $1 and subject_id = $2
order by at desc, id desc
limit $3
