-- What a post is there for, and whether it is closed. $1 id, $2 version it was read with, $3 task, $4 closed since.
update duty_post set task = $3, closed_at = $4, version = version + 1 where id = $1 and version = $2
