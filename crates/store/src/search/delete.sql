-- Forgets a kept search. In: id, version that was seen.
delete from saved_search where id = $1 and version = $2
