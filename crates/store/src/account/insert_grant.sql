-- A role held in an office for a time. Gives its number.
insert into role_grant (account_id, role, office_id, since_day, until_day, granted_by, granted_at)
values ($1, $2, $3, $4, $5, $6, $7)
returning id
