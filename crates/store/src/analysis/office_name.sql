-- The name of one office.
select name from office where id = $1
