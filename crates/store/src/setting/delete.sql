-- Back to what file or program say. In: name, the version that was seen.
delete from setting where name = $1 and version = $2
