-- All tokens of a person, the newest first. $1 account.
select * from api_token where account_id = $1 order by id desc
