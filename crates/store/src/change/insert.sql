-- A change that can be taken back. In: subject kind, subject id, action, before, after, account, at, what it takes
-- back or null. Out: id.
insert into change_event (subject_kind, subject_id, action, before_value, after_value, account_id, at, undoes)
values ($1, $2, $3, $4, $5, $6, $7, $8)
returning id
