-- Sets the next time, if nobody did so before. In: name, this time, next time.
update schedule set next_at = $3 where name = $1 and next_at = $2
