-- Names of an agency. $1 id, $2 version it was read with.
update agency set name = $3, short_name = $4, version = version + 1 where id = $1 and version = $2
