-- A setting that was not changed before. In: name, value, now, who.
insert into setting (name, value, changed_at, changed_by) values ($1, $2, $3, $4) on conflict (name) do nothing
