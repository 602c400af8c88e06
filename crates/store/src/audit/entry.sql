-- One entry. In: id.
select id, at, account_id, account_name, office_id, action, subject_kind, subject_id, division, detail, request,
    address
from audit_entry
where id = $1
