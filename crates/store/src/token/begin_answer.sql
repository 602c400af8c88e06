-- A write by idempotency key begins. No row: the key was used before.
insert into api_answer (account_id, idempotency_key, request_hash, created_at)
values ($1, $2, $3, $4)
on conflict (account_id, idempotency_key) do nothing
