-- A person's notices, the newest first, from one number downwards. In: account, below this number, how many at most.
-- Grain: notice.
select id, account_id, text_key, arguments, href, due_day, created_at, read_at
from notice
where account_id = $1 and id < $2
order by id desc
limit $3
