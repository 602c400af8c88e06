-- The last day of a holding. $1 id, $2 version it was read with, $3 day.
update duty_holder set until_day = $3, version = version + 1 where id = $1 and version = $2
