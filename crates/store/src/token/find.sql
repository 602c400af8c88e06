-- One token. $1 id.
select * from api_token where id = $1
