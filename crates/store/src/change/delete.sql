-- Forgets the changes of a thing whose term has ended. In: kind, id.
delete from change_event where subject_kind = $1 and subject_id = $2
