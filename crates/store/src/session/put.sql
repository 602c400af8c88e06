-- A session, new or again. In: token hash, account, data, created, seen, expires, address, agent.
insert into session (token_hash, account_id, data, created_at, seen_at, expires_at, address, agent)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (token_hash) do update set account_id = excluded.account_id, data = excluded.data,
    seen_at = excluded.seen_at, expires_at = excluded.expires_at, address = excluded.address, agent = excluded.agent
