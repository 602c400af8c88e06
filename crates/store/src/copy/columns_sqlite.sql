-- The catalogue. Grain: column. Columns: table, column, type, does the database give out its values.
select m.name as table_name, c.name as column_name, c.type as data_type,
    c.name = 'id' and lower(c.type) = 'integer' as is_given
from sqlite_master m
join pragma_table_info(m.name) c
where m.type = 'table' and substr(m.name, 1, 6) <> '_sqlx_' and substr(m.name, 1, 7) <> 'sqlite_'
order by m.name, c.cid
