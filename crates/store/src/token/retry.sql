-- A write that ended without an answer long ago is begun again. $1 account, $2 key, $3 request hash, $4 now,
-- $5 begun before. No row: it has an answer, is another request or was begun only now.
update api_answer set created_at = $4
where account_id = $1 and idempotency_key = $2 and request_hash = $3 and status is null and created_at < $5
