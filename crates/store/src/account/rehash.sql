-- The same password by newer parameters, unless it was changed in between. $1 id, $2 old hash, $3 new hash.
update person_account set password_hash = $3 where id = $1 and password_hash = $2
