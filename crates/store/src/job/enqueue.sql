-- Puts in a job unless one has its idempotency key. In: kind, title, input, key, account, office, division, subject
-- kind and id, not before, now. Out: its id, or no row when the key is known.
insert into job (kind, title, input, state, idempotency_key, account_id, office_id, division, subject_kind,
    subject_id, not_before, created_at)
values ($1, $2, $3, 'waiting', $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (idempotency_key) do nothing
returning id
