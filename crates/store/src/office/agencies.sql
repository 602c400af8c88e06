-- All agencies in the order they were made.
select * from agency order by id
