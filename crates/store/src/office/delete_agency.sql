-- An agency goes, if no office is of it. $1 id, $2 version it was read with.
delete from agency where id = $1 and version = $2 and not exists (select 1 from office where agency_id = $1)
