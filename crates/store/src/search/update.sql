-- Changes a kept search. In: id, version that was seen, name, query, is shared, office it is shared with or null.
update saved_search set name = $3, query = $4, is_shared = $5, office_id = $6, version = version + 1
where id = $1 and version = $2
