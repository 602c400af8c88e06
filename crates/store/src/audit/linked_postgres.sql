-- Takes chained entries from those that wait. In: the same JSON.
delete from audit_waiting where entry_id in (select value ->> 1 from json_array_elements($1::json))
