-- A person read a notice. In: id, account, now.
update notice set read_at = $3 where id = $1 and account_id = $2 and read_at is null
