-- A token that holds, of an account that may sign in. $1 hash, $2 now. At most one row.
select t.*
from api_token t
join person_account a on a.id = t.account_id
where t.token_hash = $1 and t.revoked_at is null and t.expires_at > $2 and a.disabled_at is null
