-- A setting. In: name.
select name, value, changed_at, changed_by, version from setting where name = $1
