-- The job of an idempotency key. In: key.
select id from job where idempotency_key = $1
