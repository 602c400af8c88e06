-- Appends links. In: JSON, a list of [seq, entry, hash, linked_at].
insert into audit_link (seq, entry_id, hash, linked_at)
select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from json_each($1) where true
