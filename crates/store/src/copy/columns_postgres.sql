-- The catalogue. Grain: column. Columns: table, column, type, does the database give out its values.
select c.table_name::text, c.column_name::text, c.data_type::text, c.is_identity = 'YES' as is_given
from information_schema.columns c
join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' and substr(c.table_name, 1, 6) <> '_sqlx_'
order by c.table_name collate "C", c.ordinal_position
