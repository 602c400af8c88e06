-- Tells the linker of a new entry. In: entry.
insert into audit_waiting (entry_id) values ($1)
