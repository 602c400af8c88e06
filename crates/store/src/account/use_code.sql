-- A recovery code is used up. $1 account, $2 its hash, $3 now. No row: there is none, or it was used before.
update recovery_code set used_at = $3 where account_id = $1 and code_hash = $2 and used_at is null
