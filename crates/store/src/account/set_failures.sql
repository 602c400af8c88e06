-- Failed sign-ins in a row and the lock they led to. $1 id, $2 failures, $3 locked until.
update person_account set failures = $2, locked_until = $3 where id = $1
