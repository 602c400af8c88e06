-- What a user may see in clear now.
select person, field, reason, at, expires_at
from unmasking
where analysis_id = $1 and account_id = $2 and expires_at > $3
order by id
