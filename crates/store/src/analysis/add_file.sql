-- A file that was received whole.
insert into analysis_file (
    analysis_id, table_name, name, bytes, sha256, stored_name, received_at, account_id
)
values ($1, $2, $3, $4, $5, $6, $7, $8)
returning id
