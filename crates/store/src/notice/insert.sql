-- Tells somebody something. In: account, text key, arguments, href, due day, now. Out: id.
insert into notice (account_id, text_key, arguments, href, due_day, created_at)
values ($1, $2, $3, $4, $5, $6)
returning id
