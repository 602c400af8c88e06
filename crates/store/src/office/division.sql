-- One division. $1 code.
select * from division where code = $1
