-- A person's unread notices: those with a day first, by day, then the newest. In: account, how many at most.
-- Grain: notice.
select id, account_id, text_key, arguments, href, due_day, created_at, read_at
from notice
where account_id = $1 and read_at is null
order by due_day nulls last, created_at desc, id desc
limit $2
