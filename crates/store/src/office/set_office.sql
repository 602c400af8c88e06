-- Name of an office, and whether it is closed. $1 id, $2 version it was read with, $3 name, $4 closed since.
update office set name = $3, closed_at = $4, version = version + 1 where id = $1 and version = $2
