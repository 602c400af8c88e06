-- The answer of a write. $1 account, $2 key, $3 status, $4 body.
update api_answer set status = $3, body = $4 where account_id = $1 and idempotency_key = $2
