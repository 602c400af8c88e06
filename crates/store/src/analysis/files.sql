-- The files of an analysis, member tables first, in the order of arrival.
select id, analysis_id, table_name, name, bytes, sha256, stored_name, received_at
from analysis_file
where analysis_id = $1
order by case table_name when 'members' then 0 else 1 end, id
