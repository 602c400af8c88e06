-- One agency. $1 id.
select * from agency where id = $1
