-- A token holds no longer. $1 id, $2 now. No row: it was revoked before.
update api_token set revoked_at = $2 where id = $1 and revoked_at is null
