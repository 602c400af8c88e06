-- Pauses a schedule or lets it go on. In: name, is paused.
update schedule set is_paused = $2 where name = $1
