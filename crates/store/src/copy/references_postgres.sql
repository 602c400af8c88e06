-- References between tables. Grain: constraint. Columns: table, name, both quoted as needed.
select conrelid::regclass::text, quote_ident(conname)
from pg_constraint
where contype = 'f' and connamespace = current_schema()::regnamespace
order by 1, 2
