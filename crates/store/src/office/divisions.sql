-- All divisions, by code.
select * from division order by code
