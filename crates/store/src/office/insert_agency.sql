-- A new agency. Gives its number.
insert into agency (kind, name, short_name) values ($1, $2, $3) returning id
