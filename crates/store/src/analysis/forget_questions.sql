-- Questions name accounts and persons; they go with the files.
delete from analysis_question where analysis_id = $1
