-- Throws away notices read long ago. In: read before.
delete from notice where read_at < $1
