-- Marks a change as taken back, once. In: change, what takes it back.
update change_event set undone_by = $2 where id = $1 and undone_by is null
