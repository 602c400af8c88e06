-- A second factor, or none. $1 id, $2 sealed secret, $3 step of the code that confirmed it, $4 since.
update person_account set totp_sealed = $2, totp_last_step = $3, totp_since = $4 where id = $1
