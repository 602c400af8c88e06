-- Changes name and grounds of an analysis that holds no results yet. One row, or none when it changed in between.
update analysis
set
    name = $3, case_no = $4, is_public = $5, basis = $6, purpose = $7, approver = $8, retain_until = $9,
    version = version + 1
where id = $1 and version = $2 and state not in ('waiting', 'running', 'destroyed') and deleted_at is null
