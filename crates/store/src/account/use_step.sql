-- A code of the second factor is used up, with all earlier ones. $1 id, $2 its step. No row: it was used before.
update person_account set totp_last_step = $2
where id = $1 and totp_sealed is not null and (totp_last_step is null or totp_last_step < $2)
