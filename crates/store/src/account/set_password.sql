-- A new password; failures and lock are over. $1 id, $2 hash, $3 now, $4 must it be changed at the next sign-in?
update person_account
set password_hash = $2, password_changed_at = $3, must_change_password = $4, failures = 0, locked_until = null
where id = $1
