-- How many notices a person has not read. In: account.
select count(*) from notice where account_id = $1 and read_at is null
