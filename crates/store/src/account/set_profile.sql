-- What a person changes of the own account. $1 id, $2 version it was read with.
update person_account
set telephone = $3, language = $4, theme = $5, version = version + 1
where id = $1 and version = $2
