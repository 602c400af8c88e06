-- A notice. In: id, account.
select id, account_id, text_key, arguments, href, due_day, created_at, read_at
from notice
where id = $1 and account_id = $2
