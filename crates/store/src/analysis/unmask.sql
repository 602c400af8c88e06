-- One field of one person shown in clear to one user, for a reason and a while.
insert into unmasking (analysis_id, person, field, reason, account_id, at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7)
returning id
