-- How many accounts that can sign in belong to an office. $1 id.
select count(*) from person_account where office_id = $1 and disabled_at is null
