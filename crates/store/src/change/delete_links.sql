-- Loosens the changes of a thing from each other, so that they can be deleted. In: kind, id.
update change_event set undone_by = null, undoes = null where subject_kind = $1 and subject_id = $2
