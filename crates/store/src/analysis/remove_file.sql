-- A file taken out again.
delete from analysis_file where id = $1 and analysis_id = $2
