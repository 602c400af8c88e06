-- The name of a division. $1 code, $2 version it was read with.
update division set name = $3, version = version + 1 where code = $1 and version = $2
