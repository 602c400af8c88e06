-- What those who look after an account change. $1 id, $2 version it was read with.
update person_account
set name = $3, office_id = $4, telephone = $5, directory_subject = $6, disabled_at = $7, disabled_reason = $8,
    version = version + 1
where id = $1 and version = $2
