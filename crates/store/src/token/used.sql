-- A token was used. Written at most once a minute, so that reading does not become writing. $1 id, $2 now.
update api_token set last_used_at = $2
where id = $1 and (last_used_at is null or last_used_at <= $2 - 60000000)
