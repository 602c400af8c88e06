-- A session that still holds. In: token hash, now.
select token_hash, account_id, data, created_at, seen_at, expires_at, address, agent
from session
where token_hash = $1 and expires_at > $2
