-- A person read all notices up to a number. In: number, account, now.
update notice set read_at = $3 where id <= $1 and account_id = $2 and read_at is null
