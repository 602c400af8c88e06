-- A holding goes as if it had never been. $1 id, $2 version it was read with.
delete from duty_holder where id = $1 and version = $2
