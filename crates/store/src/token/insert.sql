-- A new token, by its hash. Gives its number.
insert into api_token (account_id, name, token_hash, scopes, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6)
returning id
