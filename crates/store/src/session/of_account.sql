-- A person's sessions that still hold, the last used first. In: account, now. Grain: session.
select token_hash, account_id, data, created_at, seen_at, expires_at, address, agent
from session
where account_id = $1 and expires_at > $2
order by seen_at desc, token_hash
