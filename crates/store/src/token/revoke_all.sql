-- No token of a person holds any longer. $1 account, $2 now.
update api_token set revoked_at = $2 where account_id = $1 and revoked_at is null
