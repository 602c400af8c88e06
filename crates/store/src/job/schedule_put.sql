-- Makes a schedule known; one that is known keeps its next time and whether it is paused. In: name, kind, every so
-- many seconds, first time.
insert into schedule (name, kind, every_seconds, next_at) values ($1, $2, $3, $4)
on conflict (name) do update set kind = excluded.kind, every_seconds = excluded.every_seconds
