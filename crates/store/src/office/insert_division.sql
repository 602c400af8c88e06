-- A new division. $1 code, $2 code above, $3 level, $4 name.
insert into division (code, parent, level, name) values ($1, $2, $3, $4)
