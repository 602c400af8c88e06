-- Keeps a search. In: account, office it is shared with or null, list, name, query, is shared, now. Out: id.
insert into saved_search (account_id, office_id, list, name, query, is_shared, created_at)
values ($1, $2, $3, $4, $5, $6, $7)
returning id
