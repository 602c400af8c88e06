-- A new account; its password must be changed at the first sign-in. Gives its number.
insert into person_account (login, name, office_id, telephone, language, password_hash, password_changed_at, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $7)
returning id
