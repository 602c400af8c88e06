-- What was answered to a key. $1 account, $2 key. At most one row.
select request_hash, status, body, created_at from api_answer where account_id = $1 and idempotency_key = $2
