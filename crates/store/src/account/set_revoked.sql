-- A role is taken back, or held again. $1 id, $2 version it was read with, $3 by whom, $4 when.
update role_grant set revoked_by = $3, revoked_at = $4, version = version + 1 where id = $1 and version = $2
