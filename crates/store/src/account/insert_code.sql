-- One recovery code. $1 account, $2 its hash.
insert into recovery_code (account_id, code_hash) values ($1, $2)
